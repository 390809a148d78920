"""The agenda: a month as a table, what is called off shown as such, the feed of recaps."""

import datetime
import re
from xml.etree import ElementTree

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from events.calendars import attachment
from tests.factories import (
    EventFactory,
    NetworkFactory,
    RecapFactory,
    TerritoryFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

EVENTS = reverse("event_list")
FEED = reverse("recap_feed")
ATOM = "{http://www.w3.org/2005/Atom}"
OCTOBER = {"mois": "2030-10"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2030-10-15 12:00+02:00", tick=False):
        yield


def make(title, start, **values):
    return EventFactory(title=title, start=PartialDate.parse(start), **values)


def days_of(response):
    """{day: titles} of the table of a month."""
    month = response.context["month"]
    return {
        f"{day.date:%m-%d}": [event.title for event in day.events]
        for week in month.weeks
        for day in week
        if day.events
    }


def test_month_shows_each_event_on_its_days(client):
    make("Avant", "30/9/2030")
    make("Hier", "14/10/2030")
    make("Deux jours", "17/10/2030", end=PartialDate.parse("18/10/2030"))
    make("À cheval", "29/9/2030", end=PartialDate.parse("1/10/2030"))
    make("Un jour du mois", "10/2030")
    make("Dans l'année", "2030")
    make("Après", "1/11/2030")
    make("Secrète", "17/10/2030", status=Publishable.Status.DRAFT)

    response = client.get(EVENTS, OCTOBER)

    assert days_of(response) == {
        "10-01": ["À cheval"],
        "10-14": ["Hier"],
        "10-17": ["Deux jours"],
        "10-18": ["Deux jours"],
    }
    assert [event.title for event in response.context["month"].undated] == ["Un jour du mois"]
    text = response.text
    assert text.count('<th scope="col">') == 7
    assert "mois=2030-09" in text
    assert "mois=2030-11" in text
    assert "Secrète" not in text


def test_month_keeps_the_filters(client):
    theme, network, town = ThemeFactory(), NetworkFactory(), TerritoryFactory(code="40088")
    mine = make("La mienne", "17/10/2030", network=network, town=town, kind="webinaire")
    mine.themes.add(theme)
    make("Une autre", "17/10/2030")
    for name, value in {
        "theme": theme.slug,
        "reseau": network.slug,
        "type": "webinaire",
        "territoire": town.reference,
    }.items():
        response = client.get(EVENTS, {**OCTOBER, name: value})
        assert days_of(response) == {"10-17": ["La mienne"]}
        assert re.search(
            rf'href="\?[^"]*{name}=[^"]*mois=2030-11|mois=2030-11[^"]*{name}=', response.text
        )


def test_calendar_of_a_month_is_that_month(client):
    make("Dedans", "17/10/2030")
    make("Dehors", "17/11/2030")
    response = client.get(EVENTS, {**OCTOBER, "format": "ics"})
    entries = Calendar.from_ical(response.getvalue()).walk("VEVENT")
    assert [str(entry["summary"]) for entry in entries] == ["Dedans"]


@pytest.mark.parametrize(
    "month",
    [
        "2030-13",
        "octobre",
        "0001-01",
        "9999-12",
        "0000-01",
        "99999-01",
        "%00",
        "2030-10-01",
        "-",
        "²030-10",
    ],
)
def test_month_that_is_none_gives_the_list(client, month):
    make("À venir", "17/10/2030")
    response = client.get(f"{EVENTS}?mois={month}")
    assert response.status_code == (200 if month == "%00" else 400)
    assert response.context["month"] is None
    assert "À venir" in response.text


@pytest.mark.parametrize("month", ["1900-01", "2199-12"])
def test_ends_of_time_are_months(client, month):
    assert client.get(EVENTS, {"mois": month}).status_code == 200


@pytest.mark.parametrize("rows", [1, 30])
def test_month_costs_the_same_at_any_length(client, django_assert_num_queries, rows):
    for _ in range(rows):
        make("Rencontre", "17/10/2030", town=TerritoryFactory(), network=NetworkFactory())
    client.get(EVENTS, OCTOBER)
    with django_assert_num_queries(5):
        client.get(EVENTS, OCTOBER)


def test_what_is_called_off_is_shown_as_such(client):
    make("Atelier", "17/10/2030", state="cancelled")
    make("Forum", "18/10/2030", state="postponed")
    for query in ({}, OCTOBER):
        text = client.get(EVENTS, query).text
        assert re.findall(r"badge--called-off\">(\w+)<", text) == ["annulée", "reportée"]
    entries = Calendar.from_ical(client.get(EVENTS, {"format": "ics"}).getvalue()).walk("VEVENT")
    assert {str(entry["summary"]): str(entry["status"]) for entry in entries} == {
        "Atelier": "CANCELLED",
        "Forum": "TENTATIVE",
    }


def test_calendar_of_a_list_says_zone_revision_and_address(client):
    event = make("Atelier", "17/10/2030", start_time=datetime.time(9))
    event.save()
    calendar = Calendar.from_ical(client.get(EVENTS, {"format": "ics"}).getvalue())
    (entry,) = calendar.walk("VEVENT")
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]
    assert entry.decoded("dtstart").isoformat() == "2030-10-17T09:00:00+02:00"
    assert entry["sequence"] == 1
    assert entry["url"] == f"http://testserver{event.get_absolute_url()}"
    own = Calendar.from_ical(
        client.get(reverse("event_calendar", args=[event.slug])).getvalue()
    ).walk("VEVENT")[0]
    assert own["uid"] == entry["uid"]


def test_calendar_is_named_as_its_event_whatever_signs_it_bears(client):
    event = make(r"C:\nouveau, « l'étape » ; suite", "17/10/2030")
    content = client.get(reverse("event_calendar", args=[event.slug])).getvalue().decode()
    raw = content.replace("\r\n ", "")
    escaped = r"C:\\nouveau\, « l'étape » \; suite"
    for name in ("NAME", "X-WR-CALNAME"):
        assert f"{name}:{escaped}\r\n" in raw
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    assert str(entry["summary"]) == event.title


# The feed of recaps


def feed(client):
    response = client.get(FEED)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.getvalue()).findall(f"{ATOM}entry")  # noqa: S314


