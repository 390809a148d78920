"""What spreadsheets and hurried hands write in cells is read as what it means, and said."""

import pytest

from coopemploi.imports import meanings
from events.models import Event
from initiatives.models import Initiative, InitiativeFigure, Involvement
from territories.models import Actor, Person, Territory
from tests import importing
from tests.coopemploi.imports.initiatives import apply, send
from tests.factories import (
    ActorFactory,
    AudienceFactory,
    InitiativeFactory,
    TerritoryFactory,
    ThemeFactory,
)
from tests.importing import counts, problems

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("17/10/23", "17/10/2023"),
        ("1.9.49", "1.9.2049"),
        ("31-12-98", "31/12/1998"),
        ("oct-23", "oct 2023"),
        ("déc.-19", "déc 2019"),
        ("mars 26", "mars 2026"),
        ("17/10/2023 00:00", "17/10/2023"),
        ("17/10/2023 0:00:00", "17/10/2023"),
        # No date so: left as it was written.
        ("32/10/23", "32/10/23"),
        ("10/17/23", "10/17/23"),
        ("lot-23", "lot-23"),
        ("17/10/2023 14:30", "17/10/2023 14:30"),
        ("2023", "2023"),
        ("12-13 mars 2025", "12-13 mars 2025"),
    ],
)
def test_date_of_a_spreadsheet_is_read_whole(text, read):
    assert meanings.date(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("15 000,00 €", "15 000,00"),
        ("1500 euros TTC", "1500"),
        ("12,5 k€", "12500"),
        ("1,5 M€ HT", "1500000"),
        ("15 000", "15 000"),
        ("15 €/h", "15 €/h"),
        ("environ 15 €", "environ 15 €"),
    ],
)
def test_amount_in_euros_is_read_as_its_number(text, read):
    assert meanings.euros(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [("12 345 hab.", "12 345"), ("800 habitants", "800"), ("800 foyers", "800 foyers")],
)
def test_population_is_read_without_its_unit(text, read):
    assert meanings.inhabitants(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("612345678", "0612345678"),
        ("0612345678", "0612345678"),
        ("33612345678", "33612345678"),
        ("61234567", "61234567"),
    ],
)
def test_telephone_that_lost_its_zero_has_it_back(text, read):
    assert meanings.telephone(text) == read


@pytest.mark.parametrize("read", [meanings.date, meanings.euros, meanings.inhabitants])
def test_cell_of_a_million_spaces_holds_nobody(read):
    """Read character by character for each of them, it would take hours."""
    cell = f"1{' ' * 1_000_000}x"

    assert read(cell) == cell


def test_date_of_two_figures_is_read_and_said(animateur_client):
    batch = send(animateur_client, "titre;depuis\nUne;17/10/23\nDeux;oct-23\nTrois;lot-23\n")

    starts = [row.changes["steps.start"][3] for row in batch.rows.all()]
    assert starts == ["17/10/2023", "10/2023", "[] lot-23"]
    assert problems(batch) == {
        2: [["depuis", "« 17/10/23 » : compris « 17/10/2023 »."]],
        3: [["depuis", "« oct-23 » : compris « 10/2023 »."]],
        4: [["depuis", "« lot-23 » est gardé en mots : le site n'y lit pas de date."]],
    }


@pytest.mark.parametrize("ditto", ["idem", "Idem.", "〃", "''", "ditto"])
def test_ditto_is_what_the_cell_above_says(animateur_client, ditto):
    ThemeFactory(name="Mobilité")
    text = f"titre;thématiques;résumé\nUne;Mobilité;\nDeux;{ditto};Texte\nTrois;{ditto};{ditto}\n"

    batch = apply(animateur_client, send(animateur_client, text))

    told = ["thématiques", f"« {ditto} » : compris « Mobilité »."]
    assert problems(batch) == {
        3: [told],
        4: [["résumé", f"« {ditto} » : compris « Texte »."], told],
    }
    assert {each.summary for each in Initiative.objects.all()} == {"", "Texte"}
    assert counts(send(animateur_client, text)) == {"unchanged": 3}


