"""What the team writes in a registration itself."""

import datetime
import html
from importlib import import_module

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.apps import apps
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from coopemploi.dates import PartialDate
from coopemploi.history.bin import deleted_versions
from coopemploi.mail.services import deliver
from events import registrations, reminders
from events.models import Event, Registration
from events.models.news import dates_of
from tests.coopemploi.test_conflicts import form_of
from tests.factories import (
    ActorFactory,
    EventFactory,
    MandateFactory,
    RegistrationFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

ADD = reverse("admin:events_registration_add")
DAY = PartialDate.parse("17/10/2030")
Status = Registration.Status


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2030-09-15 12:00+02:00", tick=False):
        yield


def make_event(**values):
    return EventFactory(**{"start": DAY, "needs_registration": True, **values})


def data_of(registration, **values):
    fields = ("event_id", "name", "email", "status", "presence")
    data = {name.removesuffix("_id"): getattr(registration, name) for name in fields}
    return {**data, **values}


def change(client, registration, **values):
    url = reverse("admin:events_registration_change", args=[registration.pk])
    response = client.post(url, data_of(registration, **values), follow=True)
    assert response.redirect_chain, response.context["errors"]
    registration.refresh_from_db()
    return html.unescape(response.text)


def sent():
    deliver()
    found, mail.outbox[:] = list(mail.outbox), []
    return [(message.to[0], message.subject.split(" : ")[0]) for message in found]


# One address, one registration


def test_address_typed_in_capitals_registers_once(animateur_client):
    event = make_event()
    typed = Registration(event=event, name="Léa Roux", email="Lea.Roux@Example.org")
    assert animateur_client.post(ADD, data_of(typed)).status_code == 302

    registrations.register(event=event, email="lea.roux@example.org", answers={"name": "Léa"})

    assert list(event.registrations.values_list("name", "email")) == [
        ("Léa Roux", "lea.roux@example.org")
    ]


def test_address_registered_already_is_refused_whatever_its_case(animateur_client):
    known = RegistrationFactory(event=make_event(), email="lea@example.org")
    response = animateur_client.post(ADD, data_of(known, email="LEA@example.org"))
    assert response.status_code == 200
    assert "Cette adresse est déjà inscrite à cette rencontre." in response.text
    assert Registration.objects.count() == 1


def test_addresses_kept_in_capitals_are_lowered_and_each_keeps_one_registration():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX registration_once")  # as before it minded the case
    event, other = make_event(), make_event()
    for values in (
        {"event": event, "email": "Lea@Example.org", "status": Status.WAITING},
        {"event": event, "email": "lea@example.org", "status": Status.CONFIRMED},
        {"event": event, "email": "LEA@example.org", "presence": "present"},
        {"event": event, "email": ""},
        {"event": event, "email": ""},
        {"event": other, "email": "Lea@example.org"},
    ):
        RegistrationFactory(**values)

    import_module("events.migrations.0010_lower_registration_addresses").lower(apps, None)

    rows = Registration.objects.order_by("pk").values_list("email", "status", "presence")
    assert list(rows) == [
        ("", Status.CANCELLED, ""),
        ("lea@example.org", Status.CONFIRMED, "present"),
        ("", Status.CANCELLED, ""),
        ("", Status.CONFIRMED, ""),
        ("", Status.CONFIRMED, ""),
        ("lea@example.org", Status.CONFIRMED, ""),
    ]


# Seats


def test_registration_moved_to_another_event_frees_its_seat(animateur_client):
    event, other = make_event(capacity=1), make_event(capacity=5)
    moved = RegistrationFactory(event=event)
    waiting = RegistrationFactory(event=event, status=Status.WAITING)
    RegistrationFactory(event=other, rank=40)
    change(animateur_client, moved, event=other.pk)
    waiting.refresh_from_db()
    assert waiting.status == Status.CONFIRMED
    assert (waiting.email, "Une place pour vous") in sent()
    assert (moved.event, moved.rank) == (other, 41)


def test_registration_moved_knows_the_date_of_its_event(animateur_client):
    moved = RegistrationFactory(event=make_event(), week_reminder_at=timezone.now())
    other = make_event(start=PartialDate.parse("5/12/2030"))
    change(animateur_client, moved, event=other.pk)
    assert (moved.told_start, moved.week_reminder_at) == (dates_of(other), None)


def test_seat_of_a_meeting_that_has_ended_or_is_a_draft_goes_to_nobody():
    for values in (
        {"start": PartialDate.parse("15/09/2030"), "end_time": datetime.time(11)},
        {"status": "draft"},
    ):
        event = make_event(capacity=1, **values)
        leaving = RegistrationFactory(event=event)
        RegistrationFactory(event=event, status=Status.WAITING)
        registrations.cancel(leaving)
        assert "Une place pour vous" not in dict(sent()).values()


def test_version_of_an_event_with_more_seats_gives_them(animateur_client):
    event = make_event(capacity=5)
    version = event.history.get()
    event.capacity = 1
    event.save()
    RegistrationFactory(event=event)
    waiting = RegistrationFactory(event=event, status=Status.WAITING)
    url = reverse("admin:events_event_restore", args=[event.pk, "event", version.pk])
    response = animateur_client.post(url, follow=True)
    assert "1 personne de la liste d&#x27;attente inscrite, et prévenue." in response.text
    waiting.refresh_from_db()
    assert waiting.status == Status.CONFIRMED


def test_version_of_a_registration_that_was_cancelled_gives_its_seat(animateur_client):
    event = make_event(capacity=1)
    leaving = RegistrationFactory(event=event, status=Status.CANCELLED)
    version = leaving.history.get()
    leaving.status = Status.CONFIRMED
    leaving.save()
    waiting = RegistrationFactory(event=event, status=Status.WAITING)
    args = [leaving.pk, "registration", version.pk]
    response = animateur_client.post(reverse("admin:events_registration_restore", args=args))
    assert response.status_code == 302
    waiting.refresh_from_db()
    assert waiting.status == Status.CONFIRMED


def test_seats_set_free_by_any_other_writing_are_given_when_due():
    event = make_event(capacity=1)
    RegistrationFactory(event=make_event(capacity=1), status=Status.CANCELLED)
    first, second = RegistrationFactory.create_batch(2, event=event, status=Status.WAITING)
    assert registrations.refill_all() == 1
    assert registrations.refill_all() == 0
    for registration in (first, second):
        registration.refresh_from_db()
    assert (first.status, second.status) == (Status.CONFIRMED, Status.WAITING)


def test_seats_of_a_draft_are_given_once_it_is_published():
    event = make_event(capacity=1, status="draft")
    RegistrationFactory(event=event, status=Status.WAITING)
    assert registrations.refill_all() == 0
    event.publish()
    assert registrations.refill_all() == 1


# Cancelled by the team


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.WAITING])
def test_registration_cancelled_by_the_team_is_told_once(animateur_client, status):
    registration = RegistrationFactory(event=make_event(title="Atelier"), status=status)
    change(animateur_client, registration, status=Status.CANCELLED)
    change(animateur_client, registration, status=Status.CANCELLED, name="Un autre nom")
    deliver()
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([registration.email], "Inscription annulée : Atelier")
    assert "L'équipe qui prépare la rencontre a annulé votre inscription." in message.body
    assert "Merci" not in message.body
    assert not message.attachments


