import io
import json
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from coopemploi.search.text import normalise
from events.round_tables.cells import read_items
from events.round_tables.grid import plain
from events.round_tables.participants import read_participants
from events.round_tables.reading import UnreadableRoundTableError, read_round_table

WORKSHOP = Path(__file__).with_name("workshop.txt")
SHAPE = ["people", "actor", "territory", "demarches", "challenges", "needs", "offers"]
HEADER = ["Participants", "Démarches", "Défis", "Je cherche", "Je mets à disposition"]


def texts(cell):
    return [item.as_written for item in read_items(plain(cell))]


def read(*rows, header=HEADER, delimiter="\t"):
    lines = [delimiter.join(row) for row in (header, *rows)]
    return read_round_table("\n".join(lines)).to_json()


@pytest.fixture(scope="module")
def workshop():
    return read_round_table(WORKSHOP.read_bytes())


def test_every_row_is_one_contribution_with_its_people(workshop):
    assert [
        ([person.name for person in each.people], each.actor) for each in workshop.contributions
    ] == [
        (["Lise Armandou"], "PETR des Hautes Terres"),
        (["Karim Benali"], "Commune de Valbois"),
        (["Inès Vasseur"], "Mission locale du Lac"),
        (["Paul Morin"], "PLIE Grand Valbois"),
        (["Nadia Roux"], "Valbois Métropole"),
        (["Zoé Blanc", "Tom Bailly"], "Mont du Lac Agglo"),
        (["Myriam Leroux"], ""),
        (["Jean Le-gall"], "Région N-A"),
    ]


def test_titles_are_told_from_organisations(workshop):
    titles = {p.name: p.title for each in workshop.contributions for p in each.people if p.title}
    assert titles == {
        "Karim Benali": "3ème adjoint au maire",
        "Paul Morin": "Chef de projet PLIE",
        "Nadia Roux": "chargée de mission commerce de proximité (9 communes)",
        "Myriam Leroux": "professionnelle du conseil actuellement en M2",
    }


def test_row_cut_by_a_page_is_one_contribution(workshop):
    found = workshop.contributions[5]
    assert [item.text for item in found.items["demarches"]] == [
        "Retour d'expériences : Un atelier est né pendant l'hiver. Il a servi trente personnes.",
        "Trois financeurs : une fondation, la Région et un fonds de solidarité locale.",
        "La suite doit permettre de :",
        "louer un local",
        "acheter un four",
        "une plate-forme/outil de réservation",
    ]
    assert [item.text for item in found.items["challenges"]] == [
        "Recruter la personne chargée de animer le lieu."
    ]
    assert found.doubts == ["La ligne 18, sans nom, continue celle d'avant."]


def test_no_word_is_lost_nor_invented(workshop):
    source = WORKSHOP.read_text(encoding="utf-8")
    body = plain(source[source.index("Lise Armandou") :]).replace("RAS", "")
    said = [
        text
        for each in workshop.contributions
        for text in (each.label, *(i.as_written for items in each.items.values() for i in items))
    ]
    assert sorted(normalise(" ".join(said)).split()) == sorted(normalise(body).split())


def test_what_stands_around_the_table_is_told(workshop):
    assert workshop.left_out == [
        "Rencontre du 3 juin",
        "Chacun a dit où il en est. Le tableau garde les mots de chacun.",
    ]


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("- un - deux", ["un", "deux"]),
        ("-Un forum -Deux ateliers", ["Un forum", "Deux ateliers"]),
        ("Trois axes : -former -loger", ["Trois axes :", "former", "loger"]),
        ("• un• deux •trois", ["un", "deux", "trois"]),
        ("1. un 2. deux 3. trois", ["un", "deux", "trois"]),
        ("<ul><li>un</li><li>deux &amp; trois</li></ul>", ["un", "deux & trois"]),
        ("un forum<br/>un atelier", ["un forum", "un atelier"]),
        ("un guide ; un contact", ["un guide", "un contact"]),
        ("Saint-Cyr et avril-juin", ["Saint-Cyr et avril-juin"]),
        ("travail (eau - pierre) - Forum", ["travail (eau - pierre) - Forum"]),
        ("- eau (bois, pierre - Forum (neuf) - fin", ["eau (bois, pierre", "Forum (neuf)", "fin"]),
        ("Agriculture,\nCouveuse", ["Agriculture", "Couveuse"]),
        ("mobilité\nlogement", ["mobilité", "logement"]),
        (
            "une étude est menée avec les communes et les\nassociations du plateau",
            ["une étude est menée avec les communes et les associations du plateau"],
        ),
        ("- former les < 26 ans", ["former les < 26 ans"]),
        ("<script>alert(1)</script>un local", ["un local"]),
        ("-", []),
        ("RAS", []),
        ("", []),
    ],
)
def test_cell_splits_into_items(cell, items):
    assert texts(cell) == items


