"""Which records are likely to be one, and why; and how that is kept."""

import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopemploi.derived import registry
from coopemploi.merging import tasks
from coopemploi.merging.declarations import declarations
from coopemploi.merging.merge import merge, undo
from coopemploi.merging.models import Distinction, LikelyDuplicate
from coopemploi.merging.suggestions import suggest
from coopemploi.vocabulary.models import Scheme, Theme
from initiatives.models import Initiative, Involvement
from territories.models import Actor, Person
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    GlossaryTermFactory,
    InitiativeFactory,
    InvolvementFactory,
    PersonFactory,
    PositionFactory,
    SchemeFactory,
    TerritoryFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def reasons(model):
    return [each.reasons for each in suggest(declarations[model], model.objects.all())]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Mobilité", "mobilité", ["même nom aux majuscules près"]),
        ("Mobilité", "Mobilite", ["même nom aux accents près"]),
        ("Mobilité", "Mobilités", ["noms proches à une lettre"]),
        ("Santé et emploi", "Emploi, santé", ["même nom dans un autre ordre"]),
        ("Accès aux droits", "Accès droits", ["même nom aux petits mots près"]),
        ("Autopartage rural", "Auto-partage rural", ["même nom aux espaces près"]),
        (
            "Accompagnement des jeunes vers l'emploi durable",
            "Accompagnement des jeunes à l'emploi durables",
            ["noms proches"],
        ),
        (
            "Plateforme de recrutement saisonnier en montagne",
            "Plateforme du recrutement des saisonniers en montagne",
            ["noms proches à une lettre"],
        ),
    ],
)
def test_names_are_alike(one, other, expected):
    ThemeFactory(name=one)
    ThemeFactory(name=other)

    assert reasons(Theme) == [expected]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mobilité", "Logement"),
        ("Santé", "Sante3"),
        ("Forum de l'emploi 2021", "Forum de l'emploi 2022"),
        ("Garde d'enfants", "Garde-meubles"),
    ],
)
def test_names_are_not_alike(one, other):
    ThemeFactory(name=one)
    ThemeFactory(name=other)

    assert reasons(Theme) == []


def test_the_same_siren_is_a_proof_and_comes_first():
    ActorFactory.create_batch(2, name="Même nom")
    first = ActorFactory(name="Alpha", aliases=["Oméga réunis"])
    second = ActorFactory(name="Oméga réunis")
    found = suggest(declarations[Actor], Actor.objects.all())

    assert [each.reasons for each in found] == [
        ["même nom"],
        ["l'un porte l'autre nom de l'autre"],
    ]
    assert (found[1].first, found[1].second) == (first.pk, second.pk)


def test_a_common_territory_makes_it_likelier_and_another_less():
    places = TerritoryFactory.create_batch(2)
    for place in places:
        for _ in range(2):
            ActorTerritoryFactory(territory=place, actor=ActorFactory(name="Mission locale"))

    found = suggest(declarations[Actor], Actor.objects.all())

    assert [each.reasons for each in found] == [
        ["même nom", "même territoire"],
        ["même nom", "même territoire"],
        *[["même nom"]] * 4,
    ]


def test_near_titles_need_no_other_territory():
    here, elsewhere = TerritoryFactory.create_batch(2)
    for title, place in [
        ("Un garage solidaire rural", here),
        ("Un garage solidaire rurel", here),
        ("Un garage solidaire rurol", elsewhere),
    ]:
        InitiativeFactory(title=title).territories.add(place)

    assert reasons(Initiative) == [["titres proches à une lettre", "même territoire"]]


def test_the_same_person_at_the_same_actor():
    actor = ActorFactory()
    for last_name in ("Béchon", "BECHON"):
        PositionFactory(actor=actor, person=PersonFactory(first_name="Ana", last_name=last_name))

    assert reasons(Person) == [["même nom aux accents près", "chez le même acteur"]]


def test_people_with_near_names_elsewhere_are_two():
    for last_name in ("Béchonnier", "Béchonnie"):
        PositionFactory(person=PersonFactory(first_name="Ana", last_name=last_name))

    assert reasons(Person) == []


def test_people_known_by_a_function_are_two_unless_at_the_same_actor():
    actor = ActorFactory()
    for employer in (actor, actor, None):
        person = PersonFactory(first_name="", last_name="", known_as="un chargé d'insertion")
        PositionFactory(person=person, actor=employer)

    assert reasons(Person) == [["même nom", "chez le même acteur"]]


def test_a_shared_mailbox_is_a_hint():
    PersonFactory(first_name="Ana", last_name="Roux", email="Accueil@example.org")
    PersonFactory(first_name="Bob", last_name="Gris", email="accueil@example.org")

    assert reasons(Person) == [["même adresse e-mail"]]


def test_acronyms_and_other_forms_are_names():
    SchemeFactory(name="Plan local pour l'insertion et l'emploi", acronym="PLIE")
    SchemeFactory(name="PLIE")
    GlossaryTermFactory(term="GPECT", expansions=["gestion territoriale"])
    GlossaryTermFactory(term="GPEC-T", expansions=[], aliases=["GPECT"])

    assert reasons(Scheme) == [["l'un porte l'autre nom de l'autre"]]


def test_only_the_records_given_are_compared():
    first, _ = ThemeFactory(name="Mobilité"), ThemeFactory(name="Mobilite")

    assert suggest(declarations[Theme], Theme.objects.filter(pk=first.pk)) == []


