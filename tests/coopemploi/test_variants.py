"""What a cell of a table can only mean, though it is written otherwise."""

import pytest

from coopemploi.imports.variants import variants

KNOWN = [
    "mobilite",
    "aller vers",
    "travail social",
    "reseau local",
    "tiers lieu",
    "moins de 25 ans",
    "moins de 26 ans",
    "gip",
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mobilités", {"mobilite"}),
        ("allers-vers", {"aller vers"}),
        ("aller-vers", {"aller vers"}),
        ("allervers", {"aller vers"}),
        ("Réseaux locaux", {"reseau local"}),
        ("tiers-lieux", {"tiers lieu"}),
        ("mobliité", {"mobilite"}),
        ("mobilitée", {"mobilite"}),
        ("moins de 25 an", {"moins de 25 ans"}),
        ("moins de 27 ans", set()),
        ("gid", set()),
        ("mobilité douce", set()),
        ("-", set()),
    ],
)
def test_plural_space_or_slip_is_the_same_name(text, found):
    assert variants(text, KNOWN) == found


def test_two_names_at_one_letter_are_both_given():
    assert variants("formatiox", ["formation", "formatiof"]) == {"formation", "formatiof"}
