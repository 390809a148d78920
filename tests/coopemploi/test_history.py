"""Every change of a record leaves a version: who, when, what."""

import datetime
import html

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from coopemploi.dates import PartialDate, moment_label
from coopemploi.history.admin import RecordHistory
from coopemploi.history.tracking import FOUND, operation, paused, records_of
from initiatives.models import Initiative, Step
from territories.models import Actor, Composition, Containment, Person
from tests.factories import (
    ActorFactory,
    AppearanceFactory,
    CompositionFactory,
    EventFactory,
    InitiativeFactory,
    InvolvementFactory,
    NeedFactory,
    PersonFactory,
    StepFactory,
    ThemeFactory,
    UserFactory,
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
        {"action": "archive_selection", "_selected_action": [initiative.pk], "confirmed": "oui"},
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


# The page of a record


def history(record, name="history", *args):
    meta = record._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=[record.pk, *args])


def text(response):
    return " ".join(strip_tags(response.content.decode()).split())


def test_history_page_tells_differences_in_words(animateur_client):
    theme = ThemeFactory(name="Mobilité")
    initiative = InitiativeFactory(body="Un garage ouvert le lundi.", stage="idea")
    initiative.body = "Un garage ouvert le mardi."
    initiative.stage = "ongoing"
    initiative.save()
    initiative.themes.add(theme)

    page = animateur_client.get(history(initiative)).content.decode()

    assert "Un garage ouvert le <del>lundi</del><ins>mardi</ins>." in page
    assert "<del>idée</del><ins>en cours</ins>" in page
    assert "<ins>Mobilité</ins>" in page


def test_history_page_tells_days_and_hours_as_french_does(animateur_client):
    morning = datetime.datetime(2027, 3, 1, 8, 30, tzinfo=datetime.UTC)
    event = EventFactory(start_time=datetime.time(14), registration_opens_at=morning)
    need = NeedFactory(last_confirmed_on=datetime.date(2027, 3, 1))

    told = [text(animateur_client.get(history(record))) for record in (event, need)]

    assert "Heure de début 14 h" in told[0]
    assert "Ouverture des inscriptions 1er mars 2027 à 9 h 30" in told[0]
    assert "Confirmé le 1er mars 2027" in told[1]


def test_history_page_tells_what_became_of_children(animateur_client):
    initiative = InitiativeFactory()
    step = StepFactory(initiative=initiative, label="premier essai")
    step.label = "second essai"
    step.save()
    step.delete()

    page = text(animateur_client.get(history(initiative)))

    assert "Étape datée « second essai »&nbsp;: suppression" in page
    assert "premier second essai" in page or "premiersecond essai" in page


def test_history_page_names_related_records_that_are_gone(animateur_client):
    theme = ThemeFactory(name="Mobilité")
    initiative = InitiativeFactory()
    initiative.themes.add(theme)
    theme.delete()

    assert "Mobilité (n'existe plus)" in html.unescape(
        text(animateur_client.get(history(initiative)))
    )


def test_history_page_takes_the_same_queries_at_1_and_15_changes(animateur_client):
    initiative = InitiativeFactory()
    actor = ActorFactory()

    def change(number):
        initiative.title = f"Titre {number}"
        initiative.save()
        initiative.themes.add(ThemeFactory())
        InvolvementFactory(initiative=initiative, actor=actor)
        StepFactory(initiative=initiative)

    change(0)
    animateur_client.get(history(initiative))
    with CaptureQueriesContext(connection) as one:
        animateur_client.get(history(initiative))
    for number in range(1, 5):
        change(number)
    with CaptureQueriesContext(connection) as fifteen:
        animateur_client.get(history(initiative))

    assert len(fifteen) == len(one)
    assert len(one) <= 25


def test_history_page_is_paginated(animateur_client):
    initiative = InitiativeFactory(title="Titre d'avant")
    for number in range(25):
        initiative.title = f"Titre {number}"
        initiative.save()

    second = animateur_client.get(history(initiative) + "?page=2").content.decode()

    assert second.count("history-entry") == 6
    assert "Titre d&#x27;avant" in second


def test_history_of_a_record_that_does_not_exist_is_not_found(animateur_client):
    for number in ("999999", "abc", "9" * 40):
        address = reverse("admin:initiatives_initiative_history", args=[number])
        assert animateur_client.get(address).status_code == 404


