"""Each flow of a visitor and of a participant, in a browser that runs no script."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect
from post_office.models import Email

from coopemploi.derived import registry
from coopemploi.participation.models import Proposal
from events.models import Registration, RoundTableDraft
from events.round_tables import live
from tests.coopemploi.test_sign_up import code_of, known_user
from tests.factories import EventFactory, InitiativeFactory, UserFactory
from tests.full_site import past

# The same life, lived here by the `page` below.
from .test_introduction import need, test_a_need_meets_its_answer  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_limit_left_over():
    cache.clear()


@pytest.fixture
def page(browser):
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def test_list_is_filtered(page, site):
    InitiativeFactory(title="Garage en cours", stage="ongoing")
    InitiativeFactory(title="Garage fini", stage="completed")
    registry.flush()
    page.goto(f"{site}/initiatives/")
    page.get_by_role("checkbox", name=re.compile("^en cours")).check()
    page.get_by_role("button", name="Appliquer").click()

    expect(page.locator(".result-count")).to_have_text("1 initiative")
    expect(page.get_by_role("heading", name="Garage en cours")).to_be_visible()
    page.get_by_role("link", name="Tout retirer").click()
    expect(page.locator(".result-count")).to_have_text("2 initiatives")


def test_one_registers_after_a_mistake(page, site):
    event = EventFactory(start=past(-30), needs_registration=True)
    page.goto(site + event.get_absolute_url())
    page.get_by_role("link", name="S'inscrire").click()
    page.get_by_label("Votre prénom et votre nom").fill("Léa Cherche")
    page.get_by_role("button", name="M'inscrire").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Votre adresse e-mail").fill("lea@example.org")
    page.get_by_label("J'accepte que").check()
    page.get_by_role("button", name="M'inscrire").click()

    expect(page).to_have_url(re.compile("/inscription/demandee/"))
    assert Registration.objects.get().name == "Léa Cherche"
    link = re.search(r"/inscriptions/\S+", Email.objects.get(to="lea@example.org").message)[0]
    page.goto(site + link)
    page.get_by_role("button", name="Annuler mon inscription").click()
    expect(page.get_by_text("Votre inscription est annulée.")).to_be_visible()


def test_one_proposes_an_initiative(page, site):
    page.goto(site)
    page.get_by_role("link", name="Proposer une fiche, une correction").click()
    page.get_by_role("link", name="Une initiative").click()
    page.get_by_label("Titre").first.fill("Un garage partagé")
    page.get_by_label("Résumé").fill("On y prête des voitures.")
    page.get_by_label("Votre nom").fill("Léa Cherche")
    page.get_by_label("Votre adresse e-mail").fill("lea@example.org")
    page.get_by_role("button", name="Envoyer la proposition").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Merci")
    assert Proposal.objects.get().kind == Proposal.Kind.INITIATIVE


def test_one_writes_in_the_round_table(page, site):
    batch = live.open_form(event=EventFactory(), user=UserFactory())
    page.goto(site + reverse("round_table_enter"))
    page.get_by_label("Code affiché dans la salle").fill(batch.code)
    page.get_by_role("button", name="Ouvrir le formulaire").click()
    page.locator("[name=name]").fill("Lise Armandou")
    page.locator("[name=needs]").fill("un guide")
    page.get_by_role("button", name="Envoyer ma contribution").click()

    expect(page).to_have_url(re.compile("/ma-contribution/"))
    expect(page.locator("[name=needs]")).to_have_value("un guide")
    assert RoundTableDraft.objects.get().data["people"][0]["name"] == "Lise Armandou"


def test_one_signs_in_by_a_code(page, site):
    known_user("camille@example.org")
    page.goto(site)
    page.get_by_role("link", name="Se connecter").first.click()
    page.get_by_role("link", name="Recevoir un code par courriel").click()
    page.locator("main [name=email]").fill("camille@example.org")
    page.get_by_role("button", name="Recevoir le code").click()
    page.locator("main [name=code]").fill(code_of(mail.outbox[-1]))
    page.get_by_role("button", name="Continuer").click()

    page.get_by_role("link", name="Mon espace").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon espace")
