import pytest

from territories.models import Actor, Person, Territory
from territories.party_reconciliation import ActorReconciler, PersonReconciler
from tests.factories import (
    ActorFactory,
    PersonFactory,
    PositionFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

Kind, Nature = Territory.Kind, Territory.Nature


# Actors


def test_actor_is_found_by_name_alias_and_siren():
    crepi = ActorFactory(name="CREPI", aliases=["Clubs régionaux"], siren="123456789")

    assert ActorReconciler().resolve("crepi").match == crepi
    assert ActorReconciler().resolve("les clubs régionaux").match == crepi
    assert ActorReconciler().resolve("SIREN 123 456 789").match == crepi
    assert ActorReconciler().resolve("123 456 789 00012").match == crepi


def test_actor_of_a_territory_is_found_however_its_kind_is_said():
    territory = TerritoryFactory(
        kind=Kind.EPCI, name="CA Pau Béarn Pyrénées", code="200067254", nature=Nature.CA
    )
    pau = ActorFactory(name="Agglomération paloise", kind=Actor.Kind.EPCI, governs=territory)
    ville = ActorFactory(name="Ville de Pau", kind=Actor.Kind.COMMUNE)

    assert ActorReconciler().resolve("CDA Pau Béarn Pyrénées").match == pau
    assert ActorReconciler().resolve("Mairie de Pau").match == ville


def test_actor_of_a_bare_place_name_is_ambiguous():
    ActorFactory(name="Ville de Bordeaux", kind=Actor.Kind.COMMUNE)
    ActorFactory(name="Bordeaux Métropole", kind=Actor.Kind.EPCI)

    resolution = ActorReconciler().resolve("Bordeaux")

    assert resolution.match is None
    assert {str(c.record) for c in resolution.candidates} == {
        "Ville de Bordeaux",
        "Bordeaux Métropole",
    }


def test_actors_of_the_same_name_are_candidates():
    actors = {ActorFactory(name="Maison de l'emploi"), ActorFactory(name="Maison de l'Emploi")}

    resolution = ActorReconciler().resolve("maison de l'emploi")

    assert resolution.match is None
    assert {candidate.record for candidate in resolution.candidates} == actors


def test_actor_misspelt_by_a_letter_is_found_and_another_is_not():
    citizchool = ActorFactory(name="CitiZchool")

    assert ActorReconciler().resolve("Citizschool").match == citizchool
    assert ActorReconciler().resolve("Citrons").match is None


def test_actor_with_more_words_is_only_a_candidate():
    mde = ActorFactory(name="Maison de l'emploi de Bordeaux")

    resolution = ActorReconciler().resolve("Maison de l'emploi de Bordeaux Nord")

    assert resolution.match is None
    assert [candidate.record for candidate in resolution.candidates] == [mde]


def test_unpublished_actor_is_told_only_to_who_may_see_it():
    draft = ActorFactory(name="Projet secret", status=Actor.Status.DRAFT)

    assert ActorReconciler().resolve("Projet secret").candidates == []
    assert ActorReconciler(Actor.objects.all()).resolve("Projet secret").match == draft


@pytest.mark.parametrize("name", ["", "-", "\x00", "x" * 5000])
def test_actor_without_a_readable_name_is_nothing(name):
    ActorFactory()

    assert ActorReconciler().resolve(name).candidates == []


# People


@pytest.fixture
def celine():
    person = PersonFactory(first_name="Céline", last_name="Dallet")
    PositionFactory(person=person, actor__name="CC Val de Gâtine")
    return person


@pytest.mark.parametrize(
    "name", ["Céline Dallet", "DALLET Céline", "Mme Celine DALLET", "Céline Dallet, directrice"]
)
def test_person_of_the_same_name_and_organisation_is_matched(celine, name):
    actor = celine.positions.get().actor

    resolution = PersonReconciler().resolve(name, actor)

    assert resolution.match == celine
    assert resolution.candidates[0].reason == "même nom, chez CC Val de Gâtine"


def test_person_without_organisation_said_is_matched_with_less_confidence(celine):
    resolution = PersonReconciler().resolve("Céline Dallet")

    assert resolution.match == celine
    assert resolution.confidence == 0.85


def test_person_of_the_same_name_in_another_organisation_is_a_candidate(celine):
    resolution = PersonReconciler().resolve("Céline Dallet", ActorFactory())

    assert resolution.match is None
    assert [(c.record, c.reason) for c in resolution.candidates] == [
        (celine, "même nom, dans une autre organisation")
    ]


def test_person_of_no_known_organisation_is_a_candidate():
    person = PersonFactory(first_name="Céline", last_name="Dallet")

    resolution = PersonReconciler().resolve("Céline Dallet", ActorFactory())

    assert resolution.match is None
    assert [(c.record, c.reason) for c in resolution.candidates] == [
        (person, "même nom, sans organisation connue")
    ]


def test_person_of_a_service_is_of_the_organisation_above(celine):
    region = ActorFactory(name="Région")
    celine.positions.get().actor.parents.add(region)

    assert PersonReconciler().resolve("Céline Dallet", region).match == celine


def test_near_first_name_in_the_same_organisation_is_a_candidate(celine):
    actor = celine.positions.get().actor

    for name in ("Cécile Dallet", "Céline/Cécile Dallet"):
        resolution = PersonReconciler().resolve(name, actor)

        assert resolution.match is None
        assert [(c.record, c.reason) for c in resolution.candidates] == [
            (celine, "même nom de famille, prénom voisin : Céline, chez CC Val de Gâtine")
        ]


def test_homonym_elsewhere_does_not_prevent_the_match_and_is_shown(celine):
    actor = celine.positions.get().actor
    other = PersonFactory(first_name="Céline", last_name="Dallet")
    PositionFactory(person=other)

    resolution = PersonReconciler().resolve("Céline Dallet", actor)

    assert resolution.match == celine
    assert [candidate.record for candidate in resolution.candidates] == [celine, other]


def test_homonyms_without_organisation_said_are_candidates(celine):
    PersonFactory(first_name="Céline", last_name="Dallet")

    resolution = PersonReconciler().resolve("Céline Dallet")

    assert resolution.match is None
    assert len(resolution.candidates) == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Dallet", "même nom de famille, sans prénom"),
        ("C. Dallet", "même nom de famille et même initiale"),
        ("Céline Dalet", "même prénom, nom voisin : Dallet"),
    ],
)
def test_part_of_a_name_is_a_candidate(celine, name, reason):
    resolution = PersonReconciler().resolve(name)

    assert resolution.match is None
    assert [(c.record, c.reason) for c in resolution.candidates] == [(celine, reason)]


def test_another_first_name_is_nobody(celine):
    PersonFactory(first_name="Bruno", last_name="Martin")

    assert PersonReconciler().resolve("Bruno Dallet").candidates == []
    assert PersonReconciler().resolve("").candidates == []


def test_person_known_by_function_is_matched_only_in_the_organisation():
    person = PersonFactory(first_name="", last_name="", known_as="un chargé d'insertion")
    position = PositionFactory(person=person)

    assert PersonReconciler().resolve("Un chargé d'insertion").match is None
    assert PersonReconciler().resolve("Un chargé d'insertion", position.actor).match == person


def test_loading_people_costs_the_same_queries_at_1_and_at_30(celine, django_assert_num_queries):
    with django_assert_num_queries(3):
        PersonReconciler()
    PositionFactory.create_batch(30)
    with django_assert_num_queries(3):
        reconciler = PersonReconciler(Person.objects.all())
    with django_assert_num_queries(0):
        reconciler.resolve("Céline Dallet")
