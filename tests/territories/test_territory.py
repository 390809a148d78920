import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from territories.forms import territory_named
from territories.models import Composition, FormerCode, Territory
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    CompositionFactory,
    FormerCodeFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

Kind = Territory.Kind


def messages_of(record):
    with pytest.raises(ValidationError) as refused:
        record.full_clean()
    return refused.value.messages


def refused_by_the_database(record):
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()


# Constraints


def test_code_taken_by_the_same_kind_is_refused():
    TerritoryFactory(kind=Kind.EPCI, code="200071827")
    twin = TerritoryFactory.build(kind=Kind.EPCI, code="200071827", slug="autre")

    assert messages_of(twin) == ["Un territoire de ce type porte déjà ce code officiel."]
    refused_by_the_database(twin)


def test_code_taken_by_another_kind_is_accepted():
    TerritoryFactory(kind=Kind.REGION, code="75")
    departement = TerritoryFactory.build(kind=Kind.DEPARTEMENT, code="75")

    departement.full_clean()


def test_empty_code_may_be_repeated():
    first, second = TerritoryFactory.create_batch(2, name="Projet", code="")

    assert (first.slug, second.slug) == ("projet", "projet-2")


def test_nature_of_what_is_no_epci_is_refused():
    commune = TerritoryFactory.build(nature=Territory.Nature.CA, slug="a")

    assert messages_of(commune) == ["Seul un EPCI a une nature."]
    refused_by_the_database(commune)


def test_existence_that_ends_before_it_begins_is_refused():
    territory = TerritoryFactory.build(
        slug="a", valid_from=PartialDate.parse("2020"), valid_until=PartialDate.parse("2018")
    )

    assert messages_of(territory) == ["La fin d'existence précède le début."]
    refused_by_the_database(territory)


def test_composition_written_twice_is_refused():
    link = CompositionFactory()
    twin = Composition(whole=link.whole, part=link.part)

    assert messages_of(twin) == ["Cette partie est déjà dans cet ensemble."]
    refused_by_the_database(twin)


def test_territory_part_of_itself_is_refused():
    territory = TerritoryFactory()
    link = Composition(whole=territory, part=territory)

    assert "Un territoire ne peut pas être une partie de lui-même." in messages_of(link)
    refused_by_the_database(link)


def test_composition_that_ends_before_it_begins_is_refused():
    link = CompositionFactory.build(
        whole=TerritoryFactory(),
        part=TerritoryFactory(),
        since=PartialDate.parse("3/2020"),
        until=PartialDate.parse("2/2020"),
    )

    assert messages_of(link) == ["La fin précède le début."]
    refused_by_the_database(link)


def test_composition_that_makes_a_loop_is_refused():
    region, departement, commune = (
        TerritoryFactory(kind=kind, name=kind.label)
        for kind in (Kind.REGION, Kind.DEPARTEMENT, Kind.COMMUNE)
    )
    CompositionFactory(whole=region, part=departement)
    CompositionFactory(whole=departement, part=commune)

    assert messages_of(Composition(whole=commune, part=region)) == [
        "« commune » fait déjà partie de « région » : cette composition ferait une boucle."
    ]
    Composition(whole=region, part=commune).full_clean()


def test_former_code_taken_twice_is_refused():
    former = FormerCodeFactory()
    twin = FormerCode(territory=former.territory, code=former.code, kind=former.kind)

    assert messages_of(twin) == ["Cet ancien code est déjà rattaché à une commune."]
    refused_by_the_database(twin)


# Search


@pytest.fixture
def saint_etienne():
    TerritoryFactory(name="Roanne", code="42187", postal_codes=["42300"], aliases=["Roannais"])
    territory = TerritoryFactory(
        name="Saint-Étienne",
        code="42218",
        postal_codes=["42000", "42100"],
        aliases=["Sainté"],
    )
    FormerCodeFactory(territory=territory, code="42189", name="Rochetaillée")
    return territory