def test_restore_brings_back_one_record_and_its_relations_only(animateur_client):
    theme = ThemeFactory()
    initiative = InitiativeFactory(title="Premier")
    initiative.themes.add(theme)
    version = initiative.history.first()
    step = StepFactory(initiative=initiative, label="gardée")
    initiative.title = "Second"
    initiative.save()
    initiative.themes.clear()
    address = history(initiative, "restore", "initiative", version.history_id)

    confirmation = animateur_client.get(address).content.decode()
    initiative.refresh_from_db()
    assert initiative.title == "Second"
    animateur_client.post(address)

    initiative.refresh_from_db()
    step.refresh_from_db()
    assert "<del>Second</del><ins>Premier</ins>" in confirmation
    assert (initiative.title, list(initiative.themes.all())) == ("Premier", [theme])
    assert step.label == "gardée"
    restored_at = moment_label(timezone.localtime(version.history_date))
    note = f"Rétabli à la version du {restored_at}"
    assert initiative.history.first().history_change_reason == note


def test_restore_brings_back_a_deleted_child(animateur_client):
    step = StepFactory(label="à garder")
    initiative, key = step.initiative, step.pk
    step.delete()
    version = Step.history.get(id=key, history_type="-")

    animateur_client.post(history(initiative, "restore", "step", version.history_id))

    assert initiative.steps.get().label == "à garder"


def test_restore_says_which_related_records_are_gone(animateur_client):
    initiative = InitiativeFactory()
    initiative.themes.add(theme := ThemeFactory())
    version = initiative.history.first()
    theme.delete()
    address = history(initiative, "restore", "initiative", version.history_id)

    assert "« Thématiques » : 1 fiche(s) n'existent plus." in html.unescape(
        text(animateur_client.get(address))
    )
    assert animateur_client.post(address).status_code == 302


def test_present_version_is_not_offered_to_be_restored(animateur_client):
    initiative = InitiativeFactory()
    assert "Rétablir" not in text(animateur_client.get(history(initiative)))
    initiative.archive()

    assert text(animateur_client.get(history(initiative))).count("Rétablir cette version") == 1


def test_restore_of_a_version_of_another_record_is_not_found(animateur_client):
    initiative, other = InitiativeFactory(), InitiativeFactory()
    version = other.history.first()

    address = history(initiative, "restore", "initiative", version.history_id)

    assert animateur_client.post(address).status_code == 404


def test_restore_is_refused_to_who_may_only_see(client):
    initiative = InitiativeFactory()
    version = initiative.history.first()
    initiative.archive()
    reader = UserFactory(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_initiative"))
    client.force_login(reader)
    address = history(initiative, "restore", "initiative", version.history_id)

    assert client.get(history(initiative)).status_code == 200
    assert "Rétablir" not in text(client.get(history(initiative)))
    assert client.post(address).status_code == 403


def test_restore_keeps_how_to_reach_a_person(animateur_client):
    person = PersonFactory(last_name="Avant", email="moi@example.org")
    version = person.history.first()
    person.last_name = "Après"
    person.save()

    animateur_client.post(history(person, "restore", "person", version.history_id))

    person.refresh_from_db()
    assert (person.last_name, person.email) == ("Avant", "moi@example.org")


def test_restore_takes_back_no_protection_and_says_so(animateur_client):
    person = PersonFactory(last_name="Avant", email_is_public=True, phone_is_public=False)
    version = person.history.first()
    person.last_name, person.phone_is_public = "Après", True
    person.email_is_public, person.attribution_withdrawn = False, True
    person.save()
    address = history(person, "restore", "person", version.history_id)

    told = text(animateur_client.get(address))
    response = animateur_client.post(address, follow=True)

    person.refresh_from_db()
    assert (person.last_name, person.email_is_public) == ("Avant", False)
    assert (person.attribution_withdrawn, person.phone_is_public) == (True, False)
    for page in (told, text(response)):
        assert "« A demandé le retrait de son nom » reste « oui »" in page
        assert "« Accepte que son adresse soit publique » reste « non »" in page
        assert "téléphone soit public » reste" not in page


def test_restore_is_followed_by_search_and_closure(animateur_client):
    composition = CompositionFactory()
    whole, part = composition.whole, composition.part
    composition.delete()
    version = Composition.history.get(history_type="-")
    assert not Containment.objects.filter(container=whole, contained=part).exists()

    animateur_client.post(history(whole, "restore", "composition", version.history_id))

    assert Containment.objects.filter(container=whole, contained=part).exists()


# What people ask of the site, and what it wrote to them: their past is nobody's business.
UNTRACKED = {
    "alerts.Alert",
    "events.FollowUpMail",
    "initiatives.Introduction",
    "initiatives.IntroductionBlock",
    "initiatives.Match",
    "mail.Refusal",
    "participation.Belonging",
    "participation.Proposal",
}


def test_every_model_that_the_admin_edits_is_tracked():
    edited = {
        model
        for model_admin in admin.site._registry.values()
        if isinstance(model_admin, RecordHistory)
        for model in [model_admin.model, *(inline.model for inline in model_admin.inlines)]
    }

    assert {model._meta.label for model in edited if records_of(model) is None} == UNTRACKED
