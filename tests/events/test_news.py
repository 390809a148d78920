"""What those who registered are told of a meeting that is not quite as they knew it."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from icalendar import Calendar

from coopemploi.dates import PartialDate
from coopemploi.mail.services import deliver
from coopemploi.publishing import Publishable
from events import registrations, reminders
from events.models import Registration
from tests.factories import EventFactory, RegistrationFactory, TerritoryFactory

pytestmark = pytest.mark.django_db

NOW = datetime.datetime.fromisoformat("2030-10-01T09:00:00+02:00")
LATER = NOW + datetime.timedelta(minutes=15)
LONG_BEFORE = NOW - datetime.timedelta(days=30)
DAY = PartialDate.parse("17/10/2030")
NINE, NOON, FOUR = datetime.time(9, 30), datetime.time(12), datetime.time(16)
ROOM, OTHER_ROOM = "https://visio.example.org/salle", "https://visio.example.org/autre"
Status = Registration.Status


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def make(status=Status.CONFIRMED, **values):
    event = EventFactory(
        **{
            "title": "Atelier",
            "start": DAY,
            "start_time": NINE,
            "end_time": NOON,
            "venue": "Écosite",
            "needs_registration": True,
            **values,
        }
    )
    return RegistrationFactory(event=event, status=status, created_at=LONG_BEFORE)


def change(event, **values):
    for name, value in values.items():
        setattr(event, name, value)
    event.save()


def sent():
    deliver()
    found, mail.outbox[:] = list(mail.outbox), []
    return found


def news_in(message):
    """The lines that say what changed."""
    return [line[2:] for line in message.body.splitlines() if line.startswith("- ")]


@pytest.mark.parametrize(
    ("known", "values", "lines"),
    [
        (
            {},
            {"start_time": datetime.time(14), "end_time": FOUR},
            ["Horaire : 14\xa0h – 16\xa0h (auparavant : 9\xa0h\xa030 – 12\xa0h)"],
        ),
        ({}, {"end_time": None}, ["Horaire : 9\xa0h\xa030 (auparavant : 9\xa0h\xa030 – 12\xa0h)"]),
        ({}, {"venue": "Mairie"}, ["Lieu : Mairie (auparavant : Écosite)"]),
        ({}, {"venue": ""}, ["Lieu : à préciser (auparavant : Écosite)"]),
        ({}, {"format": "online"}, ["Format : en ligne (auparavant : à préciser)"]),
        (
            {"format": "online"},
            {"format": "hybrid"},
            ["Format : sur place et en ligne (auparavant : en ligne)"],
        ),
        ({}, {"online_url": ROOM}, ["Lien de connexion : donné plus bas"]),
        (
            {"online_url": ROOM},
            {"online_url": OTHER_ROOM},
            ["Lien de connexion : nouveau, donné plus bas"],
        ),
        (
            {"online_url": ROOM},
            {"online_url": ""},
            ["Lien de connexion : celui d'avant ne sert plus"],
        ),
        (
            {},
            {"end": PartialDate.parse("18/10/2030")},
            ["Date : 17 octobre 2030 – 18 octobre 2030 (auparavant : 17 octobre 2030)"],
        ),
        (
            {},
            {"start": PartialDate.parse("5/12/2030"), "venue": "Mairie"},
            [
                "Date : 5 décembre 2030 (auparavant : 17 octobre 2030)",
                "Lieu : Mairie (auparavant : Écosite)",
            ],
        ),
    ],
)
def test_change_is_told_once_with_what_was_and_what_is(known, values, lines):
    registration = make(**known)
    change(registration.event, **values)
    counts = [reminders.tell_changes(LATER) for _ in range(2)]
    assert counts == [1, 0]
    (message,) = sent()
    is_moved = lines[0].startswith("Date")
    assert message.subject == f"{'Nouvelle date' if is_moved else 'Changement'} : Atelier"
    assert news_in(message) == lines
    assert (values.get("online_url") or "visio") in message.body or not values.get("online_url")


def test_town_that_changes_is_told():
    towns = [TerritoryFactory(kind="commune", name=name) for name in ("Bègles", "Pessac")]
    registration = make(town=towns[0])
    change(registration.event, town=towns[1])
    assert reminders.tell_changes(LATER) == 1
    assert news_in(sent()[0]) == ["Lieu : Écosite, Pessac (auparavant : Écosite, Bègles)"]


def test_change_comes_with_the_new_entry_of_the_calendar():
    registration = make()
    change(registration.event, start_time=datetime.time(14), end_time=FOUR, venue="Mairie")
    reminders.tell_changes(LATER)
    ((_, content, _),) = sent()[0].attachments
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    assert entry["uid"].startswith(f"event-{registration.event.pk}@")
    assert entry["sequence"] == 1
    assert entry.decoded("dtstart").hour == 14
    assert str(entry["location"]) == "Mairie"


@pytest.mark.parametrize(
    "values",
    [
        {"venue": " éCOSITE  "},
        {"venue": "Ecosite."},
        {"format": "on_site"},
        {"end": DAY},
        {"title": "Un autre titre", "capacity": 12, "summary": "Autre chose"},
    ],
)
def test_what_is_only_written_otherwise_is_no_news(values):
    registration = make()
    change(registration.event, **values)
    assert reminders.tell_changes(LATER) == 0


def known_as_before_november(registration):
    """Hours as they were then noted."""
    registration.told_practical["hours"] = "9h30 – 12h00"
    registration.save()
    return registration


def test_hours_that_were_noted_otherwise_are_no_news():
    registration = known_as_before_november(make())
    registration.event.save()

    assert reminders.tell_changes(LATER) == 0


def test_hours_that_were_noted_otherwise_are_told_as_those_of_now():
    registration = known_as_before_november(make())
    change(registration.event, end_time=FOUR)

    reminders.tell_changes(LATER)

    told = "Horaire : 9\xa0h\xa030 – 16\xa0h (auparavant : 9\xa0h\xa030 – 12\xa0h)"
    assert news_in(sent()[0]) == [told]


def test_several_changes_in_a_row_make_one_mail():
    registration = make()
    for minutes, venue in enumerate(("Mairie", "Gare", "Halle")):
        with time_machine.travel(NOW + datetime.timedelta(minutes=6 * minutes), tick=False):
            change(registration.event, venue=venue)
            call_command("run_due")
    with time_machine.travel(NOW + datetime.timedelta(minutes=30), tick=False):
        call_command("run_due")
    (message,) = sent()
    assert news_in(message) == ["Lieu : Halle (auparavant : Écosite)"]


def test_change_undone_at_once_is_no_news():
    registration = make()
    change(registration.event, venue="Mairie")
    reminders.tell_changes(NOW)
    change(registration.event, venue="Écosite")
    assert reminders.tell_changes(LATER) == 0


@time_machine.travel("2030-10-16 18:00+02:00", tick=False)
def test_change_of_the_eve_is_told_at_once():
    registration = make()
    change(registration.event, venue="Mairie")
    assert reminders.tell_changes(datetime.datetime.now(datetime.UTC)) == 1


@pytest.mark.parametrize(("hour", "count"), [("11:59", 1), ("12:00", 0)])
def test_nobody_is_told_once_it_has_ended(hour, count):
    registration = make()
    with time_machine.travel(f"2030-10-17 {hour}+02:00", tick=False):
        change(registration.event, venue="Mairie")
        assert reminders.tell_changes(datetime.datetime.now(datetime.UTC)) == count


@time_machine.travel("2030-10-17 09:00+02:00", tick=False)
def test_hour_typed_wrong_then_set_right_is_no_news():
    event = make().event
    for end in (datetime.time(8, 30), NOON):
        change(event, start_time=datetime.time(8) if end < NOON else NINE, end_time=end)
        assert reminders.tell_changes(datetime.datetime.now(datetime.UTC)) == 0


def test_end_of_a_postponed_event_is_told_after_the_date_it_had(client):
    registration = make()
    event = registration.event
    change(event, state="postponed")
    reminders.tell_changes(LATER)
    with time_machine.travel("2030-10-25 09:00+02:00", tick=False):
        page = client.get(registrations.manage_url(registration))
        assert "Annuler mon inscription" in page.text
        event.cancel()
        for minute in ("09:10", "09:30"):
            now = datetime.datetime.fromisoformat(f"2030-10-25T{minute}:00+02:00")
            reminders.tell_changes(now)
    assert [message.subject.split(" : ")[0] for message in sent()] == [
        "Rencontre reportée",
        "Rencontre annulée",
    ]


@pytest.mark.parametrize("state", ["postponed", "cancelled"])
def test_place_of_a_meeting_called_off_is_no_news(state):
    event = make().event
    change(event, state=state)
    assert reminders.awaiting_news(event) == reminders.tell_changes(LATER) == 1
    change(event, venue="Mairie")
    assert reminders.awaiting_news(event) == reminders.tell_changes(LATER) == 0


def test_who_waits_is_told_but_of_no_link():
    registration = make(Status.WAITING, online_url=ROOM)
    change(registration.event, online_url=OTHER_ROOM)
    assert reminders.tell_changes(LATER) == 0
    change(registration.event, venue="Mairie")
    assert reminders.tell_changes(LATER) == 1
    (message,) = sent()
    assert "pour laquelle vous êtes sur la liste d'attente" in message.body
    assert OTHER_ROOM not in message.body
    assert not message.attachments


def test_change_of_a_draft_waits_for_its_publication():
    event = make().event
    change(event, venue="Mairie", status=Publishable.Status.DRAFT)
    assert reminders.tell_changes(LATER) == 0
    change(event, status=Publishable.Status.PUBLISHED)
    assert reminders.tell_changes(LATER) == 1


def test_whoever_was_registered_before_is_taken_to_know_the_place():
    registration = make()
    Registration.objects.update(told_practical={})
    change(registration.event, venue="Mairie")
    assert reminders.tell_changes(LATER) == 0
    change(registration.event, venue="Gare")
    assert reminders.tell_changes(LATER) == 1
    assert news_in(sent()[0]) == ["Lieu : Gare (auparavant : Mairie)"]


def test_mail_that_stands_for_the_reminder_gives_the_link():
    registration = make(online_url=ROOM)
    with time_machine.travel("2030-10-10 09:00+02:00", tick=False):
        change(registration.event, start_time=datetime.time(10))
    for minute in ("09:10", "09:20", "10:00"):
        with time_machine.travel(f"2030-10-10 {minute}+02:00", tick=False):
            call_command("run_due")
    (message,) = sent()
    assert message.subject == "Changement : Atelier"
    assert ROOM in message.body


def test_event_on_again_is_told_with_its_link():
    event = make(online_url=ROOM).event
    change(event, state="postponed")
    assert reminders.tell_changes(LATER) == 1
    change(event, state="planned", online_url=OTHER_ROOM)
    assert reminders.tell_changes(LATER) == 1
    assert OTHER_ROOM in sent()[1].body
    assert reminders.tell_changes(LATER) == 0


@time_machine.travel("2030-10-14 09:00+02:00", tick=False)
def test_who_gets_a_seat_was_told_all_and_is_not_reminded_at_once():
    waiting = make(Status.WAITING, capacity=1, online_url=ROOM)
    change(waiting.event, online_url=OTHER_ROOM, venue="Mairie")
    assert registrations.refill(waiting.event) == 1
    for _ in range(2):
        with time_machine.travel("2030-10-14 09:30+02:00", tick=False):
            call_command("run_due")
    assert [message.subject for message in sent()] == ["Une place pour vous : Atelier"]
    with time_machine.travel("2030-10-16 09:30+02:00", tick=False):
        call_command("run_due")
    assert [message.subject for message in sent()] == ["C'est demain : Atelier"]


def test_version_put_back_tells_no_place_again(animateur_client):
    registration = make()
    version = registration.history.latest()
    change(registration.event, venue="Mairie")
    assert reminders.tell_changes(LATER) == 1
    args = [registration.pk, "registration", version.pk]
    response = animateur_client.post(reverse("admin:events_registration_restore", args=args))
    assert response.status_code == 302
    assert reminders.tell_changes(LATER) == 0