@pytest.mark.parametrize(
    "text",
    [
        "Saint-Étienne",
        "saint etienne",
        "SAINT ETI",
        "etienne saint",
        "St-Etienne",
        "sainte",
        "42218",
        "42100",
        "42189",
        "rochetaillee",
    ],
)
def test_territory_is_found_by_what_people_type(saint_etienne, text):
    assert list(Territory.objects.matching(text)) == [saint_etienne]


@pytest.mark.parametrize("text", ["", " - ", "tienne", "Saint-Étienne Roanne", "4221", "99999"])
def test_territory_is_not_found_by_something_else(saint_etienne, text):
    found = [] if text != "4221" else [saint_etienne]  # a code may be begun

    assert list(Territory.objects.matching(text)) == found


def test_nearest_name_then_most_populated_comes_first():
    places = {
        name: TerritoryFactory(name=name, population=population)
        for name, population in (
            ("Le Puy-Notre-Dame", 1_200),
            ("Puy-l'Évêque", 2_000),
            ("Puy-Guillaume", 2_600),
            ("Puy", 10),
            ("Le Puy-en-Velay", 19_000),
            ("Puy-Malsignat", None),
        )
    }

    found = list(Territory.objects.matching("puy"))

    assert found == [
        places[name]
        for name in (
            "Puy",
            "Puy-Guillaume",
            "Puy-l'Évêque",
            "Puy-Malsignat",
            "Le Puy-en-Velay",
            "Le Puy-Notre-Dame",
        )
    ]


def test_name_in_whole_words_comes_before_what_begins_so():
    for name, population in (
        ("Le Mans Métropole", 211_000),
        ("Mansle", 1_600),
        ("Mansigné", 1_500),
        ("Le Mans", 145_000),
    ):
        TerritoryFactory(name=name, population=population)

    found = Territory.objects.matching("Mans").values_list("name", flat=True)

    assert list(found) == ["Le Mans", "Le Mans Métropole", "Mansle", "Mansigné"]


@pytest.fixture
def tours():
    """Two places called so, and one that begins so."""
    area = TerritoryFactory(kind=Kind.DEPARTEMENT, code="37", name="Indre-et-Loire")
    other = TerritoryFactory(kind=Kind.DEPARTEMENT, code="63", name="Puy-de-Dôme")
    region = TerritoryFactory(kind=Kind.REGION, code="24", name="Centre-Val de Loire")
    found = TerritoryFactory(name="Tours", code="37261")
    for whole, part in (
        (region, area),
        (area, found),
        (area, TerritoryFactory(name="Tours-sur-Loire", code="37999")),
        (other, TerritoryFactory(name="Tours", code="63434")),
    ):
        CompositionFactory(whole=whole, part=part)
    registry.flush()
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Tours, Indre-et-Loire",
        "tours indre et loire",
        "Tours (Indre-et-Loire)",
        "Tours, Centre-Val de Loire",
        "TOURS CEDEX, Indre-et-Loire",
        "Tours, Indre-et-Loire, France",
        "Tours en Indre-et-Loire",
    ],
)
def test_territory_is_found_by_its_name_and_where_it_is(tours, text):
    assert list(Territory.objects.matching(text)) == [tours]
    assert territory_named(text) == tours


@pytest.mark.parametrize("text", ["37041 Tours Cedex 1", "37041 TOURS CEDEX, France"])
def test_code_of_a_cedex_says_only_the_departement(tours, text):
    assert territory_named(text) == tours
    assert territory_named("33077 Tours Cedex") is None


@pytest.mark.parametrize(
    "text",
    [
        "Saint-Denis, La Réunion",
        "Saint-Denis, Réunion",
        "Saint-Denis de La Réunion",
        "saint denis de la reunion",
        "St-Denis à La Réunion",
        "97490 Saint-Denis Cedex 9",
        "97744 Saint-Denis Cedex 9",
    ],
)
def test_area_is_known_with_its_article_or_without_it(text):
    area = TerritoryFactory(kind=Kind.DEPARTEMENT, code="974", name="La Réunion")
    town = TerritoryFactory(name="Saint-Denis", code="97411")
    CompositionFactory(whole=area, part=town)
    TerritoryFactory(name="Saint-Denis", code="93066")
    registry.flush()

    assert territory_named(text) == town


