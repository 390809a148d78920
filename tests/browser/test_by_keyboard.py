"""The flows of everybody by keyboard alone: the mouse is never used.

At each step the focus is on something, in sight, outlined; what is wanted comes after where one is.
"""

import datetime
import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coopemploi.derived import registry
from coopemploi.participation.models import Proposal
from events.models import Event, Registration, RoundTableDraft
from events.round_tables import live
from initiatives import introductions
from initiatives.models import Introduction
from tests.coopemploi.test_sign_up import code_of, known_user
from tests.factories import EventFactory, InitiativeFactory, TerritoryFactory, UserFactory
from tests.full_site import past

from .audit import focused
from .test_introduction import LEA, NOE, need, open_link, sign_in  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Nobody goes farther for a field.
MOST_STEPS = 120


class Keyboard:
    def __init__(self, page):
        self.page = page

    def reach(self, wanted):
        """Go forward to `wanted`, by Tab."""
        expect(wanted).to_be_visible()
        for _ in range(MOST_STEPS):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            where = focused(self.page)
            assert not where["isPage"], f"the focus leaves the page before {wanted}"
            assert where["isSeen"], where["what"]
            assert not where["isCovered"], where["what"]
            assert where["isOutlined"], where["what"]
        raise AssertionError(f"{wanted} is too far")

    def follow(self, wanted):
        self.reach(wanted)
        self.page.keyboard.press("Enter")

    def check(self, wanted):
        self.reach(wanted)
        self.page.keyboard.press("Space")

    def fill(self, wanted, text):
        self.reach(wanted)
        self.page.keyboard.type(text)


@pytest.fixture(autouse=True)
def _no_limit_left_over():
    cache.clear()


@pytest.fixture
def page(browser):
    """Not the page that fails on what is refused: a mistake is made here."""
    context = browser.new_context(locale="fr-FR")
    yield context.new_page()
    context.close()