@pytest.mark.parametrize(
    ("event", "registration"),
    [
        ({"start": PartialDate.parse("14/09/2030")}, {}),
        ({}, {"email": ""}),
        ({}, {"status": Status.CANCELLED}),
        ({}, {"status": Status.WALK_IN}),
    ],
)
def test_nobody_is_told_of_a_seat_they_would_not_have_taken(animateur_client, event, registration):
    registration = RegistrationFactory(event=make_event(**event), **registration)
    change(animateur_client, registration, status=Status.CANCELLED)
    assert sent() == []


@pytest.mark.parametrize(
    ("before", "after", "subjects"),
    [
        (Status.WAITING, Status.CONFIRMED, ["Une place pour vous"]),
        (Status.CANCELLED, Status.CONFIRMED, ["Votre inscription est enregistrée"]),
        (Status.CANCELLED, Status.WAITING, ["Liste d'attente"]),
        (Status.CONFIRMED, Status.WAITING, ["Liste d'attente"]),
        (Status.CONFIRMED, Status.WALK_IN, []),
        (Status.CONFIRMED, Status.CONFIRMED, []),
    ],
)
def test_what_the_team_makes_of_a_registration_is_told(animateur_client, before, after, subjects):
    event = make_event(capacity=1)
    registration = RegistrationFactory(event=event, status=before)
    if after == Status.WAITING:
        RegistrationFactory(event=event)  # has the only seat
    change(animateur_client, registration, status=after)
    assert sent() == [(registration.email, subject) for subject in subjects]
    assert registration.status == after


