"""Registering without an account: seats in order, one mail says what became of it."""

import datetime
import re
import zoneinfo
from html import unescape

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils.html import strip_tags
from icalendar import Calendar
from post_office.models import Email

from coopemploi.dates import PartialDate
from coopemploi.mail.services import deliver
from coopemploi.publishing import Publishable
from events import registrations
from events.models import Event, Registration
from tests.factories import (
    ActorFactory,
    BelongingFactory,
    EventFactory,
    PersonFactory,
    RegistrationFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ADDRESS = "sacha@example.org"
DAY = PartialDate.parse("17/10/2030")
OPEN = datetime.datetime(2030, 9, 1, 9, tzinfo=datetime.UTC)
ANSWERS = {"name": "Sacha Martin", "email": ADDRESS, "consent": "on"}
Status = Registration.Status


@pytest.fixture(autouse=True)
def _clock():
    cache.clear()
    with time_machine.travel("2030-09-15 12:00+02:00", tick=False):
        yield


def make_event(**values):
    return EventFactory(**{"start": DAY, "needs_registration": True, **values})


def page_of(event):
    return reverse("registration_add", args=[event.slug])


def register(client, event, **answers):
    return client.post(page_of(event), {**ANSWERS, **answers})


def sent():
    deliver()
    found, mail.outbox[:] = list(mail.outbox), []
    return found


def link_in(message):
    return re.search(r"http://127.0.0.1:8000(/inscriptions/\S+)", message.body)[1]


def manage_link(registration):
    return registrations.manage_url(registration)


# The page of the event


def test_names_of_structures_and_of_territories_are_proposed_as_one_types(client):
    text = client.get(page_of(make_event())).text
    for name in ("actor_names", "territory_names"):
        assert f'<name-suggestions src="{reverse(name)}">' in text


def test_event_leads_to_its_registration_page(client):
    event = make_event()
    response = client.get(event.get_absolute_url())
    assert f'href="{page_of(event)}"' in response.text
    assert not response.cookies


@pytest.mark.parametrize(
    ("capacity", "taken", "says_so"), [(None, 2, False), (1, 0, False), (2, 1, False), (2, 2, True)]
)
def test_event_says_that_it_is_full(client, capacity, taken, says_so):
    event = make_event(capacity=capacity)
    RegistrationFactory.create_batch(taken, event=event)
    RegistrationFactory(event=event, status=Status.CANCELLED)

    page = unescape(client.get(event.get_absolute_url()).text)

    assert ("s'inscrire en liste d'attente</a>" in page) == says_so
    assert (">S'inscrire</a>" in page) != says_so


def test_event_without_registration_has_no_such_page(client):
    event = make_event(needs_registration=False)
    assert page_of(event) not in client.get(event.get_absolute_url()).text
    assert client.get(page_of(event)).status_code == 404
    assert register(client, event).status_code == 404


def test_draft_takes_no_registration(client):
    event = make_event(status=Publishable.Status.DRAFT)
    assert register(client, event).status_code == 404
    assert not Registration.objects.exists()


# Registering


def shown_in(response):
    page = BeautifulSoup(response.content, "html.parser")
    fields = page.select("main form [name]")
    return {each["name"]: each["value"] for each in fields if each.get("value")}


@pytest.mark.parametrize(("actors", "organisation"), [(1, "Le PLIE"), (2, None)])
def test_form_begins_with_what_the_site_knows_of_who_is_signed_in(client, actors, organisation):
    person = PersonFactory(
        first_name="Sacha", last_name="Martin", user=UserFactory(email=ADDRESS), email="x@a.example"
    )
    for number in range(actors):
        actor = ActorFactory(name="Le PLIE" if not number else "L'autre")
        BelongingFactory(person=person, actor=actor, state="approved")
    BelongingFactory(person=person, state="asked")
    client.force_login(person.user)
    event = make_event()

    shown = shown_in(client.get(page_of(event)))
    typed = {**ANSWERS, "name": "Ada", "email": "", "organisation": ""}
    refused = shown_in(client.post(page_of(event), typed))

    names = ("name", "email", "organisation")
    assert [shown.get(name) for name in names] == ["Sacha Martin", ADDRESS, organisation]
    assert [refused.get(name) for name in names] == ["Ada", None, None]


def test_form_begins_with_the_address_of_who_said_no_name(client):
    client.force_login(UserFactory(email=ADDRESS))

    shown = shown_in(client.get(page_of(make_event())))

    assert (shown.get("name"), shown["email"]) == (None, ADDRESS)


def test_form_begins_with_nothing_for_a_visitor(client):
    shown = shown_in(client.get(page_of(make_event())))

    assert (shown.get("name"), shown.get("email")) == (None, None)


def test_registration_is_confirmed_by_mail_with_the_calendar(client):
    event = make_event(
        title="Atelier mobilité",
        start_time=datetime.time(9, 30),
        end_time=datetime.time(12),
        online_url="https://visio.example.org/salle",
    )
    response = register(
        client, event, email="Sacha@Example.org", organisation="Mission  locale", place="Le Bourg"
    )
    assert response.url == reverse("registration_asked", args=[event.slug])
    assert "Votre demande est reçue" in client.get(response.url).text
    registration = Registration.objects.get()
    assert (registration.email, registration.name, registration.status) == (
        ADDRESS,
        "Sacha Martin",
        Status.CONFIRMED,
    )
    assert (registration.organisation, registration.place) == ("Mission locale", "Le Bourg")
    assert registration.consented_at is not None

    (message,) = sent()
    assert message.to == [ADDRESS]
    assert message.subject == "Votre inscription est enregistrée : Atelier mobilité"
    assert "17 octobre 2030, 9\xa0h\xa030 – 12\xa0h\n" in message.body
    assert "https://visio.example.org/salle" in message.body
    assert "Sacha" not in message.body  # anybody may type anything
    assert "\n\n\n" not in message.body
    ((name, content, media_type),) = message.attachments
    assert (name, media_type) == ("rencontre.ics", "text/calendar")
    (shown,) = Calendar.from_ical(content).walk("VEVENT")
    assert shown["uid"] == f"event-{event.pk}@127.0.0.1"
    assert shown.decoded("dtstart").isoformat() == "2030-10-17T09:30:00+02:00"
    assert client.get(link_in(message)).status_code == 200


def test_link_to_connect_is_never_on_the_site(client):
    event = make_event(online_url="https://visio.example.org/salle")
    day = reverse("event_calendar", args=[event.slug])
    lists = [f"{reverse('event_list')}?format={name}" for name in ("csv", "json", "ics", "atom")]
    for address in [event.get_absolute_url(), page_of(event), day, *lists]:
        response = client.get(address)
        assert response.status_code == 200
        assert b"visio.example.org" not in response.getvalue()


def test_organisation_and_territory_are_recognised(client):
    actor = ActorFactory(name="Mission locale du Bazadais")
    town = TerritoryFactory(name="Captieux", code="33095")
    register(client, make_event(), organisation="mission locale du bazadais", place="captieux")
    register(client, make_event(), organisation="Mission", place=town.full_label)
    first, second = Registration.objects.order_by("pk")
    assert (first.actor, first.territory) == (actor, town)
    assert (second.actor, second.territory) == (None, town)


def test_territories_are_proposed_while_one_types(client):
    town = TerritoryFactory(name="Captieux", code="33095")
    TerritoryFactory(name="Ailleurs")
    page = client.get(page_of(make_event())).text
    source = re.findall(r'<name-suggestions src="([^"]+)">', page)[1]
    answer = client.get(source, {"q": "capt"})
    assert re.findall(r'value="([^"]+)"', answer.text) == [town.full_label]
    assert not answer.cookies
    for words in ("", "\0", "a" * 10_000, "%"):
        assert client.get(source, {"q": words}).status_code == 200


def test_homonyms_are_kept_as_written(client):
    TerritoryFactory(name="Saint-Denis", code="93066")
    TerritoryFactory(name="Saint-Denis", code="97411")
    register(client, make_event(), place="Saint-Denis")
    registration = Registration.objects.get()
    assert (registration.territory, registration.place) == (None, "Saint-Denis")


# Seats


def test_when_it_is_full_one_waits_in_order(client):
    event = make_event(capacity=1)
    for number in range(3):
        register(client, event, email=f"personne-{number}@example.org")
    assert list(event.registrations.values_list("status", flat=True)) == [
        Status.CONFIRMED,
        Status.WAITING,
        Status.WAITING,
    ]
    _, second, third = sent()
    assert second.subject.startswith("Liste d'attente")
    assert "en position 1." in second.body
    assert "en position 2." in third.body
    assert not third.attachments
    assert "C'est complet." in client.get(page_of(event)).text


def test_a_seat_given_back_goes_to_the_first_who_waits(client):
    event = make_event(capacity=2)
    for number in range(5):
        register(client, event, email=f"personne-{number}@example.org")
    sent()
    for number in (0, 1):
        leaving = event.registrations.get(email=f"personne-{number}@example.org")
        client.post(manage_link(leaving), {"annuler": "oui"})
    assert dict(event.registrations.values_list("email", "status")) == {
        "personne-0@example.org": Status.CANCELLED,
        "personne-1@example.org": Status.CANCELLED,
        "personne-2@example.org": Status.CONFIRMED,
        "personne-3@example.org": Status.CONFIRMED,
        "personne-4@example.org": Status.WAITING,
    }
    told = [(message.to[0], message.subject.split(" : ")[0]) for message in sent()]
    assert told == [
        ("personne-0@example.org", "Inscription annulée"),
        ("personne-2@example.org", "Une place pour vous"),
        ("personne-1@example.org", "Inscription annulée"),
        ("personne-3@example.org", "Une place pour vous"),
    ]


def test_who_leaves_the_waiting_list_frees_no_seat(client):
    event = make_event(capacity=1)
    for number in range(3):
        register(client, event, email=f"personne-{number}@example.org")
    leaving = event.registrations.get(email="personne-1@example.org")
    client.post(manage_link(leaving), {"annuler": "oui"})
    last = event.registrations.get(email="personne-2@example.org")
    assert last.status == Status.WAITING
    assert "en position 1." in client.get(manage_link(last)).text


def test_who_comes_back_goes_to_the_end_of_the_list(client):
    event = make_event(capacity=1)
    for number in range(3):
        register(client, event, email=f"personne-{number}@example.org")
    first = event.registrations.get(email="personne-0@example.org")
    client.post(manage_link(first), {"annuler": "oui"})
    register(client, event, email="personne-0@example.org")
    first.refresh_from_db()
    assert first.status == Status.WAITING
    assert registrations.place_in_queue(first) == 2


def test_place_in_queue_of_who_leaves_it_meanwhile():
    event = make_event(capacity=1)
    first, second = RegistrationFactory.create_batch(2, event=event, status=Status.WAITING)
    Registration.objects.filter(pk=second.pk).delete()
    assert registrations.place_in_queue(first) == 1
    assert registrations.place_in_queue(second) == 2


def test_more_seats_promote_those_who_wait(animateur_client):
    event = make_event(capacity=1)
    RegistrationFactory(event=event)
    waiting = RegistrationFactory(event=event, status=Status.WAITING)
    Event.objects.filter(pk=event.pk).update(capacity=5)
    assert registrations.refill(event) == 1
    waiting.refresh_from_db()
    assert waiting.status == Status.CONFIRMED


def test_a_cancelled_event_promotes_nobody():
    event = make_event(capacity=1)
    waiting = RegistrationFactory(event=event, status=Status.WAITING)
    event.cancel()
    assert registrations.refill(event) == 0
    waiting.refresh_from_db()
    assert waiting.status == Status.WAITING


# Twice, and what it would tell of others


@pytest.mark.parametrize("capacity", [None, 1, 2])
def test_registering_twice_answers_alike_and_changes_nothing(client, capacity):
    event = make_event(capacity=capacity)
    first = register(client, event)
    sent()
    page_before = re.sub(r'name="csrf[^>]+>', "", client.get(page_of(event)).text)
    again = register(client, event, name="Quelqu'un d'autre", organisation="Une autre")
    page_after = re.sub(r'name="csrf[^>]+>', "", client.get(page_of(event)).text)

    assert (again.status_code, again.url) == (first.status_code, first.url)
    assert page_before == page_after
    registration = Registration.objects.get()
    assert (registration.name, registration.organisation) == ("Sacha Martin", "")
    (message,) = sent()
    assert message.to == [ADDRESS]
    assert message.subject.startswith("Votre inscription était déjà enregistrée")
    assert "Pour inscrire une autre personne, donnez une autre adresse." in message.body
    assert client.get(link_in(message)).status_code == 200


def test_who_waits_is_not_told_that_they_had_a_seat(client):
    event = make_event(capacity=1)
    RegistrationFactory(event=event)
    register(client, event)
    sent()

    register(client, event)

    (message,) = sent()
    assert message.subject == f"Vous étiez déjà sur la liste d'attente : {event.title}"


def test_page_says_neither_who_nor_how_many_are_registered(client):
    """A number of seats left would tell, by not changing, who is registered already."""
    event = make_event(capacity=10)
    before = re.sub(r'name="csrf[^>]+>', "", client.get(page_of(event)).text)
    RegistrationFactory.create_batch(3, event=event, organisation="Structure secrète")
    after = re.sub(r'name="csrf[^>]+>', "", client.get(page_of(event)).text)
    assert before == after
    for address in (event.get_absolute_url(), reverse("event_list")):
        text = client.get(address).text
        assert "inscrit-" not in text
        assert "Structure secrète" not in text


def test_nobody_is_mailed_more_than_ten_times_a_day(client):
    event = make_event()
    for _ in range(12):
        assert register(client, event).status_code == 302
    assert Email.objects.count() == 10


# Bad input


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"name": ""}, "Indiquez votre nom."),
        ({"name": "   "}, "Indiquez votre nom."),
        ({"name": "🎉🎉"}, "Écrivez ce nom avec des lettres."),
        ({"name": "a" * 10_000}, "Ce nom dépasse 100 caractères."),
        ({"organisation": "a" * 10_000}, "Ce nom dépasse 150 caractères."),
        ({"access_needs": "a" * 10_000}, "Dites-le en 500 caractères (10000 ici)."),
        ({"email": "sacha@"}, "Adresse incomplète."),
        ({"email": f"{'a' * 10_000}@example.org"}, "Adresse"),
        ({"consent": ""}, "Sans votre accord, nous ne pouvons pas vous inscrire."),
    ],
)
def test_what_is_wrong_is_said_beside_it(client, answers, said):
    response = register(client, make_event(), **answers)
    assert response.status_code == 400
    assert said in response.text.replace("&#x27;", "'")
    assert not Registration.objects.exists()


