"""Which columns of a file are which of ours."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coopemploi.imports import mapping
from coopemploi.imports.declarations import importations
from coopemploi.imports.models import ImportBatch
from coopemploi.search.text import normalise
from events.models import Event
from initiatives.models import Initiative, Involvement, Need, Offer, Resource, Step
from territories.models import Actor, Person
from tests import importing
from tests.coopemploi.imports.initiatives import UPLOAD, address, apply, send
from tests.factories import ActorFactory, CompositionFactory, InitiativeFactory, TerritoryFactory
from tests.importing import counts, problems


@pytest.mark.parametrize(
    ("model", "headers"),
    [
        (
            Initiative,
            {
                "Intitulé du projet": "title",
                "Descriptif": "body",
                "Statut": "stage",
                "Territoire concerné": "territories",
                "Structure(s) porteuse(s)": "involvements.carrier",
                "Domaine": "themes",
                "Difficultés rencontrées": "did_not_work",
                "Nom du contact": "contact",
            },
        ),
        (Initiative, {"Territoire": "territories", "Commune": "territories", "Action": "title"}),
        (Initiative, {"Lieu": "territories", "Commune": "territories", "Action": "title"}),
        (Initiative, {"Territoire": "territories", "Lieu": "", "Action": "title"}),
        (Event, {"Titre": "title", "Commune": "town", "Territoire": "territories"}),
        (
            Actor,
            {
                "Nom de l'organisme": "name",
                "Type d'acteur": "kind",
                "Acronyme": "aliases",
                "Territoires d'intervention": "territories",
                "Rattachée à": "parents",
                "Présentation": "description",
            },
        ),
        (
            Person,
            {
                "Nom": "last_name",
                "Intitulé du poste": "positions__title",
                "Nom de la structure": "positions__actor",
                "En poste depuis": "positions__since",
                "N° de téléphone": "phone",
            },
        ),
        (
            Event,
            {
                "Nom de l'événement": "title",
                "Type de rencontre": "kind",
                "Jour": "start",
                "Modalités": "format",
                "Statut": "state",
                "Territoire concerné": "territories",
            },
        ),
        (Need, {"Besoin": "text", "Demandeur": "actor", "Depuis": "stated_on"}),
        # A person's name is no record's, unless the record is a person.
        (Actor, {"Structure": "name", "Nom": "", "Prénom": "", "Type": "kind"}),
        (Actor, {"Prénom": "", "Nom": "", "Structure": "name"}),
        (Actor, {"Structure": "", "Nom": "name", "Type": "kind"}),
        (Person, {"Nom": "last_name", "Prénom": "first_name"}),
        (Initiative, {"Projet": "title", "Nom": "", "Prénom": ""}),
        (Event, {"Rencontre": "title", "Date": "start", "Nom": ""}),
        (Need, {"Besoin": "text", "Date": "stated_on", "Titre": ""}),
        (Resource, {"Type de ressource": "kind", "Année de parution": "dated"}),
        (Step, {"Projet": "initiative", "Date de début": "date", "Jalon": "label"}),
        (Involvement, {"Nom du projet": "initiative", "Financement (€)": "amount"}),
    ],
)
def test_headers_of_the_tables_of_a_network_are_known(model, headers):
    known = mapping.known_headers(importations[model].columns())

    guessed = mapping.guess(list(headers), known, importations[model].gathered)

    assert dict(zip(headers, guessed, strict=True)) == headers


@pytest.mark.parametrize("model", importations, ids=lambda model: model._meta.label)
def test_headers_read_together_are_all_known(model):
    known = mapping.known_headers(importations[model].columns())

    for name, headers in importations[model].gathered.items():
        assert {known.get(normalise(header)) for header in headers} == {name}


@pytest.mark.parametrize(
    ("model", "headers", "cells", "column"),
    [
        (Initiative, "titre;statut", ("Publié", "Brouillon"), "status"),
        (Initiative, "titre;statut", ("terminé", "en cours", "publié"), "stage"),
        (Initiative, "titre;statut", ("validé",), "status"),
        (Initiative, "titre;avancement;statut", ("idée;publié",), "status"),
        (Need, "texte;statut", ("publié",), "status"),
        (Need, "texte;statut", ("résolu",), "state"),
        (Offer, "texte;statut", ("brouillon",), "status"),
        (Event, "titre;statut", ("publié",), "status"),
        (Event, "titre;statut", ("annulée",), "state"),
    ],
)
def test_header_of_two_columns_is_told_by_its_cells(
    animateur_client, model, headers, cells, column
):
    rows = "".join(f"A;{cell}\n" for cell in cells)

    batch = importing.send(animateur_client, model, f"{headers}\n{rows}")

    assert batch.mapping[-1] == column


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ("en cours;publié", ["stage", "status"]),
        ("publié;en cours", ["status", "stage"]),
        ("publié;brouillon", ["status", ""]),
    ],
)
def test_each_of_two_headers_alike_is_told_by_its_own_cells(animateur_client, cells, columns):
    batch = send(animateur_client, f"titre;statut;Statut\nA;{cells}\n")

    assert batch.mapping == ["title", *columns]


def test_what_is_imported_apart_is_said_where_columns_are_chosen(animateur_client):
    file = SimpleUploadedFile("f.csv", b"titre;porteur\nA;B\n")
    page = animateur_client.post(UPLOAD, {"file": file}, follow=True)
    parties = reverse("admin:initiatives_involvement_import")
    assert f'S\'importent à part, dans un autre tableau&nbsp;: <a href="{parties}">' in page.text


def test_columns_chosen_are_remembered_for_the_same_headers(animateur_client):
    first = send(animateur_client, "nom;Truc\nA;B\n", column_1="summary")
    assert first.mapping == ["title", "summary"]

    animateur_client.post(UPLOAD, {"file": SimpleUploadedFile("f.csv", b"Nom;truc\nC;D\n")})

    assert ImportBatch.objects.latest("pk").mapping == ["title", "summary"]


NEWLY_PROPOSED = "Non lue la dernière fois, proposée depuis."


def sent_again(client, content):
    """(the columns proposed for a file, the labels of those said to be new)."""
    page = client.post(UPLOAD, {"file": SimpleUploadedFile("f.csv", content.encode())}, follow=True)
    new = [field.label for field in page.context["form"] if field.field.is_new]
    assert page.text.count(NEWLY_PROPOSED) == len(new)
    return ImportBatch.objects.latest("pk").mapping, new


def test_column_that_no_rule_read_then_is_proposed_since(animateur_client):
    text = "nom;Depuis;Truc\nA;2019;C\n"
    first = send(animateur_client, text, column_1="")
    for guessed in (["title", "", ""], []):  # of today's batches, and of those of before
        ImportBatch.objects.filter(pk=first.pk).update(guessed=guessed)

        found = sent_again(animateur_client, text)

        assert found == (["title", "steps.start", ""], ["Depuis"])


def test_column_left_out_by_choice_stays_so_however_often_the_file_is_sent(animateur_client):
    text = "nom;Depuis\nA;2019\n"
    send(animateur_client, text, column_1="")

    for _ in range(2):
        assert sent_again(animateur_client, text) == (["title", ""], [])
        send(animateur_client, text)


def test_column_read_elsewhere_by_choice_is_not_proposed_again(animateur_client):
    text = "nom;Depuis;Truc\nA;2019;2020\n"
    first = send(animateur_client, text, column_1="", column_2="steps.start")
    ImportBatch.objects.filter(pk=first.pk).update(guessed=[])

    assert sent_again(animateur_client, text) == (["title", "", "steps.start"], [])


def test_commune_left_beside_a_territory_is_proposed_since(animateur_client):
    text = "nom;Territoire;Commune\nA;Dax;Dax\n"
    first = send(animateur_client, text, column_2="")
    ImportBatch.objects.filter(pk=first.pk).update(guessed=["title", "territories", ""])

    mapping, new = sent_again(animateur_client, text)

    assert (mapping, new) == (["title", "territories", "territories"], ["Commune"])


def test_column_proposed_since_is_no_longer_said_new_once_chosen(animateur_client):
    text = "nom;Depuis\nA;2019\n"
    first = send(animateur_client, text, column_1="")
    ImportBatch.objects.filter(pk=first.pk).update(guessed=[])
    second = send(animateur_client, text)

    page = animateur_client.get(address("import_mapping", second.pk))

    assert (second.mapping, NEWLY_PROPOSED in page.text) == (["title", "steps.start"], False)
    assert sent_again(animateur_client, text) == (["title", "steps.start"], [])


def test_column_read_twice_is_refused_beside_its_choice(animateur_client):
    response = animateur_client.post(
        UPLOAD, {"file": SimpleUploadedFile("f.csv", b"Titre;Autre\nC;D\n")}
    )

    response = animateur_client.post(response.url, {"column_0": "title", "column_1": "title"})

    assert response.status_code == 400
    assert response.context["form"].errors == {
        "column_1": ["La colonne « Titre » est déjà lue ainsi."]
    }


def test_commune_and_territory_are_read_together(animateur_client):
    dax = TerritoryFactory(name="Dax", code="40088", kind="commune")
    around = TerritoryFactory(name="Pays d'essai", code="p", kind="pays")
    text = "titre;Territoire;Commune\nUne;Pays d'essai;Dax\nDeux;;Dax\nTrois;Pays d'essai;\n"

    batch = send(animateur_client, text)

    assert batch.mapping == ["title", "territories", "territories"]
    [change] = [row.changes["territories"] for row in batch.rows.filter(line=2)]
    assert change[3] == "Dax [commune:40088] | Pays d'essai [pays:p]"
    apply(animateur_client, batch)
    found = {
        initiative.title: set(initiative.territories.all())
        for initiative in Initiative.objects.all()
    }
    assert found == {"Une": {dax, around}, "Deux": {dax}, "Trois": {around}}
    assert counts(send(animateur_client, text)) == {"unchanged": 3}


def test_commune_or_territory_that_is_unknown_refuses_its_row(animateur_client):
    TerritoryFactory(name="Dax", code="40088", kind="commune")

    batch = send(animateur_client, "titre;Territoire;Commune\nUne;Nulle part;Dax\n")

    assert counts(batch) == {"refused": 1}
    assert "« Nulle part »" in problems(batch)[2][0][1]


@pytest.mark.parametrize("name", ["Saint-Denis", "Valence"])
def test_territory_beside_a_commune_tells_its_homonyms_apart(animateur_client, name):
    here = TerritoryFactory(name=name, code="11111", kind="commune", population=1_000)
    # Alone, the town would be meant.
    TerritoryFactory(name=name, code="22222", kind="commune", population=90_000)
    around = TerritoryFactory(name="Pays d'essai", code="p", kind="pays")
    CompositionFactory(whole=around, part=here)
    text = f"titre;Territoire;Commune\nUne;Pays d'essai;{name}\n"

    batch = send(animateur_client, text)

    assert problems(batch) == {
        2: [["territoires", f"« {name} » : compris « {name} [commune:11111] »."]]
    }
    apply(animateur_client, batch)
    assert set(Initiative.objects.get().territories.all()) == {here, around}


def test_ref_of_a_commune_is_followed_whatever_stands_beside_it(animateur_client):
    here = TerritoryFactory(name="Saint-Denis", code="11111", kind="commune")
    meant = TerritoryFactory(name="Saint-Denis", code="22222", kind="commune")
    around = TerritoryFactory(name="Pays d'essai", code="p", kind="pays")
    CompositionFactory(whole=around, part=here)
    text = "titre;Territoire;Commune\nUne;Pays d'essai;Saint-Denis [commune:22222]\n"

    apply(animateur_client, send(animateur_client, text))

    assert set(Initiative.objects.get().territories.all()) == {meant, around}


def test_columns_without_a_name_or_a_ref_are_refused(animateur_client):
    response = animateur_client.post(
        UPLOAD, {"file": SimpleUploadedFile("f.csv", b"Titre;Autre\nC;D\n")}
    )

    response = animateur_client.post(response.url, {"column_1": "stage"})

    assert response.status_code == 400
    assert "Dites quelle colonne est « titre »" in response.context["form"].non_field_errors()[0]


def test_rows_of_parties_are_named_by_an_actor_alone(animateur_client):
    initiative = InitiativeFactory()
    ActorFactory(name="Fondation d'essai")
    text = f"initiative;rôle;structure\n{initiative.slug};financeur;Fondation d'essai\n"

    assert counts(importing.send(animateur_client, Involvement, text)) == {"created": 1}


def test_columns_that_a_new_record_needs_are_said_with_the_others(animateur_client):
    file = SimpleUploadedFile("f.csv", b"besoin;date\nUn local;2026\n")

    page = animateur_client.post(importing.page(Need, "import"), {"file": file}, follow=True)

    assert "Pour créer une fiche, il manque à votre fichier" in page.text
    assert "nature (connaissance, méthode" in page.text