def test_seat_given_by_the_team_says_it_all():
    event = make_event(
        start=PartialDate.parse("18/09/2030"), online_url="https://visio.example.org"
    )
    registration = RegistrationFactory(event=event, status=Status.WAITING)
    was = Registration.objects.get()
    registration.status = Status.CONFIRMED
    registrations.tell_decided_by_team(registration, was=was)
    deliver()
    assert "https://visio.example.org" in mail.outbox[0].body
    assert mail.outbox[0].attachments
    assert registration.week_reminder_at


@pytest.mark.parametrize(
    ("status", "subject"),
    [(Status.CONFIRMED, "Votre inscription est enregistrée"), (Status.WAITING, "Liste d'attente")],
)
def test_whom_the_team_registers_is_told(animateur_client, status, subject):
    event = make_event(capacity=1)
    if status == Status.WAITING:
        RegistrationFactory(event=event)  # has the only seat
    actor, town = ActorFactory(name="Mission locale"), TerritoryFactory(name="Dax")
    typed = Registration(event=event, name="Léa Roux", email="Lea@example.org", status=status)
    data = data_of(typed, organisation="mission locale", place="Dax")
    response = animateur_client.post(ADD, data, follow=True)
    assert "Un courriel est parti à lea@example.org." in html.unescape(response.text)
    assert sent() == [("lea@example.org", subject)]
    registration = Registration.objects.get(email="lea@example.org")
    assert (registration.actor, registration.territory) == (actor, town)


def test_whom_the_team_registers_without_an_address_is_told_nothing(animateur_client):
    typed = Registration(event=make_event(), name="Léa Roux")
    response = animateur_client.post(ADD, data_of(typed), follow=True)
    assert "Un courriel est parti" not in response.text
    assert sent() == []


@pytest.mark.parametrize("before", ["lae@example.org", ""])
def test_whose_address_the_team_mends_is_told_there(animateur_client, before):
    registration = RegistrationFactory(event=make_event(), email=before)
    change(animateur_client, registration, email=before.upper())
    assert sent() == []
    page = change(animateur_client, registration, email="lea@example.org")
    assert "Un courriel est parti à lea@example.org." in page
    assert sent() == [("lea@example.org", "Votre inscription est enregistrée")]


def test_whose_address_is_mended_is_told_there_that_the_team_cancels(animateur_client):
    registration = RegistrationFactory(event=make_event(), email="lae@example.org")
    mended = {"status": Status.CANCELLED, "email": "lea@example.org"}
    page = change(animateur_client, registration, **mended)
    assert "Un courriel est parti à lea@example.org." in page
    assert sent() == [("lea@example.org", "Inscription annulée")]