def test_a_great_many_of_the_same_name_are_not_all_compared():
    ActorFactory.create_batch(40, name="Mission locale")

    assert len(reasons(Actor)) == 39


# What is kept of it


def compare(model=Initiative):
    return declarations[model].duplicates.rebuild()


def kept(model=Initiative):
    pairs = LikelyDuplicate.objects.of(model).between(model.objects.all())
    return [(pair.first_id, pair.second_id, pair.reasons) for pair in pairs]


def is_due(model=Initiative):
    return declarations[model].duplicates.is_due


@pytest.fixture
def garages():
    """Two of one title, found to be alike."""
    made = InitiativeFactory.create_batch(2, title="Un garage solidaire")
    compare()
    return made


def test_pairs_are_kept_the_likeliest_first(garages):
    here = TerritoryFactory()
    others = InitiativeFactory.create_batch(2, title="Une ressourcerie")
    for other in others:
        other.territories.add(here)
    compare()

    assert kept() == [
        (others[0].pk, others[1].pk, ["même titre", "même territoire"]),
        (garages[0].pk, garages[1].pk, ["même titre"]),
    ]


def test_comparing_again_writes_nothing(garages):
    before = list(LikelyDuplicate.objects.values())

    assert compare() == 1
    assert list(LikelyDuplicate.objects.values()) == before


def test_record_renamed_is_no_duplicate_any_more(garages):
    garages[0].title = "Une ressourcerie"
    garages[0].save()

    assert kept() == []


def test_what_surrounds_a_record_is_told_at_once(garages):
    place, carrier = TerritoryFactory(), ActorFactory()
    for garage in garages:
        garage.territories.add(place)
        InvolvementFactory(
            initiative=garage, actor=carrier, role=Involvement.Role.CARRIER, label=""
        )

    assert [reasons for *_, reasons in kept()] == [
        ["même titre", "même territoire", "même porteur"]
    ]
    garages[0].territories.clear()
    garages[1].involvements.all().delete()
    assert [reasons for *_, reasons in kept()] == [["même titre"]]


@pytest.mark.parametrize("model", declarations, ids=lambda model: model._meta.label_lower)
def test_what_profiles_read_is_watched(model):
    """A change of any table that a profile reads makes a comparison due."""
    with CaptureQueriesContext(connection) as queries:
        declarations[model].profiles(model.objects.all())

    watched = declarations[model].duplicates.watched
    tables = {apps.get_model(label)._meta.db_table for label in watched}
    read = {table for query in queries for table in re.findall(r'FROM "(\w+)"', query["sql"])}
    assert read == tables


def test_new_record_is_compared_when_it_is_due(garages):
    assert not is_due()
    third = InitiativeFactory(title="Un garage solidaire")
    assert is_due()
    assert len(kept()) == 1

    call_command("run_due", verbosity=0)

    assert not is_due()
    assert {second for _, second, _ in kept()} == {garages[1].pk, third.pk}


def test_what_is_written_while_records_are_compared_is_still_to_be(garages, monkeypatch):
    table = declarations[Initiative].duplicates
    found = table._found

    def found_while_somebody_writes():
        suggestions = found()
        InitiativeFactory(title="Un garage solidaire")
        registry.flush()
        return suggestions

    monkeypatch.setattr(table, "_found", found_while_somebody_writes)
    compare()

    assert is_due()


def test_record_deleted_takes_its_pairs_away(garages):
    garages[1].delete()

    assert (kept(), LikelyDuplicate.objects.count()) == ([], 0)


def test_merged_records_are_no_pair_until_parted(garages):
    done = merge(*garages)
    assert kept() == []

    undo(done)
    compare()

    assert [pair[:2] for pair in kept()] == [(garages[0].pk, garages[1].pk)]


def test_pair_said_distinct_is_not_among_them(garages):
    first, second = (garage.pk for garage in garages)
    said = Distinction.objects.create(
        model="initiatives.initiative", first_id=first, second_id=second, names="–"
    )
    compare()
    assert kept() == []

    said.delete()
    assert len(kept()) == 1


def test_pair_is_between_records_that_are_both_mine(garages):
    mine = Initiative.objects.filter(pk=garages[0].pk)

    assert not LikelyDuplicate.objects.of(Initiative).between(mine).exists()


def test_drift_is_what_nobody_noted(garages):
    table = declarations[Initiative].duplicates
    assert table.drift() == 0

    Initiative.objects.filter(pk=garages[0].pk).update(title="Une ressourcerie")
    assert table.drift() == 1

    InitiativeFactory()  # what is to be compared is no drift
    assert table.drift() == 0


def test_one_record_written_costs_the_same_whatever_the_number_of_pairs(garages):
    def cost():
        garages[0].save()
        with CaptureQueriesContext(connection) as queries:
            declarations[Initiative].duplicates.refresh({garages[0].pk})
        return len(queries)

    one = cost()
    InitiativeFactory.create_batch(9, title="Un garage solidaire")
    compare()

    assert len(kept()) == 55
    assert one == cost() == 7


@pytest.mark.parametrize(("most", "is_left"), [(2, False), (1, True)])
def test_many_records_are_compared_in_the_background(garages, monkeypatch, most, is_left):
    monkeypatch.setattr(tasks, "AT_ONCE", most)
    garages[0].save()

    tasks.compare_now(Initiative)

    assert is_due() is is_left