def test_summary_of_errors_leads_to_each_field(client):
    response = register(client, make_event(), name="", consent="")
    links = BeautifulSoup(response.text, "html.parser").select("#erreurs li")
    assert [(link.a["href"], link.text) for link in links] == [
        ("#id_name", "Votre prénom et votre nom\xa0: Indiquez votre nom."),
        ("#id_consent", "Sans votre accord, nous ne pouvons pas vous inscrire."),
    ]


def test_signs_that_no_database_takes_are_left_out(client):
    register(client, make_event(), name="Sa\0cha 🎉")
    registration = Registration.objects.get()
    assert registration.name == "Sacha 🎉"


def test_robot_is_thanked_and_ignored(client):
    event = make_event()
    response = register(client, event, website="https://spam.example")
    assert response.url == reverse("registration_asked", args=[event.slug])
    assert not Registration.objects.exists()
    assert not Email.objects.exists()


def test_too_many_sendings_are_refused(client, monkeypatch):
    monkeypatch.setattr("events.registration_views.PER_HOUR", 2)
    event = make_event()
    statuses = [
        register(client, event, email=f"personne-{number}@example.org").status_code
        for number in range(3)
    ]
    assert statuses == [302, 302, 429]
    assert Registration.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"registration_closes_at": OPEN}, 410, "Les inscriptions sont closes"),
        ({"start": PartialDate.parse("14/09/2030")}, 410, "Les inscriptions sont closes"),
        (
            {"start": PartialDate.parse("15/09/2030"), "start_time": datetime.time(9)},
            410,
            "Les inscriptions sont closes",
        ),
        (
            {
                "start": PartialDate.parse("15/09/2030"),
                "end_time": datetime.time(11, 30),
                "registration_closes_at": OPEN + datetime.timedelta(days=20),
            },
            410,
            "Les inscriptions sont closes",
        ),
        ({"state": "cancelled"}, 410, "Cette rencontre est annulée"),
        ({"state": "postponed"}, 410, "Cette rencontre est reportée"),
        (
            {"registration_opens_at": OPEN + datetime.timedelta(days=20)},
            403,
            "Elles ouvrent le 21 septembre 2030",
        ),
    ],
)
def test_out_of_its_dates_registration_is_refused(client, values, status, said):
    event = make_event(**values)
    for response in (client.get(page_of(event)), register(client, event)):
        assert response.status_code == status
        assert said in response.text
    assert not Registration.objects.exists()
    assert not Email.objects.exists()