@pytest.mark.parametrize(
    ("state", "subject"),
    [("cancelled", "Rencontre annulée"), ("postponed", "Rencontre reportée")],
)
def test_whose_address_is_mended_is_told_there_of_a_meeting_called_off(
    animateur_client, state, subject
):
    event = make_event(state=state)
    registration = RegistrationFactory(event=event, email="lae@example.org", told_state=state)
    page = change(animateur_client, registration, email="lea@example.org")
    assert "Un courriel est parti" not in page
    assert reminders.tell_changes(timezone.now() + reminders.QUIET) == 1
    assert sent() == [("lea@example.org", subject)]


@pytest.mark.parametrize("state", ["cancelled", "postponed"])
def test_no_seat_is_told_of_in_a_meeting_called_off(animateur_client, state):
    event = make_event(state=state)
    page = html.unescape(animateur_client.get(ADD).text)
    assert "d'une rencontre annulée, reportée ou passée, dites-le-lui vous-même" in page
    typed = Registration(event=event, name="Léa Roux", email="lea@example.org")
    assert animateur_client.post(ADD, data_of(typed)).status_code == 302
    waiting = RegistrationFactory(event=event, status=Status.WAITING, told_state=state)
    change(animateur_client, waiting, status=Status.CONFIRMED)
    assert reminders.tell_changes(timezone.now() + reminders.QUIET) == 0
    assert sent() == []


@pytest.mark.parametrize(
    ("before", "subject"),
    [
        (None, "Votre inscription est enregistrée"),
        (Status.WAITING, "Une place pour vous"),
        ("confirmed", None),
    ],
)
def test_who_is_put_in_the_waiting_list_while_a_seat_is_free_has_it(
    animateur_client, before, subject
):
    event = make_event(capacity=1)
    if before:
        registration = RegistrationFactory(event=event, email="lea@example.org", status=before)
        page = change(animateur_client, registration, status=Status.WAITING)
    else:
        typed = Registration(
            event=event, name="Léa Roux", email="lea@example.org", status=Status.WAITING
        )
        page = html.unescape(animateur_client.post(ADD, data_of(typed), follow=True).text)
    registration = event.registrations.get()
    assert registration.status == Status.CONFIRMED
    assert f"Il restait une place : elle est donnée à {registration}." in page
    assert sent() == ([("lea@example.org", subject)] if subject else [])


def test_nothing_is_said_of_a_registration_refused_out_of_the_perimeter(client):
    region = TerritoryFactory(kind="region")
    mine, other = make_event(), make_event()
    mine.territories.add(region)
    other.territories.add(TerritoryFactory(kind="region"))
    client.force_login(MandateFactory(role="animateur", territory=region).user)
    moved = RegistrationFactory(event=mine)
    url = reverse("admin:events_registration_change", args=[moved.pk])
    client.get(url)
    page = client.post(url, data_of(moved, event=other.pk))
    assert "ne serait pas dans votre périmètre" in page.text
    assert "Un courriel est parti" not in page.text
    assert sent() == []


def test_who_came_to_a_full_meeting_that_is_over_waits_for_nothing(animateur_client):
    event = make_event(capacity=1, start=PartialDate.parse("14/09/2030"))
    RegistrationFactory(event=event)
    form = animateur_client.get(f"{ADD}?event={event.pk}").context["adminform"].form
    assert form["status"].value() == Status.CONFIRMED


def warns(page):
    return "plus d'inscrits que de places" in page


def test_seat_too_many_is_said_when_it_is_given_only(animateur_client):
    event = make_event(capacity=1)
    RegistrationFactory(event=event)
    waiting, leaving, moved = (
        RegistrationFactory(event=where, status=status, email="")
        for where, status in (
            (event, Status.WAITING),
            (event, Status.CONFIRMED),
            (make_event(), Status.CONFIRMED),
        )
    )
    assert warns(change(animateur_client, moved, event=event.pk))
    assert not warns(change(animateur_client, moved, name="Un autre nom"))
    assert warns(change(animateur_client, waiting, status=Status.CONFIRMED))
    assert not warns(change(animateur_client, leaving, status=Status.CANCELLED))


