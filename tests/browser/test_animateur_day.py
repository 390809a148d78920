"""A day of an animateur, lived in a real browser within a perimeter."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from coopemploi.derived import registry
from events.models import Event
from initiatives.models import Initiative
from territories.models import Actor, Territory
from tests.factories import (
    ActorFactory,
    CompositionFactory,
    EventFactory,
    InitiativeFactory,
    InvolvementFactory,
    MandateFactory,
    SessionFactory,
    TerritoryFactory,
    UserFactory,
)

from .test_second_factor import SECRET, code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INITIATIVES = reverse("admin:initiatives_initiative_changelist")


@pytest.fixture
def animateur():
    cache.clear()
    gironde = TerritoryFactory(name="Gironde", kind="departement", code="33")
    bazas = TerritoryFactory(name="Bazas", kind="commune", code="33036")
    CompositionFactory(whole=gironde, part=bazas)
    user = UserFactory(email="camille@example.org", is_staff=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    TOTP.activate(user, SECRET)
    MandateFactory(user=user, territory=gironde)
    return user


def sign_in(page, site):
    page.goto(f"{site}/admin/")
    page.get_by_label("E-mail").fill("camille@example.org")
    page.get_by_label("Mot de passe", exact=False).first.fill("mot de passe")
    page.keyboard.press("Enter")
    page.get_by_label("Code").fill(code(SECRET))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/$"))


def told(page, text):
    expect(page.locator(".messagelist")).to_contain_text(text)


def spreadsheet(good, bad):
    lines = ["titre;avancement;territoires"]
    lines += [f"Garage {n};en cours;commune:33036" for n in range(good)]
    lines += [f"Vélo {n};jamais vu;commune:33036" for n in range(bad)]
    return "\n".join(lines).encode()


def test_day_of_an_animateur(page, site, animateur):
    bazas = Territory.objects.get(name="Bazas")
    proposals = InitiativeFactory.create_batch(2, status="proposed")
    elsewhere = InitiativeFactory(title="Ailleurs", status="proposed")
    elsewhere.territories.add(TerritoryFactory(name="Dax"))
    for proposal in proposals:
        proposal.territories.add(bazas)
    twins = [ActorFactory(name=name) for name in ("Mission locale du Sud", "Mission Locale du sud")]
    for twin in twins:
        twin.territories.add(bazas)
    InvolvementFactory(actor=twins[1], initiative=proposals[0])
    meeting = EventFactory(title="Rencontre de Bazas", town=bazas)
    SessionFactory(event=meeting, title="Plénière")
    registry.flush()

    # The morning: sign in, and see what awaits within the perimeter.
    sign_in(page, site)
    panel = page.get_by_role("region", name=re.compile("Fiches à relire"))
    panel.get_by_role("link", name="Initiatives").click()

    # Moderate two proposals.
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    page.wait_for_load_state()  # the script that ticks every row comes last
    page.locator("#action-toggle").check()
    expect(page.locator("#result_list tr.selected")).to_have_count(2)
    page.locator("select[name=action]").select_option("publish_selection")
    page.get_by_role("button", name="Envoyer").click()
    page.get_by_role("button", name="Confirmer").click()
    told(page, "2 fiches publiées")
    assert set(Initiative.objects.published()) == set(proposals)

    # Import sixty initiatives, five of which are bad.
    page.goto(f"{site}{INITIATIVES}importer/")
    file = {"name": "garages.csv", "mimeType": "text/csv", "buffer": spreadsheet(55, 5)}
    page.get_by_label("Votre fichier").set_input_files(file)
    page.get_by_role("button", name="Envoyer").click()
    page.get_by_role("button", name="Voir l'aperçu").click()
    expect(page.get_by_role("link", name=re.compile(r"^5 "))).to_be_visible()
    page.get_by_role("button", name="Enregistrer 55 fiches").click()
    expect(page.get_by_role("link", name="Retirer cet import")).to_be_visible()
    batch = page.url
    assert Initiative.objects.filter(title__startswith="Garage").count() == 55
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("5 lignes à reprendre")).click()
    assert download.value.suggested_filename.endswith(".xlsx")

    # Mend the five.
    page.goto(f"{site}{INITIATIVES}importer/")
    mended = spreadsheet(0, 5).replace(b"jamais vu", b"en projet")
    file = {"name": "reprise.csv", "mimeType": "text/csv", "buffer": mended}
    page.get_by_label("Votre fichier").set_input_files(file)
    page.get_by_role("button", name="Envoyer").click()
    page.get_by_role("button", name="Voir l'aperçu").click()
    page.get_by_role("button", name="Enregistrer 5 fiches").click()
    expect(page.get_by_role("link", name="Retirer cet import")).to_be_visible()
    assert Initiative.objects.filter(title__startswith="Vélo").count() == 5

    # Merge a duplicate: what was attached to it follows.
    page.goto(f"{site}{reverse('admin:territories_actor_duplicates')}")
    page.get_by_role("button", name="Comparer maintenant").click()
    page.get_by_role("link", name="Comparer").first.click()
    page.get_by_role("button", name="Fusionner").click()
    told(page, "fusion")
    [survivor] = Actor.objects.filter(name__icontains="mission locale")
    assert proposals[0].involvements.get().actor == survivor

    # Take the first import back.
    page.goto(batch)
    page.get_by_role("link", name="Retirer cet import").click()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("Cet import a été retiré")).to_be_visible()
    assert Initiative.objects.filter(title__startswith="Garage").count() == 0
    assert Initiative.objects.filter(title__startswith="Vélo").count() == 5

    # Delete a meeting, and bring it back with its programme.
    page.goto(f"{site}{reverse('admin:events_event_delete', args=[meeting.pk])}")
    page.get_by_role("button", name=re.compile("^Oui")).click()
    assert not Event.objects.filter(pk=meeting.pk).exists()
    page.goto(f"{site}{reverse('admin:events_event_bin')}")
    page.get_by_role("link", name="Sortir de la corbeille").click()
    page.get_by_role("button", name="Sortir de la corbeille").click()
    told(page, "La fiche est de retour")
    assert [session.title for session in Event.objects.get(pk=meeting.pk).sessions.all()] == [
        "Plénière"
    ]

    # Meet a conflict, and settle it.
    address = f"{site}{reverse('admin:initiatives_initiative_change', args=[proposals[0].pk])}"
    page.goto(address)
    page.get_by_label("Résumé").fill("Le mien.")
    other = page.context.new_page()
    other.goto(address)
    other.get_by_label("Résumé").fill("Celui de l'autre.")
    other.get_by_role("button", name="Enregistrer", exact=True).first.click()
    expect(other.locator(".messagelist")).to_be_visible()
    page.get_by_role("button", name="Enregistrer", exact=True).first.click()
    expect(page.get_by_role("heading", name=re.compile("Quelqu'un a changé"))).to_be_visible()
    page.get_by_label("Garder ce que j'ai écrit").check()
    page.get_by_role("button", name="Enregistrer ces choix").click()
    expect(page.locator(".messagelist")).to_be_visible()
    proposals[0].refresh_from_db()
    assert proposals[0].summary == "Le mien."

    # What lies out of the perimeter is read, not written.
    page.goto(f"{site}{reverse('admin:initiatives_initiative_change', args=[elsewhere.pk])}")
    expect(page.get_by_role("heading", name="Ailleurs")).to_be_visible()
    expect(page.get_by_role("button", name="Enregistrer", exact=True)).to_have_count(0)
