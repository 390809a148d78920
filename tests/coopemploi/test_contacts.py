"""What a public text tells of how to reach somebody."""

import pytest

from coopemploi.imports.contacts import says_contact, says_contact_at_length


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.org",
        "Ada (at) example.org",
        "jean [arobase] asso.fr",
        "jean arobase asso.fr",
        "jean.durand arobase mairie.dax.fr",
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06–12–34–56–78",
        "06/12/34/56/78",
        "06 / 12 / 34 / 56 / 78",
        "06\N{NON-BREAKING HYPHEN}12\N{NON-BREAKING HYPHEN}34\N{NON-BREAKING HYPHEN}56"
        "\N{NON-BREAKING HYPHEN}78",
        "06,12,34,56,78",
        "06·12·34·56·78",
        "06 - 12 - 34 - 56 - 78",
        "0558 12 34 56",
        "06 123 456 78",
        "06.12 34.56 78",
        "Tél.06.12 34.56 78",
        "06\xa012\xa034\xa056\xa078",
        "+33 (0)6 12 34 56 78",
        "0033 6 12 34 56 78",
        "Mairie de Dax 05 58 12 34 56 – 40100 Dax",
        "06 12 34 56 78 / 79",
        "06 12 34 56 78 - 2e étage",
        "05 58 12 34 56 / 2 rue du Port",
        "05 58 12 34 56, 2 rue du Port",
        "Tél.05.58.12.34.56 - 06.12.34.56.78",
        "01 02 03 04 05",
        "Département : 05 58 12 34 56",
        "Départements : 05 58 12 34 56",
        "06 12 34 56 78 05 58 12 34 56",
    ],
)
def test_address_or_telephone_is_a_contact(text):
    assert says_contact(text)


@pytest.mark.parametrize(
    "text",
    [
        "L'@telier",
        "H@rmonie",
        "L'arobase et la souris",
        "Phase 1 : 09/2024-06/25",
        "Phase 1 : 09.2024-06.25",
        "Forum 09.2024 / 06.25",
        "Forum 09.2024 - 06.25",
        "01.01.26 - 31.12.26",
        "01.09.24 06.09.24",
        "du 01/02/2024 - 03/04",
        "du 01/02/2024 au 03/04/2025",
        "du 01.02.2024 - 03.04.2024",
        "du 01-02-2024 - 03-04-2024",
        "01000 | 01100 | 01200",
        "01000, 01100, 01200",
        "123 456 789",
        "012 345 678 00012",
        "5 EPCI, 12 communes, 40100 Dax",
        "Départements 01 02 03 04 05",
        "les départements (06,13,83,84)",
        "Dépts 01-03-07-15-26",
        "01 03 07 15 26 38 42 43 63 69 73 74",
    ],
)
def test_name_date_or_code_is_no_contact(text):
    assert not says_contact(text)


@pytest.mark.parametrize(
    ("text", "is_contact"),
    [
        ("Ain à Hautes-Alpes : 01 02 03 04 05.", False),
        ("01/02/03/04/05", False),
        ("Appeler le 06 12 34 56 78.", True),
        ("Appeler le 06 07 12 34 56.", True),
        ("01 02 03 04 05, ada@example.org", True),
    ],
)
def test_numbers_that_follow_are_no_telephone_in_a_long_text(text, is_contact):
    assert says_contact_at_length(text) is is_contact