@pytest.mark.parametrize("rows", ["Une;idem\n", "Une;\nDeux;idem\n"])
def test_ditto_under_nothing_is_refused(animateur_client, rows):
    batch = send(animateur_client, f"titre;résumé\n{rows}")

    refused = batch.rows.filter(state="refused")
    assert [row.problems for row in refused] == [
        [["résumé", "« idem » : la case du dessus est vide."]]
    ]


def test_ditto_of_a_ref_is_none(animateur_client):
    known = InitiativeFactory()
    text = f"réf;titre\n{known.slug};{known.title}\nidem;Autre\n"

    batch = send(animateur_client, text)

    assert batch.rows.get(line=3).state == "refused"


@pytest.mark.parametrize("cell", ["-", "–", "/", "?", "n.c.", "NC", "Néant", "N/A"])
def test_sign_of_nothing_says_nothing(animateur_client, cell):
    batch = send(
        animateur_client, f"titre;résumé;territoires;avancement\nUne;{cell};{cell};{cell}\n"
    )

    [row] = batch.rows.all()
    assert (row.state, row.problems, list(row.changes)) == ("created", [], ["title"])


@pytest.mark.parametrize(
    "cell", ["Jeunes/Seniors", "Jeunes et seniors", "- Jeunes\n• Seniors", "jeunes + seniors"]
)
def test_several_terms_are_read_however_they_are_parted(animateur_client, cell):
    terms = {AudienceFactory(name="Jeunes"), AudienceFactory(name="Seniors")}

    apply(animateur_client, send(animateur_client, f'titre;publics\nUne;"{cell}"\n'))

    assert set(Initiative.objects.get().audiences.all()) == terms


@pytest.mark.parametrize("cell", ["Jeunes/Inconnus", "Jeunes et inconnus"])
def test_terms_of_which_one_is_unknown_are_refused(animateur_client, cell):
    AudienceFactory(name="Jeunes")

    batch = send(animateur_client, f"titre;publics\nUne;{cell}\n")

    assert counts(batch) == {"refused": 1}


def test_term_that_joins_words_is_one(animateur_client):
    known = AudienceFactory(name="Jeunes et familles")
    AudienceFactory(name="Jeunes")
    AudienceFactory(name="Familles")

    apply(animateur_client, send(animateur_client, "titre;publics\nUne;Jeunes et familles\n"))

    assert list(Initiative.objects.get().audiences.all()) == [known]


def test_two_places_joined_are_both(animateur_client):
    for code, name in (("33", "Gironde"), ("40", "Landes"), ("54", "Meurthe-et-Moselle")):
        TerritoryFactory(name=name, code=code, kind="departement")
    text = "titre;territoires\nUne;Landes et Gironde\nDeux;Meurthe et Moselle\n"

    batch = send(animateur_client, text)

    assert [row.changes["territories"][3] for row in batch.rows.all()] == [
        "Gironde [departement:33] | Landes [departement:40]",
        "Meurthe-et-Moselle [departement:54]",
    ]


def test_parties_lose_their_bullets(animateur_client):
    ActorFactory(name="Mission locale d'essai")
    batch = send(
        animateur_client,
        'titre;partenaires\nUne;"- Mission locale d\'essai\n- bailleurs sociaux"\n',
    )

    [row] = batch.rows.all()
    assert "bailleurs sociaux" in row.changes["involvements.partner"][3]
    assert problems(batch)[2] == [
        [
            "partenaires",
            "« bailleurs sociaux » : aucun acteur de ce nom, gardé comme désignation.",
        ]
    ]


