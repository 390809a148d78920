"""The hours of a meeting overseas are those of its town, and said to be."""

import datetime
import json

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from coopemploi.dates import PartialDate
from coopemploi.mail.services import deliver
from events import registrations, reminders
from events.models import Event
from tests.factories import EventFactory, NetworkFactory, TerritoryFactory

pytestmark = pytest.mark.django_db


def meeting(code="97411", **values):
    return EventFactory(
        start=PartialDate.parse("17/10/2030"),
        start_time=datetime.time(14),
        end_time=datetime.time(16, 30),
        town=TerritoryFactory(kind="commune", code=code, name="Saint-Denis"),
        **values,
    )


def test_it_begins_and_ends_by_the_clock_of_its_town():
    event = meeting()

    assert event.starts_at().isoformat() == "2030-10-17T14:00:00+04:00"
    last = datetime.datetime(2030, 10, 17, 12, 30, tzinfo=datetime.UTC)
    assert event.has_ended(last)
    assert not event.has_ended(last - datetime.timedelta(minutes=1))


@pytest.mark.parametrize(("code", "hour"), [("98735", 10), ("97411", 20), ("93066", 22)])
def test_its_day_ends_at_midnight_there(code, hour):
    """Of Tahiti, the next morning; of La Réunion, the evening before."""
    event = meeting(code)
    event.end_time = None
    midnight = datetime.datetime(2030, 10, 17 + (hour < 12), hour, tzinfo=datetime.UTC)

    assert event.has_ended(midnight)
    assert not event.has_ended(midnight - datetime.timedelta(minutes=1))


def test_registration_closes_when_it_begins_there():
    event = meeting(needs_registration=True)
    begins = datetime.datetime(2030, 10, 17, 10, tzinfo=datetime.UTC)

    doors = [event.door(begins - datetime.timedelta(minutes=1)), event.door(begins)]

    assert doors == [Event.Door.OPEN, Event.Door.CLOSED]


def test_change_of_the_evening_is_told_though_it_is_the_next_day_in_paris():
    event = meeting("97209", needs_registration=True)
    event.start_time, event.end_time = datetime.time(19), datetime.time(21)
    event.save()
    registrations.register(event=event, email="ada@example.org", answers={"name": "Ada"})
    event.venue = "Ailleurs"
    event.save()

    ends = datetime.datetime(2030, 10, 18, 1, tzinfo=datetime.UTC)

    assert reminders.tell_changes(ends) == 0
    assert reminders.tell_changes(ends - datetime.timedelta(minutes=1)) == 1


@pytest.mark.parametrize(("code", "is_said"), [("97411", True), ("93066", False)])
def test_pages_and_mails_say_whose_hours_they_are(client, code, is_said):
    event = meeting(code, needs_registration=True)
    registrations.register(event=event, email="ada@example.org", answers={"name": "Ada"})
    deliver()

    texts = [
        client.get(event.get_absolute_url()).text,
        client.get(reverse("event_list")).text,
        client.get(reverse("event_list"), {"mois": "2030-10"}).text,
        client.get(reverse("event_list"), {"format": "atom"}).getvalue().decode(),
        mail.outbox[0].body,
    ]

    assert ["(heure de La Réunion)" in text for text in texts] == [is_said] * 5


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("97411", "jusqu'au 17 octobre 2030 à 14\N{NO-BREAK SPACE}h (heure de La Réunion)."),
        ("93066", "jusqu'au 17 octobre 2030 à 12\N{NO-BREAK SPACE}h."),
    ],
)
def test_registrations_close_by_the_clock_of_its_town(client, code, said):
    closes_at = datetime.datetime(2030, 10, 17, 10, tzinfo=datetime.UTC)
    event = meeting(code, needs_registration=True, registration_closes_at=closes_at)

    assert said in client.get(reverse("registration_add", args=[event.slug])).text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("97411", "17 octobre 2030 à 14\N{NO-BREAK SPACE}h (heure de La Réunion)."),
        ("93066", "17 octobre 2030 à 12\N{NO-BREAK SPACE}h."),
    ],
)
def test_registrations_open_by_the_clock_of_its_town(client, code, said):
    opens_at = datetime.datetime(2030, 10, 17, 10, tzinfo=datetime.UTC)
    event = meeting(code, needs_registration=True, registration_opens_at=opens_at)

    assert f"à partir du {said}" in client.get(event.get_absolute_url()).text
    register = client.get(reverse("registration_add", args=[event.slug]))
    assert f"Elles ouvrent le {said}" in register.text


