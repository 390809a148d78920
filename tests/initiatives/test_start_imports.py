"""Since when an initiative is, in the table of initiatives: its step « Début »."""

import pytest
from django.contrib.auth.models import Permission

from initiatives.models import Initiative, Step
from tests.factories import InitiativeFactory, StepFactory, UserFactory
from tests.importing import apply, counts, export, problems, send, take_back

pytestmark = pytest.mark.django_db


def told():
    return [(step.label, step.date.as_input) for step in Step.objects.order_by("pk")]


def change(client, text):
    return apply(client, Initiative, send(client, Initiative, text))


@pytest.mark.parametrize("header", ["Depuis", "Depuis quand ?", "Date de début", "Lancement"])
def test_start_is_known_by_its_usual_headers(animateur_client, header):
    batch = change(animateur_client, f"titre;{header}\nUn garage;mars 2021\n")

    assert batch.mapping == ["title", "steps.start"]
    assert told() == [("Début", "03/2021")]


@pytest.mark.parametrize(
    ("cell", "date", "remark"),
    [
        ("2018", "2018", ""),
        ("depuis 2018", "2018", ""),
        ("[2011] depuis 10 ans", "[2011] depuis 10 ans", ""),
        ("[] 2e vague", "[] 2e vague", ""),
        ("depuis 10 ans", "[] depuis 10 ans", "depuis 10 ans"),
        ("10 ans", "[] depuis 10 ans", "depuis 10 ans"),
        ("plus de dix ans", "[] depuis plus de dix ans", "depuis plus de dix ans"),
        ("2e vague", "[] 2e vague", "2e vague"),
    ],
)
def test_start_is_kept_as_partial_as_it_is(animateur_client, cell, date, remark):
    batch = send(animateur_client, Initiative, f"titre;depuis\nUn garage;{cell}\n")

    said = f"« {remark} » est gardé en mots : le site n'y lit pas de date."
    assert problems(batch) == ({2: [["depuis", said]]} if remark else {})
    apply(animateur_client, Initiative, batch)
    assert told() == [("Début", date)]


@pytest.mark.parametrize("cell", ["", "?", "n.c.", "inconnue", "date inconnue"])
def test_start_that_nobody_knows_makes_no_step(animateur_client, cell):
    change(animateur_client, f"titre;depuis\nUn garage;{cell}\n")

    assert Initiative.objects.count() == 1
    assert told() == []


@pytest.mark.parametrize(
    "cell", ["32/01/2020", "10/2020 | 2021", "45000", "2020, ada@example.org", "#REF!"]
)
def test_start_that_is_no_date_is_refused(animateur_client, cell):
    batch = send(animateur_client, Initiative, f"titre;depuis\nUn garage;{cell}\n")

    assert counts(batch) == {"refused": 1}
    assert [column for column, _ in problems(batch)[2]] == ["depuis"]


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_export_is_an_import_that_changes_nothing(animateur_client, extension):
    for date in ("2018", "[2011] depuis 10 ans", "[] 2e vague"):
        StepFactory(label="Début", date=date)
    StepFactory(label="Ouverture", date="2020")
    twice = InitiativeFactory()
    StepFactory.create_batch(2, initiative=twice, label="début", date="2019")

    content = export(animateur_client, Initiative, extension)
    batch = send(animateur_client, Initiative, content, f"f.{extension}")

    assert counts(batch) == {"unchanged": 5}
    assert "steps.start" in batch.mapping


def test_same_file_sent_again_changes_nothing(animateur_client):
    text = "titre;depuis\nUn garage;10 ans\nUn verger;?\n"
    change(animateur_client, text)

    assert counts(send(animateur_client, Initiative, text)) == {"unchanged": 2}


def test_start_is_changed_beside_other_steps_and_put_back(animateur_client):
    start = StepFactory(initiative__slug="une", label="Début", date="2018", order=3)
    StepFactory(initiative=start.initiative, label="Ouverture", date="2020")

    batch = change(animateur_client, "réf;depuis;titre\nune;mars 2019;Une\n")

    assert told() == [("Début", "03/2019"), ("Ouverture", "2020")]
    take_back(animateur_client, Initiative, batch)
    assert told() == [("Début", "2018"), ("Ouverture", "2020")]
    start.refresh_from_db()
    assert start.order == 3
    assert problems(batch) == {}


def test_start_added_is_taken_back(animateur_client):
    InitiativeFactory(slug="une", title="Une")
    batch = change(animateur_client, "réf;titre;depuis\nune;Une;2018\n;Neuve;2019\n")
    assert sorted(told()) == [("Début", "2018"), ("Début", "2019")]

    take_back(animateur_client, Initiative, batch)

    assert [initiative.slug for initiative in Initiative.objects.all()] == ["une"]
    assert (told(), problems(batch)) == ([], {})


def test_empty_cell_removes_the_start_alone_and_it_comes_back(animateur_client):
    start = StepFactory(initiative__slug="une", label="Début", date="2018")
    StepFactory(initiative=start.initiative, label="Ouverture", date="2020")

    batch = change(animateur_client, "réf;titre;depuis\nune;Une;\n")

    assert told() == [("Ouverture", "2020")]
    take_back(animateur_client, Initiative, batch)
    assert sorted(told()) == [("Début", "2018"), ("Ouverture", "2020")]


def test_start_said_twice_is_changed_on_the_page_of_its_initiative(animateur_client):
    initiative = InitiativeFactory(slug="une")
    StepFactory.create_batch(2, initiative=initiative, label="Début", date="2018")

    batch = send(animateur_client, Initiative, "réf;titre;depuis\nune;Une;2019\n")

    told = "plusieurs étapes datées se modifient dans la page de la fiche, pas dans un tableau."
    assert problems(batch) == {2: [["depuis", told]]}


def test_step_added_since_keeps_the_record_created(animateur_client):
    batch = change(animateur_client, "titre;depuis\nUne;2018\n")
    StepFactory(initiative=Initiative.objects.get())

    take_back(animateur_client, Initiative, batch)

    assert problems(batch) == {2: [["", "ses étapes datées ont changé depuis."]]}


def test_who_may_not_delete_steps_removes_no_start(client):
    StepFactory(initiative__slug="une", initiative__title="Une", label="Début", date="2018")
    user = UserFactory(is_staff=True, is_superuser=False)
    names = ["view_initiative", "change_initiative", "add_step", "change_step", "view_step"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    batch = send(client, Initiative, "réf;titre;depuis\nune;Une;\n")

    reasons = [reason for _, reason in problems(batch)[2]]
    assert "vous n'avez pas le droit de retirer une étape datée." in reasons
