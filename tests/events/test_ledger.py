"""The promise ledger: the list of actions, and what became of each."""

import csv
import io

import pytest
import time_machine
from django.urls import reverse

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from events.models import Action, ActionParty
from tests.factories import (
    ActionFactory,
    ActionNoteFactory,
    ActionPartyFactory,
    ActorFactory,
    EventFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db

ACTIONS = reverse("action_list")
DRAFT = Publishable.Status.DRAFT


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2023-06-15 12:00+02:00", tick=False):
        yield


def due(text):
    return PartialDate.parse(text)


def shown(response):
    assert response.status_code == 200
    return [str(record) for record in response.context["page"].object_list]


def choices_of(response, name):
    facets = {facet.name: facet for facet in response.context["filters"].facets}
    return {} if name not in facets else {c.value: c.count for c in facets[name].choices}


def make_one_of_each():
    ActionFactory(title="Hier", due=due("14/06/2023"))
    ActionFactory(title="Aujourd'hui", due=due("15/06/2023"))
    ActionFactory(title="Un jour")
    ActionFactory(title="Faite", due=due("01/06/2023"), progress=Action.Progress.DONE)
    ActionFactory(title="Fondue", due=due("01/06/2023"), merged_into=ActionFactory(title="Autre"))


@pytest.mark.parametrize(
    ("value", "titles"),
    [
        ("en-retard", ["Hier"]),
        ("dans-les-temps", ["Aujourd'hui"]),
        ("sans-echeance", ["Autre", "Un jour"]),
    ],
)
def test_list_filters_by_what_today_says_of_the_due_date(client, value, titles):
    make_one_of_each()

    response = client.get(ACTIONS, {"echeance": value})

    assert shown(response) == titles


def test_deadline_facet_counts_and_combines(client):
    make_one_of_each()

    response = client.get(ACTIONS, {"echeance": ["en-retard", "sans-echeance"]})

    assert shown(response) == ["Hier", "Autre", "Un jour"]
    expected = {"en-retard": 1, "dans-les-temps": 1, "sans-echeance": 2}
    assert choices_of(response, "echeance") == expected


def test_list_filters_by_meeting_and_carrier(client):
    event = EventFactory(title="Atelier")
    actor = ActorFactory(name="Le PLIE")
    ActionPartyFactory(action=ActionFactory(title="Une", event=event), actor=actor)
    involved = ActionFactory(title="Autre")
    ActionPartyFactory(action=involved, actor=actor, role=ActionParty.Role.INVOLVED)

    for query in ({"rencontre": event.slug}, {"porteur": actor.slug}):
        assert shown(client.get(ACTIONS, query)) == ["Une"]


def test_no_facet_names_a_draft(client):
    event = EventFactory(status=DRAFT)
    actor = ActorFactory(status=DRAFT)
    ActionPartyFactory(action=ActionFactory(event=event), actor=actor)
    hidden = ActorFactory()
    ActionPartyFactory(action=ActionFactory(), actor=hidden, label="une association")

    response = client.get(ACTIONS)

    assert choices_of(response, "rencontre") == {}
    assert choices_of(response, "porteur") == {}
    for slug in (event.slug, actor.slug, hidden.slug):
        assert slug not in response.text


def test_card_says_the_axis_the_commitment_and_the_latest_news(client):
    session = SessionFactory(title="Axe mobilité")
    action = ActionFactory(event=session.event, session=session, due=due("01/2020"))
    ActionPartyFactory(action=action, commitment="prête deux vélos")
    ActionNoteFactory(action=action, date=due("05/2021"), text="Vieilles nouvelles")
    ActionNoteFactory(action=action, date=due("06/2022"), text="Les vélos roulent")

    text = client.get(ACTIONS).text

    for part in ("Axe mobilité", "prête deux vélos", "Les vélos roulent", "en retard"):
        assert part in text
    assert "Vieilles nouvelles" not in text


def test_export_says_commitments_session_and_news(client):
    session = SessionFactory(title="Axe mobilité")
    action = ActionFactory(event=session.event, session=session)
    party = ActionPartyFactory(action=action, commitment="prête deux vélos")
    ActionNoteFactory(action=action, date=due("05/2021"), text="C'est fait", progress="done")

    [row] = csv.DictReader(
        io.StringIO(client.get(ACTIONS, {"format": "csv"}).getvalue().decode("utf-8-sig")),
        delimiter=";",
    )

    assert row["séquence"] == "Axe mobilité"
    assert row["engagements"] == f"{party.name} : prête deux vélos"
    assert row["nouvelles"] == "mai 2021 : réalisée : C'est fait"


def test_export_keeps_the_session_of_a_draft_event(client):
    session = SessionFactory(title="AXE SECRET", event=EventFactory(status=DRAFT))
    ActionFactory(title="Tenir", event=session.event, session=session)

    for form in ("csv", "json", "atom", ""):
        content = client.get(ACTIONS, {"format": form} if form else {}).getvalue()
        assert b"Tenir" in content
        assert b"SECRET" not in content


def test_action_page_asks_what_became_of_it(client):
    action = ActionFactory(due=due("01/2020"))

    text = client.get(action.get_absolute_url()).text

    assert "Qu'est devenue cette action" in text.replace("&#x27;", "'")
    assert "en retard" in text
    assert "Pas encore de nouvelles" in text