def test_seat_too_many_is_given_on_purpose_only(animateur_client):
    event = make_event(capacity=1)
    form = animateur_client.get(f"{ADD}?event={event.pk}").context["adminform"].form
    assert form["status"].value() == Status.CONFIRMED
    RegistrationFactory(event=event)
    form = animateur_client.get(f"{ADD}?event={event.pk}").context["adminform"].form
    assert form["status"].value() == Status.WAITING
    response = animateur_client.post(ADD, data_of(Registration(event=event, name="A")), follow=True)
    assert "plus d'inscrits que de places" in html.unescape(response.text)


@pytest.mark.parametrize("filters", ["", "q=sacha"])
def test_registration_of_the_whole_list_leads_back_there(animateur_client, filters):
    registration = RegistrationFactory(event=make_event(), name="Sacha Nom")
    whole = reverse("admin:events_registration_changelist")
    page = BeautifulSoup(animateur_client.get(f"{whole}?{filters}").content, "html.parser")
    url = page.find("a", string="Sacha Nom")["href"]
    response = animateur_client.post(url, data_of(registration, name="Sacha Autre"))
    assert response["Location"] == whole + (filters and f"?{filters}")


@pytest.mark.parametrize("link", ["Inscrire quelqu'un", "Sacha Nom"])
def test_registration_of_one_meeting_leads_back_there(animateur_client, link):
    event = make_event()
    known = RegistrationFactory(event=event, name="Sacha Nom")
    registered = reverse("admin:events_event_registered", args=[event.pk])
    page = BeautifulSoup(animateur_client.get(registered).content, "html.parser")
    url = page.find("a", string=link)["href"]
    page = BeautifulSoup(animateur_client.get(url).content, "html.parser")
    assert not page.select_one("#registration_form").get("action")  # sent where it was read
    typed = known if link == known.name else Registration(event=event, name="Léa Roux")
    sent_data = data_of(typed)
    refused = animateur_client.post(url, {**sent_data, "name": ""})
    assert refused.status_code == 200
    kept = animateur_client.post(url, {**sent_data, "_continue": "1"})
    assert "retour=rencontre" in kept["Location"]
    assert animateur_client.post(kept["Location"], sent_data)["Location"] == registered


def test_registration_recognised_from_the_presences_leads_back_there(animateur_client):
    registration = RegistrationFactory(event=make_event(), actor=None, territory=None)
    presences = reverse("admin:events_event_presences", args=[registration.event_id])
    page = BeautifulSoup(animateur_client.get(presences).content, "html.parser")
    url = page.select_one(".presence a")["href"]

    assert animateur_client.post(url, data_of(registration))["Location"] == presences


def test_registration_moved_by_the_team_is_told_of_both(animateur_client):
    moved = RegistrationFactory(event=make_event(title="Avant"))
    change(animateur_client, moved, event=make_event(title="Après").pk)
    deliver()
    assert [message.subject for message in mail.outbox] == [
        "Inscription annulée : Avant",
        "Votre inscription est enregistrée : Après",
    ]
    assert not mail.outbox[0].attachments


# The meeting changes


@pytest.mark.parametrize(
    ("others", "venue", "said"),
    [
        (0, "Mairie", "1 personne inscrite l'apprendra par courriel"),
        (1, "Mairie", "2 personnes inscrites l'apprendront par courriel"),
        (1, "écosite", None),
    ],
)
def test_who_changes_a_meeting_knows_who_will_be_told(animateur_client, others, venue, said):
    event = make_event(venue="Écosite")
    RegistrationFactory.create_batch(1 + others, event=event)
    RegistrationFactory(event=event, status=Status.CANCELLED)
    url = reverse("admin:events_event_change", args=[event.pk])
    form = form_of(animateur_client.get(url)) | {"venue": [venue]}
    page = html.unescape(animateur_client.post(url, form, follow=True).text)
    event.refresh_from_db()
    assert event.venue == venue
    assert said in page if said else "l'apprendr" not in page


# The meeting is deleted


