"""The fictional example is labelled everywhere, and reaches nobody real."""

import re

import pytest
from django.apps import apps

from coopemploi.demo.evaluation import load_evaluation
from coopemploi.sources.models import Source
from events.evaluations.results import public_results
from events.models import Action, Event, FollowUpBody
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor, Network, Person
from tests.demo.official import CONTENT, demo_documents

pytestmark = pytest.mark.django_db

NAME = "90-exemple-fictif.yaml"
LABEL = "(exemple fictif)"


def _sourced_models():
    return [
        model
        for model in apps.get_models()
        if hasattr(model, "is_fictional") and any(f.name == "source" for f in model._meta.fields)
    ]


@pytest.fixture(scope="module", autouse=True)
def _documents(django_db_setup, django_db_blocker):
    with demo_documents(django_db_blocker, NAME):
        yield


@pytest.mark.parametrize(
    "model",
    [Action, Actor, Event, FollowUpBody, Initiative, Need, Network, Offer, Person, Resource],
)
def test_record_is_fictional(model):
    fictional = {record.is_fictional for record in model.objects.all()}
    assert fictional == {True}


def test_child_is_fictional_where_it_has_a_source():
    source = Source.objects.get()
    assert source.is_fictional
    made_up = [
        str(record)
        for model in _sourced_models()
        for record in model._default_manager.exclude(source=source)
        if model._meta.label != "territories.Territory"
    ]
    assert made_up == []


@pytest.mark.parametrize(
    "model", [Action, Actor, Event, FollowUpBody, Initiative, Need, Network, Offer, Resource]
)
def test_title_says_that_it_is_fictional(model):
    unlabelled = [str(record) for record in model.objects.all() if LABEL not in str(record)]
    assert unlabelled == []


def test_parties_are_all_fictional():
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields()}
        if {"actor", "label", "note"} <= names:
            for party in model._default_manager.exclude(actor=None):
                assert party.actor.is_fictional


def test_addresses_are_example_org():
    text = (CONTENT / NAME).read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([^/\s\"]+)", text))
    assert hosts == {"example.org"}
    assert set(re.findall(r"@([\w.-]+)", text)) == {"example.org"}
    assert set(Person.objects.values_list("phone", flat=True)) == {""}


def test_agenda_has_events_of_all_sorts():
    events = Event.objects.order_by("start_earliest")
    agenda = [(event.start.label, event.get_format_display()) for event in events]
    assert agenda == [
        ("12 novembre 2026", "sur place"),
        ("10 décembre 2026", "en ligne"),
        ("28 janvier 2027", "sur place"),
        ("mars 2027", "sur place"),
        ("20 mai 2027", "sur place"),
        ("14 octobre 2027", "sur place et en ligne"),
    ]
    assert len({event.kind for event in events}) == 5
    two_days = events.get(kind=Event.Kind.FORUM)
    assert two_days.end.label == "21 mai 2027"


def test_evaluation_is_counted_by_the_site_and_said_fictional(client):
    for _ in range(2):
        load_evaluation()
    event = Event.objects.get(evaluation__isnull=False)

    first, second = public_results(event)
    assert (first.headline, first.base) == ("4,3 sur 5", 18)
    assert f"{second.headline} {second.said}" == "78\N{NO-BREAK SPACE}% des 18 répondants : oui"
    page = client.get(event.get_absolute_url()).content.decode()
    assert "4,3 sur 5" in page
    assert "<strong>Exemple fictif</strong>" in page
    assert not event.evaluation.is_open
    assert event.evaluation.spent_links.count() == 18


def test_initiative_fills_every_field():
    initiative = Initiative.objects.get()
    empty = [
        field.name
        for field in (*Initiative._meta.fields, *Initiative._meta.many_to_many)
        if field.name != "created_by"
        and not (
            getattr(initiative, field.name).exists()
            if field.many_to_many
            else getattr(initiative, field.name)
        )
    ]
    assert empty == []
    roles = {involvement.role for involvement in initiative.involvements.all()}
    assert len(roles) == 6
    amounts = initiative.involvements.filter(role="funder").values_list("amount", flat=True)
    assert [float(amount) for amount in amounts] == [30000, 45500.5]
    assert initiative.steps.count() == 4
    assert initiative.figures.count() == 3
    assert initiative.links.count() == 3


def test_action_has_dated_notes_and_commitments():
    action = Action.objects.get()
    notes = [(note.date.label, note.get_progress_display()) for note in action.notes.all()]
    assert notes == [("12 novembre 2026", "en cours"), ("15 septembre 2026", "engagée")]
    commitments = [party.commitment for party in action.parties.all()]
    assert commitments == ["relève les trajets chaque mois", "affichent la carte à l'accueil"]
