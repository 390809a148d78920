"""Events in spreadsheets."""

import datetime

import pytest

from events.models import Event
from tests.coopemploi.test_import_files import xlsx
from tests.factories import CampaignFactory, EventFactory, InitiativeFactory, TerritoryFactory
from tests.importing import apply, counts, export, problems, send


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_export_is_an_import_that_changes_nothing(animateur_client, extension):
    event = EventFactory(
        start="17/10/2019",
        start_time=datetime.time(14, 30),
        town=TerritoryFactory(),
        campaign=CampaignFactory(),
        next_event=EventFactory(start="[17/10/2021] 17 octobre prochain"),
    )
    event.initiatives.add(InitiativeFactory())

    batch = send(
        animateur_client, Event, export(animateur_client, Event, extension), f"e.{extension}"
    )

    assert counts(batch) == {"unchanged": 2}


def test_event_is_written_with_its_day_its_hours_and_its_town(animateur_client):
    town = TerritoryFactory(name="Dax", code="40088", kind="commune")
    text = "type;titre;date;heure de début;ville\natelier;Mobilité;17/10/2019;14h30;Dax\n"

    apply(animateur_client, Event, send(animateur_client, Event, text))

    event = Event.objects.get()
    assert (event.start.as_input, event.start_time) == ("17/10/2019", datetime.time(14, 30))
    assert event.town == town
    assert counts(send(animateur_client, Event, text)) == {"unchanged": 1}


def test_rules_of_an_event_are_said_in_their_column(animateur_client):
    TerritoryFactory(name="Grand Dax", code="244000675", kind="epci")
    batch = send(
        animateur_client,
        Event,
        "type;titre;début;fin;heure de début;heure de fin;commune du lieu\n"
        "atelier;A;17/10/2019;;14:00;9:00;\natelier;B;2021;2019;;;\n"
        "atelier;C;45 mars;;;;epci:244000675\n",
    )

    assert problems(batch)[2] == [["heure de fin", "La rencontre finit avant de commencer."]]
    assert problems(batch)[3] == [["", "La fin précède le début."]]
    assert [label for label, _ in problems(batch)[4]] == ["début", "commune du lieu"]


@pytest.mark.parametrize(
    "hour", [datetime.timedelta(hours=14, minutes=30), datetime.time(14, 30), 0.604166, "14:30:00"]
)
def test_hours_are_read_as_spreadsheets_hold_them(animateur_client, hour):
    rows = [["type", "titre", "date", "heure de début"], ["atelier", "A", "17/10/2019", hour]]

    apply(animateur_client, Event, send(animateur_client, Event, xlsx(*rows), "e.xlsx"))

    assert Event.objects.get().start_time == datetime.time(14, 30)


@pytest.mark.parametrize("hour", [0.99999, datetime.timedelta(hours=38), 14.5, -0.5])
def test_what_is_no_hour_of_a_day_is_refused(animateur_client, hour):
    rows = [["type", "titre", "date", "heure de début"], ["atelier", "A", "17/10/2019", hour]]

    batch = send(animateur_client, Event, xlsx(*rows), "e.xlsx")

    [[column, message]] = problems(batch)[2]
    assert column == "heure de début"
    assert "n'est pas une heure" in message


@pytest.mark.parametrize("number", [45000, 45000.5])
def test_date_left_as_a_number_is_told(animateur_client, number):
    rows = [["type", "titre", "date"], ["atelier", "A", number]]

    batch = send(animateur_client, Event, xlsx(*rows), "e.xlsx")

    assert problems(batch) == {
        2: [
            [
                "début",
                f"« {number} » est une date que le tableur a laissée en nombre (le 15/03/2023 ?) : "
                "donnez à cette colonne le format date.",
            ]
        ]
    }


@pytest.mark.parametrize(
    ("cell", "format"),
    [("Présentiel", "on_site"), ("en visio", "online"), ("hybride", "hybrid")],
)
def test_format_is_known_by_usual_words(animateur_client, cell, format):
    text = f"type;titre;date;modalité\natelier;Mobilité;17/10/2019;{cell}\n"

    apply(animateur_client, Event, send(animateur_client, Event, text))

    assert Event.objects.get().format == format


def test_meeting_held_online_is_not_published_for_that(animateur_client):
    text = "type;titre;date;En ligne;Publié\natelier;Mobilité;17/10/2019;oui;non\n"

    batch = send(animateur_client, Event, text)

    assert batch.mapping == ["kind", "title", "start", "", "status"]
