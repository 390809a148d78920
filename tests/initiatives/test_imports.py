"""Needs, offers and resources in spreadsheets; initiatives are in tests/coopemploi."""

import pytest

from initiatives.models import Initiative, Need, Offer, Resource
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    NeedFactory,
    OfferFactory,
    PersonFactory,
    PositionFactory,
    ResourceFactory,
)
from tests.importing import apply, counts, export, problems, send


def filled_need(factory):
    return factory(actor=ActorFactory(), person=PersonFactory(), stated_on="[] 2e vague")


def filled_resource():
    resource = ResourceFactory(actor=ActorFactory(), dated="fin mars 2021")
    resource.initiatives.set(InitiativeFactory.create_batch(2, title="Le même titre"))
    return resource


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize(
    ("model", "make"),
    [
        (Need, lambda: filled_need(NeedFactory)),
        (Offer, lambda: filled_need(OfferFactory)),
        (Resource, filled_resource),
    ],
    ids=["need", "offer", "resource"],
)
def test_export_is_an_import_that_changes_nothing(animateur_client, model, make, extension):
    make()

    batch = send(
        animateur_client, model, export(animateur_client, model, extension), f"f.{extension}"
    )

    assert counts(batch) == {"unchanged": 1}


def test_need_of_an_actor_is_written_with_its_date_in_words(animateur_client):
    actor = ActorFactory(name="Le PLIE")

    batch = send(
        animateur_client,
        Need,
        "je cherche;nature;structure;date\nUn guide;méthode;le plie;mars 2021\n",
    )
    apply(animateur_client, Need, batch)

    need = Need.objects.get()
    assert (need.text, need.kind, need.actor) == ("Un guide", "method", actor)
    assert need.stated_on.as_input == "03/2021"


def test_name_of_two_actors_gives_their_refs(animateur_client):
    ActorFactory(name="Le PLIE", slug="plie-a")
    ActorFactory(name="Le PLIE", slug="plie-b")

    batch = send(animateur_client, Need, "texte;nature;acteur\nUn guide;méthode;Le PLIE\n")

    ((label, message),) = problems(batch)[2]
    assert label == "acteur"
    assert message.endswith("avec sa réf : Le PLIE [plie-a] ; Le PLIE [plie-b].")


def test_address_that_is_no_web_page_is_refused_in_its_column(animateur_client):
    batch = send(animateur_client, Resource, "type;titre;lien\nguide;Un guide;javascript:1\n")

    assert [label for label, _ in problems(batch)[2]] == ["adresse web"]


def test_contact_of_several_jobs_must_be_told_whole(animateur_client):
    person = PersonFactory(first_name="Léa", last_name="Roux", slug="lea-roux")
    first = PositionFactory(person=person, title="directrice", actor=None)
    PositionFactory(person=person, title="élue", actor=None)

    batch = send(
        animateur_client,
        Initiative,
        "titre;contact\nA;Léa Roux\nB;Léa Roux, directrice [lea-roux]\n",
    )

    assert counts(batch) == {"refused": 1, "created": 1}
    assert "plusieurs fonctions" in problems(batch)[2][0][1]
    assert batch.rows.get(line=3).changes["contact"][1] == first.pk


@pytest.mark.parametrize("header", ["Nom de la démarche", "Initiative", "Titre du projet"])
def test_title_is_known_by_what_people_call_an_initiative(animateur_client, header):
    batch = send(animateur_client, Initiative, f"{header};avancement\nUn garage;en cours\n")
    apply(animateur_client, Initiative, batch)

    assert Initiative.objects.get().title == "Un garage"


@pytest.mark.parametrize(
    ("cell", "stage"),
    [
        ("Terminé", "completed"),
        ("Terminés", "completed"),
        ("términée", "completed"),
        ("teminée", "completed"),
        ("en préparation", "planned"),
        ("Réalisées", "completed"),
        ("clôturé", "completed"),
        ("Engagés", "ongoing"),
        ("renouvelé", "renewed"),
        ("reconduit", "renewed"),
        ("prévu", "planned"),
    ],
)
def test_stage_is_known_by_usual_words(animateur_client, cell, stage):
    batch = send(animateur_client, Initiative, f"titre;statut\nUn garage;{cell}\n")

    apply(animateur_client, Initiative, batch)

    assert Initiative.objects.get().stage == stage


@pytest.mark.parametrize(
    "cell",
    [
        "réaliser",
        "clôturer",
        "reconduire",
        "engager",
        "terminer",
        "renouveler",
        "lancer",
        "achever",
    ],
)
def test_what_is_to_be_done_is_not_read_as_done(animateur_client, cell):
    batch = send(animateur_client, Initiative, f"titre;avancement\nUn garage;{cell}\n")

    assert counts(batch) == {"refused": 1}
