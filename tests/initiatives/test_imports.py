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


LEFT_OUT = "Cette case n'est pas écrite : complétez la fiche dans sa page."


def test_row_passes_without_the_contact_that_nobody_knows(animateur_client):
    known = PositionFactory(person__first_name="Léa", person__last_name="Roux", title="élue")
    text = "titre;contact;résumé\nUn garage;Léa Rou;Neuf\n"

    batch = send(animateur_client, Initiative, text)

    near = f"(vouliez-vous dire « Léa Roux, élue, {known.actor} [{known.person.slug}] » ?)"
    told = [["contact", f"« Léa Rou » n'est personne de connu {near}. {LEFT_OUT}"]]
    assert (counts(batch), problems(batch)) == ({"created": 1}, {2: told})
    apply(animateur_client, Initiative, batch)
    initiative = Initiative.objects.get()
    assert (initiative.summary, initiative.contact) == ("Neuf", None)
    again = send(animateur_client, Initiative, text)
    assert (counts(again), problems(again)) == ({"unchanged": 1}, {2: told})


def test_contact_of_a_record_is_kept_for_another_that_nobody_knows(animateur_client):
    known = PositionFactory()
    InitiativeFactory(slug="une", title="Une", contact=known)
    text = "réf;titre;contact\nune;Autre;Paul Petit\n"

    batch = apply(animateur_client, Initiative, send(animateur_client, Initiative, text))

    initiative = Initiative.objects.get()
    assert (initiative.title, initiative.contact) == ("Autre", known)
    assert problems(batch) == {
        2: [["contact", f"« Paul Petit » n'est personne de connu. {LEFT_OUT}"]]
    }


def test_what_the_report_says_of_a_contact_tells_no_address(animateur_client):
    text = "titre;contact\nUne;Paul Petit, paul@example.org\nDeux;Paul, 06 12 34 56 78\n"

    batch = send(animateur_client, Initiative, text)

    assert counts(batch) == {"created": 2}
    told = "personne n'est reconnu dans ce qui a une adresse e-mail ou un téléphone."
    assert problems(batch) == {n: [["contact", f"{told} {LEFT_OUT}"]] for n in (2, 3)}


@pytest.mark.parametrize("cell", ["ROUX Léa", "Mme Léa Roux", "Mme ROUX Léa", "lea roux"])
def test_contact_is_known_whichever_name_comes_first(animateur_client, cell):
    position = PositionFactory(person__first_name="Léa", person__last_name="Roux")

    batch = send(animateur_client, Initiative, f"titre;contact\nUne;{cell}\n")

    apply(animateur_client, Initiative, batch)
    assert Initiative.objects.get().contact == position


def test_ref_of_a_contact_that_nobody_has_is_refused(animateur_client):
    batch = send(animateur_client, Initiative, "titre;contact\nUne;Paul Petit [paul-petit]\n")

    assert problems(batch) == {
        2: [["contact", "la réf « paul-petit » n'est celle d'aucune fiche « fonction »."]]
    }


def test_person_of_a_need_that_nobody_knows_is_left_out_and_its_actor_refused(animateur_client):
    person = PersonFactory(first_name="Léa", last_name="Roux")
    text = (
        "texte;nature;acteur;contact\nA;outil;;Paul Petit\nB;outil;Nulle part;\nC;outil;;ROUX Léa\n"
    )

    batch = send(animateur_client, Need, text)

    assert counts(batch) == {"created": 2, "refused": 1}
    assert [label for label, _ in problems(batch)[2]] == ["personne"]
    assert [label for label, _ in problems(batch)[3]] == ["acteur"]
    assert batch.rows.get(line=4).changes["person"][1] == person.pk


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
