import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given, settings
from hypothesis import strategies as st

from events.reading.documents import MOST_BYTES, UnreadableRecapError, decode
from events.reading.reading import read_recap

SHAPE = [
    "title",
    "dates",
    "place",
    "people",
    "quotes",
    "figures",
    "sessions",
    "territories",
    "actions",
    "next_event",
]


def quotes_of(text):
    return [(quote.text, quote.author) for quote in read_recap(text).quotes]


def figures_of(text):
    return [(each.value, each.unit, each.qualifier) for each in read_recap(text).figures]


@pytest.mark.parametrize(
    "text",
    [
        "« Il faut ouvrir la porte plus tôt », souligne Mme Lise Armandou, maire de Villefort.",
        "“Il faut ouvrir la porte plus tôt” Lise Armandou",
        '"Il faut ouvrir la porte plus tôt" – Lise Armandou',
        "Pour Lise Armandou : « Il faut ouvrir la porte plus tôt »",
        "Lise Armandou (mission locale) : « Il faut ouvrir la porte plus tôt »",
        "<blockquote><p>Il faut ouvrir la porte plus tôt</p><cite>Lise Armandou, élue</cite>"
        "</blockquote>",
    ],
)
def test_quote_finds_its_author(text):
    assert quotes_of(text) == [("Il faut ouvrir la porte plus tôt", "Lise Armandou")]


def test_name_of_an_operation_is_no_quote():
    text = "Nous clôturions l’opération « Un métier pour chacun : tous en route”, ce vendredi."
    assert quotes_of(text) == []


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Une vingtaine de communes étaient là.", [(20, "", "about")]),
        ("Un peu plus de 150 000 personnes y vivent.", [(150000, "", "more_than")]),
        ("Trois EPCI ont signé.", [(3, "", "exact")]),
        ("Le budget est de 2,5 M€ cette année.", [(2500000, "€", "exact")]),
        ("94 % des personnes présentes reviendront.", [(94, "%", "exact")]),
        ("Le 17 octobre 2019 à 14 h 30, au 12 rue du Port, 26400 Crest.", []),
        ("Voir l'article 14, page 3. Tél. 04 75 00 00 00. La 3e rencontre.", []),
    ],
)
def test_figures_are_neither_dates_nor_addresses(text, figures):
    assert figures_of(text) == figures


def test_dates_are_told_as_far_as_known():
    assert read_recap("Réunion du jeudi 14 mars, salle 2").dates == ["--03-14"]
    assert read_recap("Webinaire du 4 mai 2021").dates == ["2021-05-04"]


def test_territories_bear_the_stage_of_their_list():
    text = "Projets émergents : Péronne, Fourmies\nTerritoires habilités : Tourcoing"
    found = [(place.name, place.stage) for place in read_recap(text).territories]
    assert found == [
        ("Péronne", "emerging"),
        ("Fourmies", "emerging"),
        ("Tourcoing", "accredited"),
    ]


def test_next_event_has_its_date_and_place():
    following = read_recap("La prochaine rencontre aura lieu en février 2020 à Lyon.").next_event
    assert (following.date, following.place) == ("2020-02", "Lyon")


def test_scripts_and_menus_are_not_read():
    html = "<nav>8 membres</nav><script>var a = '12 personnes'</script><p>40 élus étaient là.</p>"
    reading = read_recap(html)
    assert [figure.value for figure in reading.figures] == [40]
    assert "var a" not in reading.text


def test_proposal_says_where_it_was_read():
    reading = read_recap("Compte rendu\n\nUne vingtaine de communes étaient là.")
    assert reading.excerpt(reading.figures[0]) == "Une vingtaine"


def test_windows_text_is_read_as_written():
    assert decode("Été à Crest".encode("cp1252")) == "Été à Crest"
    assert decode(b"\xef\xbb\xbf" + "Été".encode()) == "Été"


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"\x00\x01\x02", b"%PDF-1.4", b"a" * (MOST_BYTES + 1)]
)
def test_what_is_no_text_is_refused(data):
    with pytest.raises(UnreadableRecapError):
        read_recap(data)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400) | st.text('«»“”"<>p/1234 %M.àA,:;-()\n\té', max_size=300))
def test_any_text_has_the_shape(text):
    try:
        found = read_recap(text).to_json()
    except UnreadableRecapError:
        return
    assert list(found) == SHAPE
    json.dumps(found, ensure_ascii=False)


@pytest.mark.django_db
def test_command_prints_json_and_saves_nothing(tmp_path):
    recap = tmp_path / "recap.txt"
    recap.write_text("Atelier du 4 mai 2021\n\n12 communes étaient là.", encoding="utf-8")
    out = StringIO()
    call_command("read_recap", recap, stdout=out)
    assert list(json.loads(out.getvalue())) == SHAPE


@pytest.mark.django_db
def test_command_refuses_an_empty_file_in_french(tmp_path):
    recap = tmp_path / "recap.txt"
    recap.write_bytes(b"")
    with pytest.raises(CommandError, match="vide"):
        call_command("read_recap", recap)
