import datetime

import pytest
from django.utils.html import strip_tags

from coopemploi.dates import PartialDate, Precision
from coopemploi.templatetags.coopemploi import through


@pytest.mark.parametrize(
    ("text", "iso", "shown"),
    [
        ("17/10/2019", "2019-10-17", "17 octobre 2019"),
        ("2021-05-04", "2021-05-04", "4 mai 2021"),
        ("1er mars 2021", "2021-03-01", "1er mars 2021"),
        ("le vendredi 15 décembre 2023", "2023-12-15", "15 décembre 2023"),
        ("10/2019", "2019-10", "octobre 2019"),
        ("Février 2020", "2020-02", "février 2020"),
        ("2019", "2019", "2019"),
        ("depuis 2018", "2018", "2018"),
        ("fin mars 2021", "2021-03-21/2021-03-31", "fin mars 2021"),
        ("avril-sept. 2021", "2021-04-01/2021-09-30", "avril-sept. 2021"),
        ("T2 2024", "2024-04-01/2024-06-30", "T2 2024"),
        ("2024-S2", "2024-07-01/2024-12-31", "2024-S2"),
        ("3e trimestre 2024", "2024-07-01/2024-09-30", "3e trimestre 2024"),
        ("au 1er semestre 2025", "2025-01-01/2025-06-30", "au 1er semestre 2025"),
        ("dernier trimestre de 2024", "2024-10-01/2024-12-31", "dernier trimestre de 2024"),
        ("Second semestre 2024", "2024-07-01/2024-12-31", "Second semestre 2024"),
        ("début 2023", "2023-01-01/2023-04-30", "début 2023"),
        ("mi-2024", "2024-05-01/2024-08-31", "mi-2024"),
        ("fin 2024", "2024-09-01/2024-12-31", "fin 2024"),
        ("fin 2024 - début 2025", "2024-09-01/2025-04-30", "fin 2024 - début 2025"),
        ("avant fin 2024", "../2024-12-31", "avant fin 2024"),
        ("avant la fin de mars 2024", "../2024-03-31", "avant la fin de mars 2024"),
        ("d'ici fin 2024", "../2024-12-31", "d'ici fin 2024"),
        ("D’ici à 2025", "../2025-12-31", "D’ici à 2025"),
        ("printemps 2023", "2023-03-01/2023-05-31", "printemps 2023"),
        ("à l'automne 2021", "2021-09-01/2021-11-30", "à l'automne 2021"),
        ("hiver 2023-2024", "2023-12-01/2024-02-29", "hiver 2023-2024"),
        ("hiver 2023/24", "2023-12-01/2024-02-29", "hiver 2023/24"),
        ("courant 2024", "2024", "2024"),
        ("courant mars 2024", "2024-03", "mars 2024"),
        ("12 et 13 mai 2020", "2020-05-12/2020-05-13", "12 et 13 mai 2020"),
        ("avant 2019", "../2018-12-31", "avant 2019"),
        ("17 octobre", "", "17 octobre"),
        ("[17/10/2019] 17 octobre dernier", "2019-10-17", "17 octobre 2019 (date déduite)"),
        ("[2011] depuis 10 ans", "2011", "2011 (date déduite)"),
        ("[] 2e vague", "", "2e vague"),
        # Typing errors for 2019.
        ("17/10/0219", "0219-10-17", "17 octobre 219"),
        ("10/0219", "0219-10", "octobre 219"),
        ("0219", "0219", "219"),
        ("[avant 17/10/0219]", "../0219-10-16", "au plus tard le 16 octobre 219 (date déduite)"),
        ("", "", "date inconnue"),
        ("date inconnue", "", "date inconnue"),
    ],
)
def test_partial_date_is_read_and_shown_as_written(text, iso, shown):
    date = PartialDate.parse(text)

    assert (date.iso, str(date)) == (iso, shown)
    assert PartialDate.parse(date.as_input) == date


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("31/02/2020", "Le 31/02/2020 n'existe pas dans le calendrier."),
        ("13/2019", "Le mois 13/2019 n'existe pas."),
        ("0000", "L'année 0 n'existe pas."),
        ("2020-2018", "« 2020-2018 » finit avant de commencer."),
        ("[]", "Écrivez une expression après les crochets vides."),
        ("après 31/12/9999", "Le calendrier va du 01/01/0001 au 31/12/9999."),
        ("après 9999", "Le calendrier va du 01/01/0001 au 31/12/9999."),
        ("avant 01/01/0001", "Le calendrier va du 01/01/0001 au 31/12/9999."),
        ("depuis " * 1500 + "2019", "Une date s'écrit en 200 caractères au plus."),
        ("2019 - " * 1200 + "2020", "Une date s'écrit en 200 caractères au plus."),
    ],
    ids=lambda value: value[:40],
)
def test_impossible_date_is_refused(text, message):
    with pytest.raises(ValueError, match="^" + message.replace(".", r"\.") + "$"):
        PartialDate.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("octbre 2019", "99999", "2e vague", "-", "[2020", "12/"),
        *("T5 2024", "S3 2024", "3e semestre 2024", "0 trimestre 2024", "9e trimestre 2024"),
        *("hiver 2024", "hiver 2023-2026", "rentrée 2024", "fin"),
    ],
)
def test_unreadable_date_is_refused_with_examples(text):
    with pytest.raises(ValueError, match=r"^Date non comprise : .*17/10/2019"):
        PartialDate.parse(text)


@pytest.mark.parametrize(
    "wording", ["31/02/2020", "après 9999", "2e vague", "17/10/2019", "fin 2024"]
)
def test_wording_without_a_date_is_given_back_as_it_was(wording):
    date = PartialDate.parse(f"[] {wording}")

    assert PartialDate.parse(date.as_input) == date


def test_precision_follows_the_bounds():
    texts = ["3/2/2020", "2/2020", "2020", "fin mars 2021", "17 octobre"]

    assert [PartialDate.parse(text).precision for text in texts] == [
        Precision.DAY,
        Precision.MONTH,
        Precision.YEAR,
        Precision.PERIOD,
        Precision.UNKNOWN,
    ]


def test_empty_date_is_false_and_unknown_wording_is_true():
    assert not PartialDate()
    assert PartialDate(wording="2e vague")


def test_month_of_a_leap_year_ends_on_the_29th():
    assert PartialDate.parse("02/2020").latest == datetime.date(2020, 2, 29)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("1/5/2027", "2/5/2027", "du 1er au 2 mai 2027"),
        ("30/5/2027", "1/6/2027", "du 30 mai au 1er juin 2027"),
        ("31/12/2027", "1/1/2028", "du 31 décembre 2027 au 1er janvier 2028"),
        ("5/2027", "6/2027", "mai 2027 – juin 2027"),
        ("20/5/2027", "6/2027", "20 mai 2027 – juin 2027"),
    ],
)
def test_two_days_are_said_as_french_says_them(start, end, said):
    assert strip_tags(through(PartialDate.parse(start), PartialDate.parse(end))) == said