def test_challenges_bear_the_term_that_announces_them():
    found = read_items("Court terme : recruter\nMoyen terme :\n- loger\n- former")
    assert [(item.text, item.horizon) for item in found] == [
        ("recruter", "short"),
        ("loger", "medium"),
        ("former", "medium"),
    ]


@pytest.mark.parametrize(
    ("label", "people", "actor"),
    [
        ("Lise Armandou, CC du Diois", ["Lise Armandou"], "CC du Diois"),
        (
            "Mission locale du Lac – Lise ARMANDOU, directrice",
            ["Lise Armandou"],
            "Mission locale du Lac",
        ),
        ("Mme Armandou / Ville de Crest", ["Mme Armandou"], "Ville de Crest"),
        (
            "Lise Armandou (élue) et Paul Morin – CC du Lac",
            ["Lise Armandou", "Paul Morin"],
            "CC du Lac",
        ),
        ("Association Rebond, représentée par Inès Costa", ["Inès Costa"], "Association Rebond"),
        (
            "Jean-Marc LE GALL | Département de la Drôme",
            ["Jean-Marc Le Gall"],
            "Département de la Drôme",
        ),
        (
            "Lise Armandou\nDirectrice\nMission locale du Lac",
            ["Lise Armandou"],
            "Mission locale du Lac",
        ),
        ("Communauté de communes du Diois", [], "Communauté de communes du Diois"),
        (
            "Lise Armandou, lise@exemple.fr, 06 12 34 56 78, CC du Lac",
            ["Lise Armandou"],
            "CC du Lac",
        ),
    ],
)
def test_label_says_who_speaks_and_for_whom(label, people, actor):
    found = read_participants(label)
    assert ([person.name for person in found.people], found.actor) == (people, actor)


@pytest.mark.parametrize("cell", ["/", ", ;"])
def test_row_of_nobody_is_read_with_the_others(cell):
    rows = [["Lise Armandou, élue", "un forum"], ["Karim Benali, maire", "un forum"]]

    *_, last = read(*rows, [cell, "un atelier"], header=HEADER[:2])

    assert (last["people"], last["actor"]) == ([], "")
    assert last["demarches"] == ["un atelier"]


def test_runs_of_spaces_cost_no_more_than_their_length():
    # Each leaves a space between two: read again from each, such a run would take hours.
    addresses = " ".join(["lise@example.org"] * 8000)

    found = read_participants(f"Lise Armandou, élue {addresses} référente / PLIE du Diois")

    assert (found.people[0].name, found.actor) == ("Lise Armandou", "PLIE du Diois")


def test_columns_are_known_by_their_titles_in_any_order():
    found = read(
        [
            "un local",
            "Armandou",
            "Lise",
            "CC du Diois",
            "directrice",
            "former",
            "loger",
            "lise@x.fr",
        ],
        header=[
            "Ce que j'apporte",
            "Nom",
            "Prénom",
            "Structure",
            "Fonction",
            "Mes attentes",
            "Difficultés rencontrées",
            "Adresse e-mail",
        ],
        delimiter=";",
    )
    assert found == [
        {
            "people": [{"name": "Lise Armandou", "title": "directrice"}],
            "actor": "CC du Diois",
            "territory": "CC du Diois",
            "demarches": [],
            "challenges": ["loger"],
            "needs": ["former"],
            "offers": ["un local"],
        }
    ]


def test_columns_of_the_same_title_are_read_together():
    [found] = read(
        ["Lise Armandou", "forum", "atelier", "un guide"],
        header=["Participants", "Actions", "Actions", "Besoins"],
    )
    assert found["demarches"] == ["forum", "atelier"]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|", ","])
def test_any_separator_does(delimiter):
    found = read(["Lise Armandou", "forum", "loger", "guide", "local"], delimiter=delimiter)
    assert [each["offers"] for each in found] == [["local"]]


def test_cell_over_several_lines_is_made_whole():
    found = read(
        [
            "Lise Armandou / CC du Diois",
            "Plan :\n- bois\n- eau",
            "loger\nles saisonniers",
            "",
            "local",
        ],
        ["Paul Morin / Crest", "forum", "", "", ""],
    )
    assert [each["demarches"] for each in found] == [["Plan :", "bois", "eau"], ["forum"]]
    assert found[0]["offers"] == ["local"]