def test_dates_are_said_in_french(client):
    paris = zoneinfo.ZoneInfo("Europe/Paris")
    event = make_event(
        start=PartialDate.parse("1er novembre 2030"),
        end_time=datetime.time(12),
        registration_closes_at=datetime.datetime(2030, 10, 1, 9, 5, tzinfo=paris),
    )

    assert "jusqu'au 1er octobre 2030 à 9\xa0h\xa005" in client.get(page_of(event)).text
    register(client, event)
    (message,) = sent()
    assert "1er novembre 2030, jusqu'à 12\xa0h\n" in message.body


def test_several_days_are_said_at_once(client):
    days = {"start": PartialDate.parse("31/10/2030"), "end": PartialDate.parse("1/11/2030")}
    event = make_event(**days, start_time=datetime.time(9))

    for address in (event.get_absolute_url(), page_of(event), reverse("event_list")):
        assert "du 31 octobre au 1er novembre 2030" in strip_tags(client.get(address).text)
    register(client, event)
    assert "Du 31 octobre au 1er novembre 2030, 9\xa0h\n" in sent()[0].body


def test_days_in_words_are_mailed_as_they_are_written(client):
    days = {"start": PartialDate.parse("[] l'automne"), "end": PartialDate.parse("31/10/2030")}
    register(client, make_event(**days))

    assert "L'automne – 31 octobre 2030\n" in sent()[0].body


