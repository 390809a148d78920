"""The whole life of a meeting, from its announcement to what became of what it promised.

What thirty people do alike is sent by the forms of the site; each screen is lived once.
"""

import datetime
import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from post_office.models import Email

from coopemploi import due
from coopemploi.dates import PartialDate
from coopemploi.derived import Registry
from coopemploi.mail.services import deliver
from events.models import Event, Registration
from tests.factories import CompositionFactory, MandateFactory, PersonFactory, TerritoryFactory

from .test_introduction import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SEATS, PEOPLE = 25, 30
CARRIER = "porteuse@example.org"
PASTED = """Retour sur la rencontre de Bazas

Une vingtaine de personnes se sont réunies pour parler de la mobilité.

1. Se déplacer est la première condition du travail

"On ne trouve pas de travail quand on n'a pas de voiture." Lise Armandou

Lise Armandou, maire de Bazas, a ouvert la séance.

Actions :
- Ouvrir un garage solidaire (porteur : la mission locale)
"""


def address_of(number):
    return f"personne-{number}@example.org"


@pytest.fixture
def animateur(page, site, monkeypatch):
    """Whoever animates the Gironde; gives back what signs them in, a visitor in between."""
    cache.clear()
    # What the server writes is committed: it keeps its derived tables itself.
    monkeypatch.setattr(Registry, "is_manual", False)
    gironde = TerritoryFactory(name="Gironde", kind="departement", code="33")
    bazas = TerritoryFactory(name="Bazas", kind="commune", code="33036")
    CompositionFactory(whole=gironde, part=bazas)
    PersonFactory(first_name="Paule", last_name="Porteuse", email=CARRIER)
    user = MandateFactory(role="animateur", territory=gironde).user
    return lambda: sign_in(page, site, user)


def link_in_mail(address, path):
    """The path of the last link of this kind that an address received."""
    for email in Email.objects.filter(to=address).order_by("-pk"):
        if found := re.search(rf"{path}\S+", email.message):
            return found[0]
    raise AssertionError(f"no {path} for {address}")


def choose(page, name, words):
    """Choose in a list that the server fills, as one types."""
    page.locator(f"[name={name}] + .select2").click()
    page.locator(".select2-dropdown .select2-search__field").fill(words)
    page.locator(".select2-results__option[aria-selected]", has_text=words).first.click()


def save(page, button="_continue"):
    page.locator(f"[name={button}]").last.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def visit(page, url):
    """As somebody without an account."""
    page.context.clear_cookies()
    page.goto(url)


def change_page(site, record):
    return site + reverse(
        f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk]
    )


def test_life_of_a_meeting(page, site, animateur):
    event = announce(page, site, animateur)
    register(page, site, event)
    two_leave(page, site, event)
    note_presences(page, site, animateur, event)
    write_recap(page, site, animateur, event)
    evaluate(page, site, animateur, event)
    action = retain_action(page, site, animateur, event)
    follow_up(page, site, action)
    become_initiative(page, site, animateur, action)


def announce(page, site, animateur):
    animateur()
    page.goto(site + reverse("admin:events_event_add"))
    page.locator("[name=kind]").select_option(Event.Kind.WORKSHOP)
    page.locator("[name=title]").fill("Atelier mobilité")
    page.locator("[name=start]").fill(f"{timezone.localdate() + datetime.timedelta(1):%d/%m/%Y}")
    choose(page, "town", "Bazas")
    page.get_by_text("Inscriptions", exact=True).last.click()
    page.locator("[name=needs_registration]").check()
    page.locator("[name=capacity]").fill(str(SEATS))
    save(page)
    event = Event.objects.get()
    assert Client().get(event.get_absolute_url()).status_code == 404

    page.locator("[name=status]").select_option("published")
    save(page)
    visit(page, f"{site}/evenements/")
    page.get_by_role("link", name="Atelier mobilité").first.click()
    expect(page.get_by_role("link", name="S'inscrire")).to_be_visible()
    return event


def register(page, site, event):
    page.get_by_role("link", name="S'inscrire").click()
    page.get_by_label("Votre prénom et votre nom").fill("Personne 0")
    page.get_by_label("Votre adresse e-mail").fill(address_of(0))
    page.get_by_label("Votre territoire").fill("Bazas")
    page.get_by_label("J'accepte que").check()
    page.get_by_role("button", name="M'inscrire").click()
    expect(page).to_have_url(re.compile("/inscription/demandee/"))
    visitor, form = Client(), reverse("registration_add", args=[event.slug])
    for number in range(1, PEOPLE):
        sent = {"name": f"Personne {number}", "email": address_of(number), "consent": "on"}
        assert visitor.post(form, sent).status_code == 302
    assert event.registrations.confirmed().count() == SEATS
    assert event.registrations.waiting().count() == PEOPLE - SEATS
    assert Email.objects.count() == PEOPLE


def two_leave(page, site, event):
    visit(page, site + link_in_mail(address_of(3), "/inscriptions/"))
    expect(page.get_by_text("Votre place est réservée.")).to_be_visible()
    page.get_by_role("button", name="Annuler mon inscription").click()
    expect(page.get_by_text("Votre inscription est annulée.")).to_be_visible()
    Client().post(link_in_mail(address_of(4), "/inscriptions/"), {"annuler": "oui"})

    confirmed = event.registrations.confirmed()
    assert confirmed.count() == SEATS
    promoted = {address_of(SEATS), address_of(SEATS + 1)}
    assert promoted <= set(confirmed.values_list("email", flat=True))
    visit(page, site + link_in_mail(address_of(SEATS), "/inscriptions/"))
    expect(page.get_by_text("Votre place est réservée.")).to_be_visible()
    visit(page, site + link_in_mail(address_of(PEOPLE - 1), "/inscriptions/"))
    expect(page.get_by_text("en position 3")).to_be_visible()


