"""The matching engine, on texts alone."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command

from initiatives.matching.engine import Item, Place, match


def need(text, **values):
    return Item("need", "besoin", text, **values)


def offer(text, id="offre", **values):
    return Item("offer", id, text, **values)


def test_one_subject_said_in_other_words_is_a_match_and_says_so():
    pairs = match(
        [
            need("On cherche comment aller au travail quand il n'y a pas de bus"),
            offer("Nous organisons une navette vers la zone logistique"),
            offer("Cours de yoga pour les agents", "yoga"),
        ]
    )

    assert [pair.candidate for pair in pairs] == ["offre"]
    assert pairs[0].reasons == ("même sujet, les transports collectifs : « bus » et « navette »",)


def test_a_sigle_and_its_expansion_are_one_scheme():
    pairs = match(
        [
            need("Conduire une GPECT"),
            offer("Gestion prévisionnelle des emplois et des compétences du bassin"),
        ]
    )

    assert pairs[0].reasons[0] == "même dispositif : GPECT"


def test_words_of_the_genre_are_no_match():
    assert not match(
        [
            need("Nous cherchons de l'aide et des partenaires pour un projet de territoire"),
            offer("Nous proposons notre aide et nos partenaires aux projets du territoire"),
        ]
    )


def test_nobody_is_matched_with_themselves():
    owners = frozenset({"plie"})
    items = [
        need("Clauses d'insertion", owners=owners),
        offer("Clauses d'insertion", owners=owners),
    ]

    assert match(items) == []


def test_what_an_offer_sets_aside_is_not_offered():
    assert not match(
        [
            need("Passer le permis de conduire"),
            offer("Nous ne finançons pas le permis de conduire"),
        ]
    )


def test_hors_les_murs_is_not_set_aside():
    pairs = match(
        [need("Faire du porte-à-porte dans les cités"), offer("Permanences hors les murs")]
    )

    assert len(pairs) == 1


def test_the_nearer_of_two_equal_offers_comes_first():
    landes = (("40", "Landes"),)
    pairs = match(
        [
            need("Clauses d'insertion", places=(Place("Dax", "1", departements=landes),)),
            offer("Clauses d'insertion", "a"),
            offer("Clauses d'insertion", "b", places=(Place("Mont", "2", departements=landes),)),
        ]
    )

    assert [pair.candidate for pair in pairs] == ["b", "a"]
    assert "même département : Landes" in pairs[0].reasons


def test_a_need_has_five_answers_at_most():
    items = [need("Clauses d'insertion")]
    items += [offer("Clauses d'insertion", str(number)) for number in range(7)]

    assert len(match(items)) == 5


# The command


def run(tmp_path, content):
    path = tmp_path / "tableau.csv"
    path.write_bytes(content)
    out = io.StringIO()
    call_command("match", path, stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_the_command_reads_columns_in_any_order(tmp_path):
    rows = run(
        tmp_path,
        "\ufefftext;id;kind\nUn minibus pour aller travailler;1;need\n"
        "Plateforme de mobilité;a;offer\nÉcole de musique;b;initiative\n".encode(),
    )

    assert [(row["need"], row["candidate"]) for row in rows] == [("1", "a")]
    assert "mobilité" in rows[0]["reasons"]


def test_the_command_never_matches_an_actor_with_itself(tmp_path):
    rows = run(
        tmp_path,
        b"kind,id,text,actor\nneed,1,Clauses d'insertion,PLIE\noffer,a,Clauses d'insertion,plie\n",
    )

    assert rows == []


def test_a_missing_column_is_said(tmp_path):
    with pytest.raises(CommandError, match="la colonne « text » manque"):
        run(tmp_path, b"kind,id\nneed,1\n")


def test_an_unknown_kind_is_said_with_its_line(tmp_path):
    with pytest.raises(CommandError, match="ligne 2 : « voeu »"):
        run(tmp_path, b"kind,id,text\nvoeu,1,Un texte\n")
