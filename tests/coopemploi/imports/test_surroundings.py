"""A département, a région or a code beside the name of a place tells which one it is."""

import pytest

from events.models import Event
from initiatives.models import Initiative
from tests import importing
from tests.coopemploi.imports.initiatives import address, apply, send
from tests.factories import CompositionFactory, EventFactory, InitiativeFactory, TerritoryFactory
from tests.importing import counts, problems

pytestmark = pytest.mark.django_db


@pytest.fixture
def france():
    """Two communes of one name, each in its département and its région."""
    places = {
        "island": TerritoryFactory(name="La Réunion", code="974", kind="departement"),
        "overseas": TerritoryFactory(name="La Réunion", code="04", kind="region"),
        "ain": TerritoryFactory(name="Ain", code="01", kind="departement"),
        "landes": TerritoryFactory(name="Landes", code="40", kind="departement"),
        "na": TerritoryFactory(name="Nouvelle-Aquitaine", code="75", kind="region"),
        "aura": TerritoryFactory(name="Auvergne-Rhône-Alpes", code="84", kind="region"),
        "north": TerritoryFactory(
            name="Montfort", code="01255", kind="commune", postal_codes=["01200"]
        ),
        "gironde": TerritoryFactory(name="Gironde", code="33", kind="departement"),
        "south": TerritoryFactory(
            name="Montfort", code="40194", kind="commune", postal_codes=["40380", "40381"]
        ),
        "dax": TerritoryFactory(
            name="Dax", code="40088", kind="commune", postal_codes=["40100", "40381"]
        ),
    }
    for whole, part in (
        ("aura", "ain"),
        ("na", "landes"),
        ("overseas", "island"),
        ("ain", "north"),
        ("landes", "south"),
        ("na", "gironde"),
        ("landes", "dax"),
    ):
        CompositionFactory(whole=places[whole], part=places[part])
    return places


def read(client, headers, *cells):
    """The batch of a table of one row."""
    return send(client, f"titre;{headers}\nUne;{';'.join(cells)}\n")


def places_of(batch):
    [row] = batch.rows.all()
    assert row.state == "created", row.problems
    return row.changes["territories"][3]


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Département", "Landes"),
        ("Département", "les Landes"),
        ("Département", "LANDES (40)"),
        ("Département", "40 - Landes"),
        ("N° département", "40"),
        ("Dpt", "Dpt des Landes"),
        ("Région", "Nouvelle-Aquitaine"),
        ("Région", "NA"),
        ("Région", "Aquitaine"),
        ("Code postal", "40380"),
        ("CP", "40381"),
        ("Code INSEE", "40194"),
        ("Département (siège)", "40 / 64"),
    ],
)
def test_homonym_is_told_by_what_stands_beside_it(animateur_client, france, header, cell):
    batch = read(animateur_client, f"Commune;{header}", "MONTFORT", cell)

    assert batch.mapping == ["title", "territories", "territories_around"]
    assert places_of(batch) == "Montfort [commune:40194]"


@pytest.mark.parametrize(
    ("header", "cell"), [("Département", "1"), ("CP", "1200"), ("Code INSEE", "1255")]
)
def test_code_that_lost_its_zero_is_read(animateur_client, france, header, cell):
    batch = read(animateur_client, f"{header};Commune", cell, "Montfort")

    assert places_of(batch) == "Montfort [commune:01255]"


@pytest.mark.parametrize(
    ("commune", "cell"), [("Dax", "Ain"), ("Montfort", "33"), ("Dax [commune:40088]", "01")]
)
def test_place_that_is_elsewhere_is_refused(animateur_client, france, commune, cell):
    batch = read(animateur_client, "Commune;Département", commune, cell)

    assert counts(batch) == {"refused": 1}
    [[label, told]] = problems(batch)[2]
    assert label == "territoires"
    assert f"« {commune} » et « département {cell} » se contredisent" in told


def test_each_of_several_columns_may_contradict(animateur_client, france):
    batch = read(animateur_client, "Commune;Département;Région", "Dax", "Landes", "AURA")

    [[_, told]] = problems(batch)[2]
    assert "« Dax » et « région AURA » se contredisent" in told


def test_place_whose_departement_nobody_wrote_contradicts_none(animateur_client, france):
    TerritoryFactory(name="Pays d'essai", code="p", kind="pays")

    batch = read(animateur_client, "Territoire;Département", "Pays d'essai", "Landes")

    assert places_of(batch) == "Pays d'essai [pays:p]"


@pytest.mark.parametrize("cell", ["33077", "Landess", ""])
def test_what_is_not_understood_beside_a_place_leaves_it_as_it_is(animateur_client, france, cell):
    batch = read(animateur_client, "Commune;Code postal", "Dax", cell)

    assert places_of(batch) == "Dax [commune:40088]"


def test_homonyms_are_asked_when_nothing_is_said_beside_them(animateur_client, france):
    batch = read(animateur_client, "Commune;Département", "Montfort", "")

    assert "« Montfort » peut être" in problems(batch)[2][0][1]