def note_presences(page, site, animateur, event):
    """The day after: time passed."""
    event.refresh_from_db()
    event.start = PartialDate.parse(f"{timezone.localdate():%d/%m/%Y}")
    event.save()
    animateur()
    page.goto(change_page(site, event))
    page.locator(".object-tools").get_by_role("link", name="Inscriptions").click()
    page.locator("#content").get_by_role("link", name=re.compile("[Pp]résences")).first.click()
    page.get_by_role("group", name="Personne 10", exact=True).get_by_label("excusé").check()
    page.get_by_role("group", name="Personne 1", exact=True).last.get_by_label("Nom").fill("Venue")
    page.get_by_role("button", name="noter présents tous les autres").click()
    expect(page.get_by_text("Les présences sont notées")).to_be_visible()
    presences = event.registrations.values_list("presence", flat=True)
    assert list(presences).count("present") == SEATS
    assert list(presences).count("excused") == 1
    assert event.registrations.get(name="Venue").status == Registration.Status.WALK_IN


def write_recap(page, site, animateur, event):
    page.goto(change_page(site, event))
    page.get_by_role("link", name="Partir d'un texte collé").click()
    page.get_by_label("Texte du compte rendu").fill(PASTED)
    page.get_by_role("button", name="Lire ce texte").click()
    expect(page.get_by_label(re.compile(r"Garder\s: Ouvrir un garage"))).to_be_checked()
    page.get_by_role("button", name="Enregistrer ce qui est coché").click()
    expect(page.get_by_text("Relisez-le ici.")).to_be_visible()
    page.get_by_role("link", name="Aperçu", exact=True).click()
    expect(page.get_by_text("On ne trouve pas de travail")).to_be_visible()
    public = site + event.get_absolute_url()
    visit(page, public)
    expect(page.get_by_text("On ne trouve pas de travail")).to_have_count(0)

    animateur()
    event.refresh_from_db()
    page.goto(change_page(site, event.recap))
    page.locator("[name=status]").select_option("published")
    save(page)
    visit(page, public)
    expect(page.get_by_text("On ne trouve pas de travail")).to_be_visible()
    expect(page.locator("#presences")).to_contain_text("Bazas")


def evaluate(page, site, animateur, event):
    animateur()
    page.goto(change_page(site, event))
    page.locator(".object-tools").get_by_role("link", name="Évaluation").click()
    page.locator("[name=shows_results]").check()
    save(page)
    page.get_by_role("link", name="Liens à envoyer, résultats").click()
    page.get_by_role("button", name="Envoyer aux présents").click()
    expect(page.get_by_text(f"{SEATS - 1} liens envoyés")).to_be_visible()

    link = link_in_mail(address_of(0), "/evaluations/")
    visit(page, site + link)
    page.get_by_label("5", exact=True).first.check()
    page.get_by_role("button", name="Envoyer mes réponses").click()
    expect(page.get_by_text("Merci, c'est compté")).to_be_visible()
    scale = event.evaluation.questions.first()
    for number in (1, 2, 5, 6, 7):
        sent = {f"question-{scale.pk}": "4"}
        Client().post(link_in_mail(address_of(number), "/evaluations/"), sent)
    assert Client().post(link, {f"question-{scale.pk}": "1"}).status_code == 410
    page.goto(site + event.get_absolute_url())
    expect(page.locator("#evaluation")).to_contain_text("6 répond")


def retain_action(page, site, animateur, event):
    action = event.actions.get()
    animateur()
    page.goto(change_page(site, action))
    page.locator("[name=parties-0-commitment]").fill("Trouver un local")
    choose(page, "parties-0-contact", "Porteuse")
    page.locator("[name=status]").select_option("published")
    save(page)
    visit(page, f"{site}/actions/")
    expect(page.get_by_role("link", name="Ouvrir un garage solidaire")).to_be_visible()
    return action


def follow_up(page, site, action):
    now = timezone.now()
    for days, mails in ((29, 0), (31, 1), (32, 1)):
        outcomes = list(due.run_all(now + datetime.timedelta(days)))
        assert [outcome.error for outcome in outcomes if outcome.error] == []
        deliver()
        received = [message.body for message in mail.outbox if message.to == [CARRIER]]
        assert len(received) == mails
    page.goto(site + re.search(r"/actions/ou-en-est-elle/\S+", received[0])[0])
    expect(page.get_by_text("Trouver un local")).to_be_visible()
    page.get_by_label("Une ligne pour en dire plus").fill("Le local est trouvé.")
    page.get_by_role("button", name="En cours").click()
    expect(page.get_by_text("Merci : votre réponse est notée")).to_be_visible()
    expect(page.get_by_text("Le local est trouvé.")).to_be_visible()


def become_initiative(page, site, animateur, action):
    animateur()
    page.goto(change_page(site, action))
    page.get_by_role("link", name="En faire une initiative").click()
    page.get_by_role("button", name="En faire une initiative").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    page.locator("[name=status]").select_option("published")
    save(page)
    visit(page, site + action.get_absolute_url())
    page.locator("main").get_by_role("link", name="Ouvrir un garage solidaire").first.click()
    expect(page).to_have_url(re.compile("/initiatives/"))
    back = page.locator(f"main a[href*='{action.get_absolute_url()}']")
    expect(back.first).to_be_visible()
