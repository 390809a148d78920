"""Every change of a record leaves a version: who, when, what."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopemploi.dates import PartialDate
from coopemploi.history.tracking import FOUND, operation, paused
from initiatives.models import Initiative, Step
from territories.models import Actor, Composition, Person
from tests.factories import (
    ActorFactory,
    AppearanceFactory,
    CompositionFactory,
    InitiativeFactory,
    InvolvementFactory,
    PersonFactory,
    StepFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def kinds(record):
    return [version.history_type for version in record.history.all()]


def test_version_is_written_for_each_change():
    initiative = InitiativeFactory(title="Garage")
    initiative.title = "Garage solidaire"
    initiative.save()

    versions = initiative.history.values_list("history_type", "title")

    assert list(versions) == [("~", "Garage solidaire"), ("+", "Garage")]


def test_version_is_not_written_when_nothing_changed():
    initiative = InitiativeFactory()
    initiative.save()

    assert kinds(initiative) == ["+"]


def test_version_of_a_partial_save_holds_what_the_database_holds():
    initiative = InitiativeFactory(title="Garage", status="draft")
    initiative.title = "jamais enregistré"
    initiative.publish()

    latest = initiative.history.first()

    assert (latest.title, latest.status) == ("Garage", "published")


def test_version_keeps_relations():
    theme = ThemeFactory()
    initiative = InitiativeFactory()
    initiative.themes.add(theme)

    assert initiative.history.first().relations["themes"] == [theme.pk]


def test_version_follows_a_relation_changed_from_the_other_side():
    theme = ThemeFactory()
    initiative = InitiativeFactory()
    theme.initiatives.add(initiative)
    theme.initiatives.clear()

    assert [version.relations["themes"] for version in initiative.history.all()] == [
        [],
        [theme.pk],
        [],
    ]


def test_one_operation_writes_one_version():
    theme = ThemeFactory()
    initiative = InitiativeFactory()
    with operation("Essai"):
        initiative.title = "Autre"
        initiative.save()
        initiative.themes.add(theme)
        initiative.archive()

    latest = initiative.history.first()

    assert kinds(initiative) == ["~", "+"]
    assert (latest.title, latest.status) == ("Autre", "archived")
    assert latest.relations["themes"] == [theme.pk]
    assert latest.history_change_reason == "Essai"


def test_state_written_without_signals_is_noted_before_the_next_change():
    initiative = InitiativeFactory(title="Premier")
    Initiative.objects.update(title="Deuxième")
    initiative.refresh_from_db()
    initiative.title = "Troisième"
    initiative.save()

    versions = initiative.history.values_list("title", "history_change_reason")

    assert list(versions) == [("Troisième", ""), ("Deuxième", FOUND), ("Premier", "")]


def test_record_loaded_without_history_keeps_its_first_state():
    with paused():
        actor = ActorFactory(name="Chargé")
    assert kinds(actor) == []
    actor.name = "Corrigé"
    actor.save()

    assert list(actor.history.values_list("name", flat=True)) == ["Corrigé", "Chargé"]


def test_partial_date_comes_back_whole():
    date = PartialDate.parse("[17/10/2019] 17 octobre dernier")
    step = StepFactory(date=date)

    assert Step.history.get(id=step.pk).date == date


def test_history_says_who(animateur_client):
    initiative = InitiativeFactory()

    animateur_client.post(
        reverse("admin:initiatives_initiative_changelist"),
        {"action": "archive_selection", "_selected_action": [initiative.pk]},
    )

    user = initiative.history.first().history_user
    assert str(user.pk) == animateur_client.session["_auth_user_id"]


def test_how_to_reach_a_person_is_in_no_version():
    columns = {field.name for field in Person.history.model._meta.get_fields()}

    assert columns & {"email", "phone"} == set()


def test_deletion_keeps_children_and_their_relations_in_one_operation():
    initiative = InitiativeFactory()
    StepFactory(initiative=initiative)
    InvolvementFactory(initiative=initiative)
    appearance = AppearanceFactory()
    appearance.actors.add(actor := ActorFactory())

    initiative_key = initiative.pk
    initiative.delete()
    appearance.event.delete()

    deleted = Initiative.history.get(id=initiative_key, history_type="-")
    step = Step.history.get(history_type="-")
    kept = type(appearance).history.get(history_type="-")
    assert step.operation == deleted.operation
    assert kept.relations == {"actors": [actor.pk]}
    assert kept.operation != deleted.operation


def test_save_costs_few_queries():
    initiative = InitiativeFactory()
    initiative.title = "Autre"

    with CaptureQueriesContext(connection) as queries:
        initiative.save()

    # Before, its relations and its latest version; then the version.
    history = [query for query in queries if "historical" in query["sql"]]
    assert len(history) == 2


def test_composition_and_actor_are_tracked():
    CompositionFactory()

    assert Composition.history.count() == 1
    assert Actor.history.count() == 0


def test_person_without_contact_is_tracked():
    person = PersonFactory(email="secret@example.org")
    person.email = "autre@example.org"
    person.save()

    assert kinds(person) == ["+"]