# Changing and cancelling


def test_answers_are_changed_by_the_link(client):
    registration = RegistrationFactory(event=make_event(), name="Sacha", access_needs="Rien")
    link = manage_link(registration)
    assert 'value="Sacha"' in client.get(link).text
    data = {"name": "Sacha Martin", "organisation": "PLIE", "access_needs": "Fauteuil"}
    response = client.post(link, {**data, "email": "pirate@example.org"}, follow=True)
    assert "Vos réponses sont changées." in response.text
    changed = Registration.objects.get()
    assert (changed.name, changed.organisation, changed.access_needs) == (
        "Sacha Martin",
        "PLIE",
        "Fauteuil",
    )
    assert changed.email == registration.email


def test_registration_deleted_while_its_answers_change_is_not_found(client, monkeypatch):
    link = manage_link(RegistrationFactory(event=make_event()))
    opened_with = registrations.opened_with

    def deleted_since(signed):
        registration = opened_with(signed)
        Registration.objects.all().delete()
        return registration

    monkeypatch.setattr(registrations, "opened_with", deleted_since)
    response = client.post(link, {"name": "Sacha Martin"})

    assert response.status_code == 404
    assert "vos réponses ne sont pas gardées" in response.text
    assert not Registration.objects.exists()


def test_bad_change_is_refused(client):
    registration = RegistrationFactory(event=make_event(), name="Sacha")
    response = client.post(manage_link(registration), {"name": "🎉"})
    assert response.status_code == 400
    assert "Écrivez ce nom avec des lettres." in response.text
    assert Registration.objects.get().name == "Sacha"