def deletion_page(client, event):
    return html.unescape(
        client.get(reverse("admin:events_event_delete", args=[event.pk])).content.decode()
    )


def test_deleting_a_meeting_says_how_many_are_registered(animateur_client):
    event = make_event(title="Atelier")
    RegistrationFactory(event=event)
    said = (
        "Un courriel dira qu'elle n'aura pas lieu à qui a donné une adresse. La corbeille ne rend "
        "pas les inscriptions"
    )
    page = deletion_page(animateur_client, event)
    assert f"1 personne est inscrite à « Atelier ». {said}" in page
    RegistrationFactory(event=event, status=Status.WAITING)
    RegistrationFactory(event=event, status=Status.CANCELLED)
    page = deletion_page(animateur_client, event)
    assert f"2 personnes sont inscrites à « Atelier ». {said}" in page
    data = {"action": "delete_selected", "_selected_action": [event.pk]}
    page = animateur_client.post(reverse("admin:events_event_changelist"), data)
    assert "2 personnes sont inscrites à « Atelier »" in html.unescape(page.text)


def test_deleting_a_meeting_never_published_says_that_nobody_is_told(animateur_client):
    event = RegistrationFactory(event=make_event(status="draft")).event
    assert "Personne n'en sera prévenu" in deletion_page(animateur_client, event)
    delete(animateur_client, event)
    assert sent() == []


def delete(client, event):
    url = reverse("admin:events_event_delete", args=[event.pk])
    return html.unescape(client.post(url, {"post": "yes"}, follow=True).text)


def delete_by_selection(client, *events):
    keys = [event.pk for event in events]
    data = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    url = reverse("admin:events_event_changelist")
    return html.unescape(client.post(url, data, follow=True).text)


@pytest.mark.parametrize("delete", [delete, delete_by_selection])
def test_those_registered_are_told_of_a_meeting_deleted(animateur_client, delete):
    event = make_event(title="Atelier")
    coming = RegistrationFactory(event=event)
    waiting = RegistrationFactory(event=event, status=Status.WAITING)
    RegistrationFactory(event=event, status=Status.CANCELLED)
    RegistrationFactory(event=event, email="")
    page = delete(animateur_client, event)
    assert "2 personnes prévenues que la rencontre n'aura pas lieu." in page
    deliver()
    assert [message.to[0] for message in mail.outbox] == [coming.email, waiting.email]
    first, second = mail.outbox
    assert first.subject == "Rencontre annulée : Atelier"
    assert event.get_absolute_url() not in first.body
    ((_, content, _),) = first.attachments
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    assert (entry["status"], entry["sequence"]) == ("CANCELLED", 1)
    assert "vous étiez sur la liste d'attente" in second.body
    assert not second.attachments


def test_several_meetings_deleted_at_once_are_each_told(animateur_client):
    events = [RegistrationFactory(event=make_event()).event for _ in range(2)]
    page = delete_by_selection(animateur_client, *events, make_event())
    assert "2 personnes prévenues que les rencontres n'auront pas lieu." in page
    assert len(sent()) == 2


@pytest.mark.parametrize(
    ("event", "registration"),
    [
        ({"start": PartialDate.parse("14/09/2030")}, {}),
        ({"start": PartialDate.parse("15/09/2030"), "end_time": datetime.time(11)}, {}),
        ({"state": "cancelled"}, {"told_state": "cancelled"}),
    ],
)
def test_nobody_is_told_of_a_meeting_deleted_that_they_do_not_await(
    animateur_client, event, registration
):
    event = RegistrationFactory(event=make_event(**event), **registration).event
    assert "prévenue" not in delete(animateur_client, event)
    assert sent() == []


def test_meeting_deleted_before_its_cancelling_was_told_is_told_once(animateur_client):
    event = RegistrationFactory(event=make_event()).event
    event.cancel()
    delete(animateur_client, event)
    assert [subject for _, subject in sent()] == ["Rencontre annulée"]