def test_page_takes_the_same_queries_at_1_and_30_parts(client):
    whole = meeting()

    def add_parts(number):
        for town in TerritoryFactory.create_batch(number, kind="commune"):
            EventFactory(parent=whole, town=town, start_time=datetime.time(14))

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(whole.get_absolute_url())
        return len(queries)

    add_parts(1)
    at_one = cost()
    add_parts(29)

    assert cost() == at_one


@pytest.mark.parametrize(("code", "zone"), [("97411", "Indian/Reunion"), ("93066", "Europe/Paris")])
def test_list_to_download_names_their_zone(client, code, zone):
    meeting(code)
    EventFactory(start=PartialDate.parse("18/10/2030"), title="Sans heure")

    response = client.get(reverse("event_list"), {"format": "json"})

    told = {
        row["titre"]: row["fuseau horaire"] for row in json.loads(response.getvalue())["resultats"]
    }
    assert sorted(told.values()) == ["", zone]
    assert told["Sans heure"] == ""


def test_calendar_gives_them_in_universal_time(client):
    meeting()

    response = client.get(reverse("event_list"), {"format": "ics"})
    [entry] = Calendar.from_ical(response.getvalue()).walk("VEVENT")

    assert entry.decoded("dtstart") == datetime.datetime(2030, 10, 17, 10, tzinfo=datetime.UTC)
    assert entry.decoded("dtend") == datetime.datetime(2030, 10, 17, 12, 30, tzinfo=datetime.UTC)
    assert "TZID" not in entry["dtstart"].params


# In lists


@pytest.mark.parametrize(
    ("code", "hour", "is_past"),
    [
        # Of Tahiti, where the 17th ends at 12 h in Paris on the 18th.
        ("98735", "2030-10-18 11:59 +0200", False),
        ("98735", "2030-10-18 12:01 +0200", True),
        # Of Nouméa, where it ends at 15 h in Paris on the same day.
        ("98818", "2030-10-17 14:59 +0200", False),
        ("98818", "2030-10-17 15:01 +0200", True),
        ("40088", "2030-10-17 23:59 +0200", False),
        ("40088", "2030-10-18 00:01 +0200", True),
    ],
)
def test_lists_go_by_the_day_of_the_town(client, code, hour, is_past):
    event = meeting(code, network=NetworkFactory())
    EventFactory(start=PartialDate(), network=event.network)  # undated: past

    with time_machine.travel(hour, tick=False):
        agenda = client.get(reverse("event_list")).context
        network = client.get(event.network.get_absolute_url()).context
        home = client.get(reverse("home")).context
        town = client.get(event.town.get_absolute_url()).context

    assert (agenda["upcoming_count"], agenda["past_count"]) == (1 - is_past, 1 + is_past)
    assert (len(network["upcoming"]), len(network["past"])) == (1 - is_past, 1 + is_past)
    assert (len(home["upcoming"]), len(home["past"])) == (1 - is_past, 1 + is_past)
    assert (town["upcoming"]["count"], town["past"]["count"]) == (1 - is_past, 0 + is_past)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Indian/Reunion"])
def test_agenda_of_a_site_overseas_goes_by_its_own_day(client, settings, zone):
    settings.TIME_ZONE = zone
    EventFactory(start=PartialDate.parse("17/10/2030"))

    with time_machine.travel("2030-10-17 23:00 +0200", tick=False):
        agenda = client.get(reverse("event_list")).context
        home = client.get(reverse("home")).context

    is_to_come = zone == "Europe/Paris"
    assert (agenda["upcoming_count"], len(home["upcoming"])) == (is_to_come, is_to_come)


@pytest.mark.parametrize(("code", "is_to_come"), [("40088", True), ("97411", False), ("", False)])
def test_site_overseas_lists_a_meeting_of_the_mainland_by_the_day_of_its_town(
    client, settings, code, is_to_come
):
    settings.TIME_ZONE = "Indian/Reunion"
    event = meeting(code)

    with time_machine.travel("2030-10-17 23:00 +0200", tick=False):
        home = client.get(reverse("home")).context
        town = client.get(event.town.get_absolute_url()).context

    assert (len(home["upcoming"]), len(home["past"])) == (is_to_come, not is_to_come)
    assert (town["upcoming"]["count"], town["past"]["count"]) == (is_to_come, not is_to_come)