def test_event_deleted_while_one_registers_is_not_found(client, monkeypatch):
    event = make_event()
    monkeypatch.setattr(
        "events.registration_views.may_send", lambda *args, **kwargs: Event.objects.all().delete()
    )

    assert register(client, event).status_code == 404
    assert not Registration.objects.exists()


def test_event_deleted_while_one_cancels_is_nothing_to_cancel():
    registration = RegistrationFactory()
    Event.objects.all().delete()

    registrations.cancel(registration)

    assert sent() == []


def test_reading_the_link_cancels_nothing(client):
    registration = RegistrationFactory(event=make_event())
    assert client.get(manage_link(registration), {"annuler": "oui"}).status_code == 200
    assert Registration.objects.get().status == Status.CONFIRMED


def test_cancelling_twice_tells_once(client):
    registration = RegistrationFactory(event=make_event())
    for _ in range(2):
        response = client.post(manage_link(registration), {"annuler": "oui"}, follow=True)
        assert "Votre inscription est annulée." in response.text
    assert len(sent()) == 1


def test_forged_link_opens_nothing(client):
    first, second = RegistrationFactory.create_batch(2, event=make_event())
    token = registrations.MANAGE.sign(first.pk)
    others = registrations.MANAGE.sign(second.pk)
    forged = others.split(":")[0] + token[token.index(":") :]
    for bad in (forged, token[:-1], "absent", "é", "a" * 3000):
        response = client.post(reverse("registration_manage", args=[bad]), {"annuler": "oui"})
        assert response.status_code == 404
        assert second.name not in response.text
    assert not Registration.objects.filter(status=Status.CANCELLED).exists()


