"""A first and a last name written as one."""

import pytest

from territories.imports.full_names import said_otherwise, split_name


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("DUPONT Marie", "Marie", "DUPONT"),
        ("Marie DUPONT", "Marie", "DUPONT"),
        ("Mme DUPONT Marie", "Marie", "DUPONT"),
        ("DUPONT, Marie", "Marie", "DUPONT"),
        ("Dupont, Marie", "Marie", "Dupont"),
        ("Mme DUPONT, Marie", "Marie", "DUPONT"),
        ("DUPONT-MARTIN Marie Claire", "Marie Claire", "DUPONT-MARTIN"),
        ("DE LA TOUR Marie", "Marie", "DE LA TOUR"),
        ("Marie de LA TOUR", "Marie", "de LA TOUR"),
        ("Jean-Pierre LE GOFF", "Jean-Pierre", "LE GOFF"),
        ("D'ORNANO Élise", "Élise", "D'ORNANO"),
        ("J. DUPONT", "J.", "DUPONT"),
        ("J.-P. DUPONT", "J.-P.", "DUPONT"),
        ("DUPONT J.P.", "J.P.", "DUPONT"),
        ("M. DUPONT", "", "DUPONT"),
        ("Dupont", "", "Dupont"),
        ("M", "", "M"),
    ],
)
@pytest.mark.parametrize("surname_first", [True, False])
def test_capitals_or_a_comma_tell_the_surname_whatever_the_order(text, surname_first, first, last):
    name = split_name(text, surname_first)

    assert name == (first, last, True)


@pytest.mark.parametrize(
    ("text", "surname_first", "first", "last", "is_sure"),
    [
        ("Dupont Marie", True, "Marie", "Dupont", True),
        ("DUPONT MARIE", True, "MARIE", "DUPONT", True),
        ("Marie Dupont", False, "Marie", "Dupont", True),
        ("Marie Dupont", None, "Marie", "Dupont", False),
        ("Le Goff Yann", True, "Yann", "Le Goff", True),
        ("Yann Le Goff", False, "Yann", "Le Goff", True),
        ("De la Tour Marie", True, "Marie", "De la Tour", True),
        ("Marie de la Tour", False, "Marie", "de la Tour", True),
        ("Dupont Marie Claire", True, "Marie Claire", "Dupont", False),
        ("Marie Claire Dupont", False, "Marie Claire", "Dupont", False),
        ("DUPONT Marie MARTIN", False, "DUPONT Marie", "MARTIN", False),
    ],
)
def test_otherwise_the_order_tells_it_and_doubt_is_kept(text, surname_first, first, last, is_sure):
    assert split_name(text, surname_first) == (first, last, is_sure)


@pytest.mark.parametrize(
    "text",
    [
        "Marie Dupont et Paul Martin",
        "Marie Dupont / Paul Martin",
        "Marie Dupont\nPaul Martin",
        "Marie Dupont, directrice adjointe",
        "Marie Dupont (PLIE)",
        "Marie Dupont 12",
        "12, Marie",
        "marie@example.org",
        "Dupont 06 12 34 56 78",
        "?",
    ],
)
def test_what_is_not_the_name_of_one_person_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        split_name(text, surname_first=True)


def test_name_is_looked_for_whichever_part_comes_first():
    assert said_otherwise("Mme ROUX Léa") == ["roux lea", "lea roux"]