@pytest.mark.parametrize(
    ("departement", "region", "places"),
    [
        ("Landes", "Nouvelle-Aquitaine", "Landes [departement:40]"),
        ("40", "Aquitaine", "Landes [departement:40]"),
        ("01 / 40", "", "Ain [departement:01] | Landes [departement:40]"),
        ("Ain, Landes", "", "Ain [departement:01] | Landes [departement:40]"),
        ("", "NA", "Nouvelle-Aquitaine [region:75]"),
        ("La Réunion", "La Réunion", "La Réunion [departement:974]"),
    ],
)
@pytest.mark.parametrize("headers", ["Département;Région", "Commune;Département;Région"])
def test_narrowest_of_them_is_the_place_of_a_row_that_names_none(
    animateur_client, france, headers, departement, region, places
):
    cells = [departement, region] if headers.count(";") == 1 else ["", departement, region]

    assert places_of(read(animateur_client, headers, *cells)) == places


@pytest.mark.parametrize(
    ("departement", "region", "told"),
    [
        ("Ain", "Nouvelle-Aquitaine", "se contredisent"),
        ("Tous", "Nouvelle-Aquitaine", "« département Tous » n'est aucun territoire connu"),
        ("", "Aquitaine", "vouliez-vous dire Nouvelle-Aquitaine"),
    ],
)
def test_place_of_a_row_that_names_none_is_refused_in_doubt(
    animateur_client, france, departement, region, told
):
    batch = read(animateur_client, "Département;Région", departement, region)

    assert counts(batch) == {"refused": 1}
    assert told in problems(batch)[2][0][1]


def test_postal_code_of_several_communes_is_no_place(animateur_client, france):
    batch = read(animateur_client, "Commune;CP", "", "40381")

    assert counts(batch) == {"refused": 1}


def test_table_with_departements_is_imported_again_and_taken_back(animateur_client, france):
    text = "titre;Commune;Département\nUne;Montfort;40\nDeux;;Ain\n"

    batch = apply(animateur_client, send(animateur_client, text))

    assert counts(send(animateur_client, text)) == {"unchanged": 2}
    importing.take_back(animateur_client, Initiative, batch)
    assert not Initiative.objects.exists()


def test_commune_in_another_intercommunality_is_asked_about(animateur_client, france):
    epci = TerritoryFactory(name="CC d'essai", code="200000002", kind="epci", nature="CC")
    CompositionFactory(whole=epci, part=france["south"])

    batch = read(animateur_client, "Commune;EPCI", "Dax", "CC d'essai")

    assert problems(batch)[2] == [
        [
            "territoires",
            "Dax [commune:40088] n'est pas dans CC d'essai [epci:200000002] : est-ce voulu ?",
        ]
    ]
    beside = read(animateur_client, "Commune;EPCI;Département", "Montfort", "CC d'essai", "Landes")
    assert "Montfort [commune:40194]" in places_of(beside)
    assert "est-ce voulu" not in str(problems(beside))
    against = read(animateur_client, "Commune;EPCI;Département", "Montfort", "CC d'essai", "Ain")
    assert "se contredisent" in problems(against)[2][0][1]


def test_commune_that_a_pays_tells_is_refused_out_of_its_departement(animateur_client, france):
    around = TerritoryFactory(name="Pays d'essai", code="p", kind="pays")
    elsewhere = TerritoryFactory(name="Oyonnax", code="01283", kind="commune")
    CompositionFactory(whole=france["ain"], part=elsewhere)
    for part in (france["south"], elsewhere):
        CompositionFactory(whole=around, part=part)

    batch = read(
        animateur_client, "Territoire;Commune;Département", "Pays d'essai", "Montfort", "Gironde"
    )

    assert "« Montfort » et « département Gironde » se contredisent" in str(problems(batch))


def test_town_of_a_meeting_is_told_by_its_departement(animateur_client, france):
    text = "type;titre;Commune;Département\natelier;Une;Montfort;40\natelier;Deux;;40\n"

    batch = importing.send(animateur_client, Event, text)

    towns = {row.label: row.changes.get("town", ["", ""])[1] for row in batch.rows.all()}
    assert towns == {"Une": france["south"].pk, "Deux": ""}


def test_departement_alone_leaves_the_town_of_a_meeting(animateur_client, france):
    event = EventFactory(town=france["dax"])

    batch = importing.send(animateur_client, Event, f"réf;Département\n{event.slug};Ain\n")

    assert counts(batch) == {"unchanged": 1}


def test_brackets_of_a_column_without_places_say_nothing_else(animateur_client):
    InitiativeFactory(title="Une")

    batch = send(animateur_client, "titre;thématiques\nDeux;(Nulle)\n")

    assert "« (Nulle) »" in problems(batch)[2][0][1]


def test_postal_code_of_a_company_is_not_the_insee_code_of_a_village(animateur_client, france):
    """33076 is of no commune by post: it is the Insee code of Budos."""
    bordeaux = TerritoryFactory(
        name="Bordeaux", code="33063", kind="commune", postal_codes=["33000"], population=250_000
    )
    budos = TerritoryFactory(name="Budos", code="33076", kind="commune")
    for part in (bordeaux, budos):
        CompositionFactory(whole=france["gironde"], part=part)

    batch = read(animateur_client, "Ville;CP", "BORDEAUX CEDEX 9", "33076 CEDEX")

    assert places_of(batch) == "Bordeaux [commune:33063]"


def test_page_of_columns_says_what_these_are_for(animateur_client):
    batch = send(animateur_client, "titre;Commune;Département\nUne;;\n")
    without = send(animateur_client, "titre;Commune\nUne;\n")

    page, other = (
        animateur_client.get(address("import_mapping", each.pk)) for each in (batch, without)
    )

    assert "disent de quel lieu il s'agit" in page.text
    assert "disent de quel lieu il s'agit" not in other.text