@pytest.mark.parametrize(
    ("text", "code"),
    [("20180 Ajaccio Cedex 1", "2A004"), ("Fort-de-France", "97209"), ("20000 Ajaccio", None)],
)
def test_code_and_country_are_read_as_they_are_meant(text, code):
    TerritoryFactory(name="Ajaccio", code="2A004", postal_codes=["20090"])
    TerritoryFactory(name="Fort-de-France", code="97209")

    found = territory_named(text)

    assert (found.code if found else None) == code


@pytest.mark.parametrize("text", ["LE MANS CEDEX", "Le Mans cedex 9", "72000 Le Mans CEDEX 02"])
def test_cedex_is_no_part_of_a_name(text):
    town = TerritoryFactory(name="Le Mans", postal_codes=["72000"])

    assert list(Territory.objects.matching(text)) == [town]


def test_reference_leads_to_the_territory(saint_etienne):
    qpv = TerritoryFactory(kind=Kind.QPV, code="QN08701M")
    petr = TerritoryFactory(kind=Kind.PETR, name="PETR Monts et Barrages")

    by_reference = Territory.objects.get_by_reference

    assert by_reference("commune:42218") == saint_etienne
    assert by_reference("qpv:QN08701M") == qpv
    assert by_reference("petr:petr-monts-et-barrages") == petr
    assert petr.reference == "petr:petr-monts-et-barrages"


def test_reference_by_former_code_leads_to_todays_commune(saint_etienne):
    assert Territory.objects.get_by_reference("commune:42189") == saint_etienne


@pytest.mark.parametrize("reference", ["commune:00000", "epci:42189", "42218", "", "commune:"])
def test_reference_of_nothing_is_refused(saint_etienne, reference):
    with pytest.raises(Territory.DoesNotExist):
        Territory.objects.get_by_reference(reference)


# What lies in what


def test_inside_and_covering_follow_compositions():
    commune, elsewhere = TerritoryFactory.create_batch(2)
    epci = TerritoryFactory(kind=Kind.EPCI)
    region = TerritoryFactory(kind=Kind.REGION)
    project = TerritoryFactory(kind=Kind.OTHER)
    for whole, part in ((epci, commune), (region, epci), (region, elsewhere)):
        CompositionFactory(whole=whole, part=part)
    CompositionFactory(whole=project, part=commune, partial=True)

    inside, covering = Territory.objects.inside, Territory.objects.covering

    assert set(covering(commune)) == {epci, region, project}
    assert set(inside(region)) == {epci, commune, elsewhere, project}
    assert set(inside(epci)) == {commune, project}
    assert set(covering(region)) == set()


def test_records_within_a_territory_are_those_of_what_it_contains():
    link = CompositionFactory()
    CompositionFactory(whole=link.whole)
    actors = ActorFactory.create_batch(4)
    both, inside, above, _elsewhere = actors
    for actor, territory in (
        (both, link.part),
        (both, link.whole),
        (inside, link.part),
        (above, link.whole),
        (_elsewhere, TerritoryFactory()),
    ):
        ActorTerritoryFactory(actor=actor, territory=territory)

    assert sorted(link.whole.within("actors"), key=lambda actor: actor.pk) == [both, inside, above]
    assert sorted(link.part.within("actors"), key=lambda actor: actor.pk) == [both, inside]


# Labels


def test_label_tells_homonyms_apart():
    epci = TerritoryFactory.build(
        kind=Kind.EPCI, nature=Territory.Nature.CA, name="Le Puy-en-Velay", code="200073419"
    )
    commune = TerritoryFactory.build(name="Le Puy-en-Velay")

    assert epci.full_label == "Le Puy-en-Velay (communauté d'agglomération 200073419)"
    assert commune.full_label == "Le Puy-en-Velay (commune)"
