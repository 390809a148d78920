"""Lists kept in memory: what is written shows, and nothing that one may not read."""

import pytest
from django.contrib.auth.models import AnonymousUser

from coopemploi.derived import registry
from coopemploi.publishing import Publishable
from coopemploi.search import catalogue as catalogue_module
from coopemploi.search.catalogue import bits_at, catalogue_of, forget, numbers_of_bits
from coopemploi.search.index import sources
from coopemploi.search.models import Document
from initiatives.models import Initiative, Need
from territories import perimeters
from territories.filters import areas
from tests.factories import (
    ActorTerritoryFactory,
    CompositionFactory,
    InitiativeFactory,
    NeedFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DRAFT = Publishable.Status.DRAFT


def listed(catalogue, records):
    return sorted(catalogue.ordered(records, range(len(catalogue.pks))))


def having(facet, record):
    catalogue = catalogue_of(Initiative)
    return listed(catalogue, catalogue.having(facet, [record.slug]))


def of_theme(theme):
    return having("theme", theme)


def test_edit_shows_without_reading_everything_again(django_assert_num_queries):
    theme, others = ThemeFactory(), InitiativeFactory.create_batch(3)
    assert of_theme(theme) == []

    others[1].themes.add(theme)
    registry.flush()

    with django_assert_num_queries(2):  # the editions, and what was written since
        assert of_theme(theme) == [others[1].pk]
    with django_assert_num_queries(1):
        assert of_theme(theme) == [others[1].pk]


def test_value_taken_off_leaves_its_list():
    theme, initiative = ThemeFactory(), InitiativeFactory()
    initiative.themes.add(theme)
    assert of_theme(theme) == [initiative.pk]

    initiative.themes.clear()

    assert of_theme(theme) == []


def test_deleted_record_leaves_every_list():
    theme, kept, deleted = ThemeFactory(), InitiativeFactory(), InitiativeFactory()
    kept.themes.add(theme)
    deleted.themes.add(theme)
    assert of_theme(theme) == sorted([kept.pk, deleted.pk])

    deleted.delete()

    assert of_theme(theme) == [kept.pk]
    assert catalogue_of(Initiative).everything.bit_count() == 1


def test_another_process_reads_what_this_one_wrote():
    """Which starts with no memory, or with that of an earlier edition."""
    theme, initiative = ThemeFactory(), InitiativeFactory()
    initiative.themes.add(theme)
    after = of_theme(theme)
    forget()

    assert of_theme(theme) == after == [initiative.pk]


def test_who_reads_what_as_the_queryset_says():
    author, other = UserFactory(), UserFactory()
    InitiativeFactory()
    InitiativeFactory(status=DRAFT, created_by=author)
    InitiativeFactory(status=DRAFT, created_by=other)
    InitiativeFactory(status=Publishable.Status.ARCHIVED)

    for reader in (AnonymousUser(), author, other, UserFactory(is_staff=True)):
        visible = Initiative.objects.visible_to(reader).values_list("pk", flat=True)
        documents = Document.objects.of(Initiative).visible_to(reader)
        catalogue = catalogue_of(Initiative)
        assert listed(catalogue, catalogue.readable_by(reader)) == sorted(visible)
        assert sorted(documents.values_list("object_id", flat=True)) == sorted(visible)


def test_perimeter_is_that_of_the_queryset():
    region, epci = TerritoryFactory(kind="region"), TerritoryFactory(kind="epci")
    commune, elsewhere = TerritoryFactory(), TerritoryFactory()
    project = TerritoryFactory(kind="perimetre")
    for whole, part in ((region, epci), (epci, commune), (project, commune)):
        CompositionFactory(whole=whole, part=part)
    for place in (region, epci, commune, elsewhere):
        InitiativeFactory().territories.add(place)
        NeedFactory(actor=ActorTerritoryFactory(territory=place).actor)

    for place in (region, epci, commune, elsewhere, project):
        for model in (Initiative, Need):
            catalogue = catalogue_of(model)
            inside = perimeters.inside(catalogue, place)
            kept = model.objects.in_territory(place).values_list("pk", flat=True)
            assert listed(catalogue, inside) == sorted(kept)


def test_composition_written_later_moves_what_lies_in_it():
    region, commune = TerritoryFactory(kind="region"), TerritoryFactory()
    initiative = InitiativeFactory()
    initiative.territories.add(commune)
    assert having("region", region) == []

    link = CompositionFactory(whole=region, part=commune)
    assert having("region", region) == [initiative.pk]

    link.delete()
    assert having("region", region) == []


@pytest.mark.parametrize("values", [{"kind": "epci"}, {"slug": "autre"}])
def test_area_known_by_another_name_keeps_its_list(values):
    area = TerritoryFactory(kind="pays" if "kind" in values else "epci")
    commune = TerritoryFactory()
    CompositionFactory(whole=area, part=commune)
    initiative = InitiativeFactory()
    initiative.territories.add(commune)
    registry.flush()
    for name, value in values.items():
        setattr(area, name, value)

    area.save()
    registry.flush()

    catalogue = catalogue_of(Initiative)
    assert listed(catalogue, perimeters.inside(catalogue, area)) == [initiative.pk]
    assert [(source.name, source.drift()) for source in sources.values() if source.drift()] == []


def test_renamed_area_is_counted_by_its_new_name():
    area = TerritoryFactory(kind="departement", name="Landes")
    registry.flush()
    label_of = areas("departement")
    assert label_of(catalogue_of(Initiative)) == {area.slug: "Landes"}

    area.name = "Hautes Landes"
    area.save()
    registry.flush()

    assert label_of(catalogue_of(Initiative)) == {area.slug: "Hautes Landes"}


@pytest.mark.parametrize("numbers", [[], [0], [7, 8], [3, 70_000]])
def test_bits_at(numbers):
    assert bits_at(numbers) == sum(1 << n for n in numbers)


@pytest.mark.parametrize("numbers", [[], [0], [7, 8], [3, 70_000]])
def test_numbers_of_bits(numbers):
    assert numbers_of_bits(bits_at(numbers)) == numbers


@pytest.mark.parametrize("few", [0, 500])
def test_names_are_in_order_whether_few_or_many(few, monkeypatch):
    monkeypatch.setattr(catalogue_module, "FEW", few)
    for title in ("Verger", "Atelier", "Garage", "Atelier"):
        InitiativeFactory(title=title)
    catalogue = catalogue_of(Initiative)
    everything = catalogue.in_name_order(catalogue.everything)

    pks = [catalogue.pks[n] for n in everything]

    by_name = Initiative.objects.order_by("title", "pk").values_list("pk", flat=True)
    assert pks == list(by_name)


def test_distance_of_two_towns():
    dax, mont_de_marsan = (43.7101, -1.0536), (43.8902, -0.4971)

    assert round(perimeters.distance(dax, mont_de_marsan)) == 49