@pytest.mark.parametrize("cell", ["12345678", "1234567800012", "1,23457E+13", "1.2E+8"])
def test_siren_that_a_spreadsheet_took_for_a_number_is_refused(animateur_client, cell):
    batch = importing.send(animateur_client, Actor, f"type;nom;SIRET\nassociation;Une;{cell}\n")

    [[label, told]] = problems(batch)[2]
    assert label == "SIREN"
    assert told.startswith(f"« {cell} » : ")
    assert "il manque un chiffre" in told or "le tableur a arrondi" in told


def test_telephone_of_a_person_has_its_zero_back(animateur_client):
    text = "nom;prénom;tél portable\nDurand;Camille;612345678\nRoux;Léa;6,12346E+08\n"

    batch = importing.send(animateur_client, Person, text)

    assert batch.rows.get(line=2).changes["phone"][3] == "0612345678"
    assert "le tableur a arrondi" in problems(batch)[3][0][1]


@pytest.mark.parametrize(
    ("cell", "start", "end"),
    [
        ("9h30 - 12h", "09:30:00", "12:00:00"),
        ("9h30-12h30", "09:30:00", "12:30:00"),
        ("de 14:00 à 17:00", "14:00:00", "17:00:00"),
        ("14h", "14:00:00", None),
    ],
)
def test_hours_of_a_meeting_are_its_start_and_its_end(animateur_client, cell, start, end):
    text = f"type;titre;date;horaires\natelier;Une;17/10/2026;{cell}\n"

    batch = importing.send(animateur_client, Event, text)

    [row] = batch.rows.all()
    assert row.state == "created", row.problems
    assert row.changes["start_time"][1] == start
    assert row.changes.get("end_time", [None, None])[1] == end
    assert len(row.problems) == bool(end)


@pytest.mark.parametrize("cell", ["matin", "9h - midi", "12h - 9h"])
def test_hours_that_are_none_are_refused(animateur_client, cell):
    text = f"type;titre;date;horaires\natelier;Une;17/10/2026;{cell}\n"

    assert counts(importing.send(animateur_client, Event, text)) == {"refused": 1}


def test_amount_and_population_are_read_with_their_units(animateur_client):
    initiative = InitiativeFactory()
    ActorFactory(name="Fondation d'essai")
    text = (
        f"initiative;rôle;acteur;montant\n{initiative.slug};financeur;Fondation d'essai;12,5 k€\n"
    )

    importing.apply(
        animateur_client, Involvement, importing.send(animateur_client, Involvement, text)
    )
    batch = importing.send(
        animateur_client, Territory, "type;nom;population\nPETR;Une;1 200 hab.\n"
    )

    assert Involvement.objects.get().amount == 12500
    assert batch.rows.get().changes["population"][3] == "1200"


def test_decimal_number_is_sent_twice_and_taken_back(animateur_client):
    """The database gives « 12.5000 » back."""
    initiative = InitiativeFactory()
    text = f"initiative;valeur;libellé\n{initiative.slug};12,5;km\n"

    batch = importing.apply(
        animateur_client, InitiativeFigure, importing.send(animateur_client, InitiativeFigure, text)
    )

    again = importing.send(animateur_client, InitiativeFigure, text)
    assert counts(again) == {"unchanged": 1}
    importing.take_back(animateur_client, InitiativeFigure, batch)
    assert not InitiativeFigure.objects.exists()


def test_name_far_from_every_actor_is_likened_to_none(animateur_client):
    ActorFactory(name="Territoires zéro chômeur de longue durée")
    text = "nom;prénom;structure\nDurand;Camille;Mairie de Dax\nRoux;Léa;Territoires zéro chômeur\n"

    batch = importing.send(animateur_client, Person, text)

    [[_, far]], [[_, near]] = problems(batch)[2], problems(batch)[3]
    assert "vouliez-vous dire" not in far
    assert "ajoutez d'abord cet acteur" in far
    assert "vouliez-vous dire « Territoires zéro chômeur de longue durée »" in near