def test_who_was_written_to_by_mistake_reads_no_more(client):
    """The team mends an address: the mail to the wrong one had a link to what is said."""
    registration = RegistrationFactory(event=make_event(), access_needs="Un interprète")
    wrong, before = manage_link(registration), registrations.MANAGE.sign(registration.pk)
    assert "Un interprète" in client.get(wrong).text

    registration.email = "la.bonne@example.org"
    registration.save()

    response = client.post(wrong, {"annuler": "oui"})
    assert response.status_code == 404
    assert "autre adresse" in response.text
    registration.refresh_from_db()
    assert registration.is_active
    assert "Un interprète" in client.get(manage_link(registration)).text
    # Sent by an older site, which did not sign the address.
    link = reverse("registration_manage", args=[before])
    assert "Un interprète" in client.get(link).text


def test_link_of_a_registration_erased_since_is_not_found(client):
    registration = RegistrationFactory(event=make_event())
    link = manage_link(registration)
    registration.delete()
    assert client.get(link).status_code == 404


def test_expired_link_says_so(client):
    registration = RegistrationFactory(event=make_event())
    link = manage_link(registration)
    with time_machine.travel("2031-12-01"):
        response = client.get(link)
    assert response.status_code == 410
    assert "Ce lien a expiré" in response.text


def test_after_the_event_the_link_changes_nothing(client):
    registration = RegistrationFactory(event=make_event())
    link = manage_link(registration)
    with time_machine.travel("2030-10-18 12:00+02:00"):
        response = client.post(link, {"annuler": "oui"})
    assert response.status_code == 410
    assert "Cette rencontre a eu lieu" in response.text
    assert Registration.objects.get().status == Status.CONFIRMED


# The calendar of an event


def test_calendar_of_an_event_follows_its_changes(client):
    event = make_event(start_time=datetime.time(9))
    address = reverse("event_calendar", args=[event.slug])

    def shown():
        response = client.get(address)
        assert response["Content-Type"].startswith("text/calendar")
        (entry,) = Calendar.from_ical(response.getvalue()).walk("VEVENT")
        return entry

    before = shown()
    assert before["url"] == f"http://testserver{event.get_absolute_url()}"
    assert before["dtstart"].params["TZID"] == "Europe/Paris"
    assert (before["status"], before["sequence"]) == ("CONFIRMED", 0)
    event.venue, event.slug = "Ailleurs", "autre-adresse"
    event.save()
    address = reverse("event_calendar", args=[event.slug])
    moved = shown()
    event.state = "postponed"
    event.save()
    postponed = shown()
    event.cancel()
    cancelled = shown()
    entries = [before, moved, postponed, cancelled]
    assert [entry["sequence"] for entry in entries] == [0, 1, 2, 3]
    assert {entry["uid"] for entry in entries} == {before["uid"]}
    assert (postponed["status"], cancelled["status"]) == ("TENTATIVE", "CANCELLED")
    assert cancelled["description"].startswith("Rencontre annulée.")


def test_event_whose_day_is_unknown_has_no_calendar(client):
    event = make_event(start=PartialDate.parse("10/2030"))
    assert client.get(reverse("event_calendar", args=[event.slug])).status_code == 404
    assert "agenda.ics" not in client.get(event.get_absolute_url()).text


def test_addresses_of_present_are_those_marked_present():
    event = make_event()
    RegistrationFactory(event=event, email="b@example.org", presence="present")
    RegistrationFactory(event=event, email="a@example.org", presence="present")
    RegistrationFactory(event=event, email="", presence="present", status=Status.WALK_IN)
    RegistrationFactory(event=event, email="c@example.org", presence="excused")
    RegistrationFactory(event=event, email="d@example.org")
    RegistrationFactory(email="e@example.org", presence="present")
    assert registrations.addresses_of_present(event) == ["a@example.org", "b@example.org"]