def test_a_title_of_two_lines_breaks_no_calendar(client):
    """A cell of a spreadsheet may hold two; a visitor who registers is mailed the calendar."""
    event = make("Rencontre, suite\r\nATTENDEE:x", "17/10/2030", needs_registration=True)

    answer = client.get(reverse("event_calendar", args=[event.slug])).getvalue()

    for name in (b"NAME", b"X-WR-CALNAME"):
        assert b"\r\n" + name + b":Rencontre\\, suite\\nATTENDEE:x\r\n" in answer
    assert "ATTENDEE" not in Calendar.from_ical(answer)
    [(_, content, _)] = attachment(event)
    assert b"NAME:Rencontre" in content


def test_feed_tells_published_recaps_the_latest_first(client):
    def make_recap(title, day, **values):
        published_at = datetime.datetime(2030, 1, day, tzinfo=datetime.UTC)
        event = EventFactory(title=title, status=values.pop("event_status", "published"))
        return RecapFactory(
            event=event, published_at=published_at, standfirst=f"<b>{title}</b>", **values
        )

    make_recap("Premier", 1)
    last = make_recap("Dernier", 3)
    make_recap("Brouillon", 4, status=Publishable.Status.DRAFT)
    make_recap("Rencontre secrète", 5, event_status=Publishable.Status.DRAFT)

    entries = feed(client)

    assert [entry.find(f"{ATOM}title").text for entry in entries] == ["Dernier", "Premier"]
    address = f"http://testserver{last.get_absolute_url()}"
    assert entries[0].find(f"{ATOM}id").text == address
    assert "&lt;b&gt;" in entries[0].find(f"{ATOM}summary").text


@pytest.mark.parametrize("rows", [1, 30])
def test_feed_costs_the_same_at_any_length(client, django_assert_num_queries, rows):
    RecapFactory.create_batch(rows)
    client.get(FEED)
    with django_assert_num_queries(2):
        assert len(feed(client)) == rows


def test_agenda_leads_to_the_feed_and_to_the_month(client):
    text = client.get(EVENTS).text
    assert f'href="{FEED}"' in text
    assert "?mois=2030-10" in text
