"""Which records are likely to be one, and why."""

import pytest

from coopemploi.merging.declarations import declarations
from coopemploi.merging.suggestions import suggest
from coopemploi.vocabulary.models import Scheme, Theme
from initiatives.models import Initiative
from territories.models import Actor, Person
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    GlossaryTermFactory,
    InitiativeFactory,
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