def test_meeting_unpublished_then_deleted_is_told(animateur_client):
    event = make_event()
    event.publish()
    event.archive()
    RegistrationFactory(event=event)
    delete(animateur_client, event)
    assert [subject for _, subject in sent()] == ["Rencontre annulée"]


def test_deleting_a_meeting_that_nobody_expects_warns_of_nothing(animateur_client):
    over = make_event(start=PartialDate.parse("14/09/2030"))
    RegistrationFactory(event=over)
    empty = make_event()
    RegistrationFactory(event=empty, status=Status.CANCELLED)
    told = make_event(state="cancelled")
    RegistrationFactory(event=told, told_state="cancelled")
    for event in (over, empty, told):
        assert "inscrite" not in deletion_page(animateur_client, event)


def test_deletion_once_confirmed_warns_no_more(animateur_client):
    event = RegistrationFactory(event=make_event()).event
    told = delete(animateur_client, event)
    assert not Event.objects.filter(pk=event.pk).exists()
    assert "est inscrite" not in told


# The bin


def recover(client, record):
    """Delete a record, then take it out of the bin: the page that asks, and what follows."""
    names = f"admin:events_{record._meta.model_name}"
    assert client.post(reverse(f"{names}_delete", args=[record.pk]), {"post": "yes"}).url
    (version,) = deleted_versions(type(record)).filter(id=record.pk)
    url = reverse(f"{names}_recover", args=[version.pk])
    asked, done = client.get(url), client.post(url, follow=True)
    return html.unescape(asked.text), html.unescape(done.text)


def test_meeting_out_of_the_bin_gives_no_seat_to_the_nameless(animateur_client):
    event = make_event(capacity=1)
    RegistrationFactory(event=event, email="lea@example.org")
    RegistrationFactory(event=event, status=Status.WAITING)
    for page in recover(animateur_client, event):
        assert "2 inscriptions : À saisir de nouveau, jamais gardé : nom, adresse e-mail" in page
        assert "2 inscriptions : De retour sans place" in page
        assert "Inscription « »" not in page
    assert set(event.registrations.values_list("name", "status")) == {("", Status.CANCELLED)}
    assert {subject for _, subject in sent()} == {"Rencontre annulée"}
    again = registrations.register(event=event, email="lea@example.org", answers={"name": "Léa"})
    assert again.status == Status.CONFIRMED
    assert sent() == [("lea@example.org", "Votre inscription est enregistrée")]


@pytest.mark.parametrize("delete", [delete, delete_by_selection])
def test_meeting_out_of_the_bin_is_still_what_those_registered_were_told(animateur_client, delete):
    event = RegistrationFactory(event=make_event()).event
    delete(animateur_client, event)
    deliver()
    ((_, content, _),) = mail.outbox.pop().attachments
    (told,) = Calendar.from_ical(content).walk("VEVENT")
    (version,) = deleted_versions(Event).filter(id=event.pk)
    url = reverse("admin:events_event_recover", args=[version.pk])
    for page in (animateur_client.get(url), animateur_client.post(url, follow=True)):
        assert "Elle revient « annulée »" in html.unescape(page.text)
    event = Event.objects.get(pk=event.pk)
    assert event.state == Event.State.CANCELLED
    assert event.revision > told["sequence"]
    assert reminders.tell_changes(timezone.now()) == 0


def test_meeting_that_nobody_awaits_comes_back_as_it_was(animateur_client):
    event = make_event()
    pages = recover(animateur_client, event)
    assert not any("Elle revient" in page for page in pages)
    assert Event.objects.get(pk=event.pk).state == Event.State.PLANNED


def test_registration_out_of_the_bin_has_no_seat_until_it_is_somebody_s(animateur_client):
    registration = RegistrationFactory(event=make_event())
    for page in recover(animateur_client, registration):
        assert "1 inscription : De retour sans place" in page
    change(animateur_client, registration, name="Léa", status=Status.CONFIRMED)
    assert registration.status == Status.CONFIRMED