def test_rows_without_their_last_cells_stay_rows():
    found = read(["Lise Armandou / CC du Diois", "plan"], ["Paul Morin / Crest", "forum", "loger"])
    assert [each["demarches"] for each in found] == [["plan"], ["forum"]]


def test_table_of_five_columns_needs_no_titles():
    source = "Lise Armandou / CC du Diois\tforum\tloger\tguide\tlocal"
    [found] = read_round_table(source).to_json()
    assert (found["needs"], found["offers"]) == (["guide"], ["local"])


def test_html_table_keeps_what_spans_rows_and_columns():
    found = read_round_table(
        "<p>Avant</p><script>var a = '<tr>'</script><table>"
        "<tr><th>Territoire</th><th>Nom</th><th colspan=2>Défis</th><th>Besoins</th></tr>"
        "<tr><td></td><td></td><td>Court terme</td><td>Moyen terme</td><td></td></tr>"
        "<tr><td rowspan=2>Diois</td><td>Lise Armandou</td><td>recruter</td><td>loger</td></tr>"
        "<tr><td>Paul Morin</td><td></td><td>former</td><td><p>un guide</p><p>un lieu</p></td></tr>"
        "</table>"
    ).contributions
    assert [
        (each.territory, [(i.text, i.horizon) for i in each.items["challenges"]]) for each in found
    ] == [
        ("Diois", [("recruter", "short"), ("loger", "medium")]),
        ("Diois", [("former", "medium")]),
    ]
    assert [item.text for item in found[1].items["needs"]] == ["un guide", "un lieu"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "utf-16"])
def test_encodings_are_recognised(encoding):
    text = "Participants;Démarches;Défis\nLéa Béchon;Étude menée à l'échelle du bassin;loger"
    [found] = read_round_table(text.encode(encoding)).to_json()
    assert found["demarches"] == ["Étude menée à l'échelle du bassin"]


def test_text_read_in_the_wrong_encoding_is_undone():
    text = "Participants;Démarches;Défis\nLéa Béchon;Étude;loger".encode().decode("cp1252")
    [found] = read_round_table(text).to_json()
    assert (found["people"][0]["name"], found["demarches"]) == ("Léa Béchon", ["Étude"])


def test_workbook_is_read_like_pasted_text():
    book = Workbook()
    book.active.append(["Rencontre de juin"])
    book.active.append(HEADER)
    book.active.append(["Lise Armandou / CC du Diois", "<p>- bois - eau</p>", None, "a\nb", "c"])
    file = io.BytesIO()
    book.save(file)
    [found] = read_round_table(file.getvalue()).to_json()
    assert (found["demarches"], found["needs"]) == (["bois", "eau"], ["a", "b"])


def zip_bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 120_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b"", "vide"),
        (b"\x00\x01\x02" * 40, "n'est pas un tableau"),
        (b"%PDF-1.7 x", "n'est pas un tableau"),
        (b"PK\x03\x04 rien", "abîmé"),
        ("Une phrase, puis une autre.", "ligne de titres"),
        ("Participants\tDéfis\tBesoins\n", "aucune ligne"),
        ("Participants;Défis;Besoins\n" + "Lise Armandou;a;b\n" * 50_000, "2 000 lignes"),
    ],
)
def test_what_is_no_tour_de_table_is_refused(source, why):
    with pytest.raises(UnreadableRoundTableError, match=why):
        read_round_table(source)


def test_zip_bomb_is_refused():
    with pytest.raises(UnreadableRoundTableError, match="trop de place"):
        read_round_table(zip_bomb())


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.text("\t\n;|-•·1.2)LAé <p>(:«\"'", max_size=300))
def test_any_cells_keep_the_shape(text):
    source = f"{chr(9).join(HEADER)}\nLise Armandou\t{text}"
    try:
        found = read_round_table(source).to_json()
    except UnreadableRoundTableError:
        return
    assert all(list(each) == SHAPE for each in found)
    json.dumps(found, ensure_ascii=False)


def test_command_prints_json_without_a_database(tmp_path):
    out = StringIO()
    call_command("read_round_table", WORKSHOP, stdout=out)
    found = json.loads(out.getvalue())
    assert (len(found), sum(len(each["people"]) for each in found)) == (8, 9)
    assert list(found[0]) == SHAPE


def test_command_refuses_in_french(tmp_path):
    file = tmp_path / "vide.csv"
    file.write_bytes(b"")
    with pytest.raises(CommandError, match="vide"):
        call_command("read_round_table", file)
    with pytest.raises(CommandError, match="ne peut pas être lu"):
        call_command("read_round_table", tmp_path / "absent.csv")