@pytest.fixture
def keyboard(page):
    page.emulate_media(reduced_motion="reduce")  # what is reached is in sight at once
    return Keyboard(page)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_list_is_filtered(page, keyboard, site):
    InitiativeFactory(title="Garage en cours", stage="ongoing")
    InitiativeFactory(title="Garage fini", stage="completed")
    registry.flush()
    page.goto(f"{site}/initiatives/")
    chosen = page.get_by_role("checkbox", name=re.compile("^en cours"))
    keyboard.check(chosen)

    expect(page.locator(".result-count")).to_have_text("1 initiative")
    expect(page.get_by_role("checkbox", name=re.compile("^en cours"))).to_be_focused()
    keyboard.follow(page.get_by_role("link", name="Garage en cours"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Garage en cours")


def test_one_registers_after_a_mistake(page, keyboard, site):
    event = EventFactory(start=past(-30), needs_registration=True)
    page.goto(site + event.get_absolute_url())
    keyboard.follow(page.get_by_role("link", name="S'inscrire"))
    expect(page).to_have_url(re.compile("/inscription/$"))
    keyboard.fill(page.get_by_label("Votre prénom et votre nom"), "Léa Cherche")
    keyboard.fill(page.get_by_label("Votre adresse e-mail"), "lea@example")
    keyboard.check(page.get_by_label("J'accepte que"))
    keyboard.follow(button(page, "M'inscrire"))

    keyboard.follow(page.get_by_role("alert").get_by_role("link").first)
    email = page.get_by_label("Votre adresse e-mail")
    expect(email).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(".org")
    keyboard.follow(button(page, "M'inscrire"))
    expect(page).to_have_url(re.compile("/inscription/demandee/"))
    assert Registration.objects.get().email == "lea@example.org"


def test_one_proposes_an_initiative(page, keyboard, site):
    page.goto(site)
    keyboard.follow(page.get_by_role("link", name="Proposer une fiche, une correction"))
    expect(page).to_have_url(re.compile("/proposer/$"))
    keyboard.follow(page.get_by_role("link", name="Une initiative"))
    expect(page).to_have_url(re.compile("/proposer/initiative/$"))
    keyboard.fill(page.get_by_label("Titre").first, "Un garage partagé")
    keyboard.fill(page.get_by_label("Résumé"), "On y prête des voitures.")
    keyboard.fill(page.get_by_label("Votre nom"), "Léa Cherche")
    keyboard.fill(page.get_by_label("Votre adresse e-mail"), "lea@example.org")
    keyboard.follow(button(page, "Envoyer la proposition"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Merci")
    assert Proposal.objects.get().kind == Proposal.Kind.INITIATIVE


def test_one_writes_in_the_round_table(page, keyboard, site):
    batch = live.open_form(event=EventFactory(), user=UserFactory())
    page.goto(site + reverse("round_table_enter"))
    keyboard.fill(page.get_by_label("Code affiché dans la salle"), batch.code)
    keyboard.follow(button(page, "Ouvrir le formulaire"))
    expect(page.locator("[name=needs]")).to_be_visible()
    keyboard.fill(page.locator("[name=name]"), "Lise Armandou")
    keyboard.fill(page.locator("[name=needs]"), "un guide")
    keyboard.follow(button(page, "Envoyer ma contribution"))

    expect(page).to_have_url(re.compile("/ma-contribution/"))
    expect(page.locator("[name=needs]")).to_have_value("un guide")
    assert RoundTableDraft.objects.get().data["people"][0]["name"] == "Lise Armandou"


def test_one_signs_in_by_a_code(page, keyboard, site):
    known_user("camille@example.org")
    page.goto(f"{site}/comptes/login/")
    keyboard.follow(page.get_by_role("link", name="Recevoir un code par courriel"))
    expect(button(page, "Recevoir le code")).to_be_visible()
    keyboard.fill(page.locator("main [name=email]"), "camille@example.org")
    keyboard.follow(button(page, "Recevoir le code"))
    expect(button(page, "Continuer")).to_be_visible()
    keyboard.fill(page.locator("main [name=code]"), code_of(mail.outbox[-1]))
    keyboard.follow(button(page, "Continuer"))

    expect(page.get_by_role("link", name="Mon espace").first).to_be_attached()


def test_a_need_meets_its_answer(page, keyboard, need, site):  # noqa: F811
    registry.flush()
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    page.goto(site + need.get_absolute_url())
    keyboard.follow(page.get_by_role("link", name="Mettez-nous en relation"))
    expect(button(page, "Envoyer")).to_be_visible()
    keyboard.fill(page.get_by_label("Votre message"), "Vous devriez vous parler.")
    keyboard.follow(button(page, "Envoyer"))
    expect(page.get_by_text("C'est parti.")).to_be_visible()

    for address in (LEA, NOE):
        open_link(page, site, address, "reponse")
        keyboard.reach(page.get_by_role("radio").first)
        page.keyboard.press("Space")
        expect(page.get_by_label("Oui, mettez-nous en relation")).to_be_checked()
        keyboard.follow(button(page, "Répondre"))
        expect(button(page, "Répondre")).to_have_count(0)
    Introduction.objects.update(introduced_at=timezone.now() - datetime.timedelta(days=31))
    introductions.follow_up(timezone.now())
    open_link(page, site, LEA, "suite")
    keyboard.reach(page.get_by_role("radio").first)
    page.keyboard.press("Space")
    expect(page.get_by_label("Oui, cela a aidé")).to_be_checked()
    keyboard.fill(page.get_by_label("Racontez en une phrase"), "Le modèle de Noé nous sert.")
    keyboard.follow(button(page, "Répondre"))

    expect(page.get_by_role("heading", name="Résolu grâce à")).to_be_visible()


def test_a_meeting_is_written_in_the_gestion(page, keyboard, site):
    TerritoryFactory(name="Bazas", kind="commune", code="33036")
    registry.flush()
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    page.goto(site + reverse("admin:events_event_add"))
    keyboard.follow(page.get_by_role("link", name="Passer au contenu principal"))
    keyboard.fill(page.locator("#id_title"), "Rencontre de janvier")
    keyboard.fill(page.locator("#id_start"), "15/01/2030")
    places = page.locator(".field-territories")
    keyboard.fill(places.locator("input.select2-search__field"), "baz")
    expect(page.get_by_role("option", name="Bazas (commune 33036)")).to_be_visible()
    page.keyboard.press("Enter")
    expect(places.locator(".select2-selection__choice")).to_contain_text("Bazas")
    keyboard.follow(button(page, "Ajouter une partie prenante"))
    expect(page.locator("#id_parties-0-role")).to_be_focused()
    for _ in range(3):  # before the arrows that put it in order
        page.keyboard.press("Shift+Tab")
    expect(page.locator(".inline-deletelink").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(button(page, "Ajouter une partie prenante")).to_be_focused()
    keyboard.follow(page.locator("[name=_save]").last)

    # What was forgotten is named above, and reached from there.
    keyboard.follow(page.locator("#error-places").get_by_role("link", name="Type"))
    expect(page.locator("#id_kind")).to_be_focused()
    page.keyboard.type("rencontre")
    keyboard.follow(page.locator("[name=_save]").last)
    expect(page.get_by_text("Fiche ajoutée")).to_be_visible()
    [event] = Event.objects.all()
    assert [each.name for each in event.territories.all()] == ["Bazas"]
