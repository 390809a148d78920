"""The initiatives near another, and the reasons given for each."""

import pytest
from django.contrib.auth.models import AnonymousUser

from coopemploi.publishing import Publishable
from initiatives.models import Initiative, Involvement
from initiatives.related import MOST, POOL, related_to
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    InvolvementFactory,
    SchemeFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ANYONE = AnonymousUser()
DAX = {"latitude": 43.71, "longitude": -1.05}


def near(initiative, user=ANYONE):
    [initiative] = Initiative.objects.filter(pk=initiative.pk).with_ties()
    return related_to(initiative, user)


def found(initiative, user=ANYONE):
    return {candidate.initiative.title: candidate.reasons for candidate in near(initiative, user)}


def carried_by(actor, **kwargs):
    initiative = InitiativeFactory(**kwargs)
    InvolvementFactory(initiative=initiative, actor=actor)
    return initiative


def placed_in(territory, **kwargs):
    initiative = InitiativeFactory(**kwargs)
    initiative.territories.add(territory)
    return initiative


def described_by(*terms, **kwargs):
    initiative = InitiativeFactory(**kwargs)
    for term in terms:
        relation = "schemes" if term._meta.model_name == "scheme" else "themes"
        getattr(initiative, relation).add(term)
    return initiative


def test_same_scheme_and_theme_are_named():
    gpect, theme = SchemeFactory(acronym="GPECT"), ThemeFactory(name="Mobilité")
    initiative = described_by(gpect, theme)
    described_by(gpect, theme, SchemeFactory(), ThemeFactory(), title="Les deux")
    InitiativeFactory(title="Rien de commun")

    assert found(initiative) == {
        "Les deux": ["même dispositif : GPECT", "même thématique : Mobilité"]
    }


def test_several_shared_terms_are_named_three_at_most():
    themes = [ThemeFactory(name=name) for name in ("Eau", "Air", "Ciel", "Bois", "Daim")]
    described_by(*themes, title="Toutes")

    assert found(described_by(*themes)) == {
        "Toutes": ["mêmes thématiques : Air, Bois, Ciel et 2 autres"]
    }


def test_same_carrier_is_named_and_another_role_does_not_count():
    actor = ActorFactory(name="Grand Dax")
    initiative = carried_by(actor)
    carried_by(actor, title="Aussi la leur")
    InvolvementFactory(initiative=InitiativeFactory(), actor=actor, role=Involvement.Role.PARTNER)

    assert found(initiative) == {"Aussi la leur": ["même porteur : Grand Dax"]}


def test_near_says_how_far_and_far_says_nothing():
    initiative = placed_in(TerritoryFactory(**DAX))
    for title, shift in (("À côté", 0.108), ("Tout contre", 0.005), ("Loin", 0.6)):
        place = TerritoryFactory(latitude=DAX["latitude"] + shift, longitude=DAX["longitude"])
        placed_in(place, title=title)

    assert found(initiative) == {
        "Tout contre": ["à moins d'un kilomètre"],
        "À côté": ["à 12 km"],
    }


def test_corner_of_the_square_is_not_near():
    initiative = placed_in(TerritoryFactory(**DAX))
    placed_in(TerritoryFactory(latitude=DAX["latitude"] + 0.44, longitude=-1.05 + 0.6))

    assert found(initiative) == {}


def test_nearest_of_several_places_counts():
    initiative = placed_in(TerritoryFactory(**DAX))
    other = placed_in(TerritoryFactory(latitude=44.0, longitude=-1.05), title="Deux lieux")
    other.territories.add(TerritoryFactory(latitude=43.818, longitude=-1.05))

    assert found(initiative) == {"Deux lieux": ["à 12 km"]}


def test_same_territory_is_named_even_without_a_point():
    petr = TerritoryFactory(kind="petr", name="PETR des Monts")
    placed_in(petr, title="Chez eux")

    assert found(placed_in(petr)) == {"Chez eux": ["même territoire : PETR des Monts"]}


def test_point_of_a_region_gives_no_distance():
    initiative = placed_in(TerritoryFactory(kind="region", code="75", **DAX))
    placed_in(TerritoryFactory(**DAX))

    assert found(initiative) == {}


def test_likeliest_comes_first_and_ties_are_alphabetical():
    scheme, theme = SchemeFactory(), ThemeFactory()
    described_by(theme, title="Thème seul")
    described_by(scheme, title="Zèbre")
    described_by(scheme, title="Abeille")
    described_by(scheme, theme, title="Les deux")

    titles = list(found(described_by(scheme, theme)))

    assert titles == ["Les deux", "Abeille", "Zèbre", "Thème seul"]


def test_no_more_than_six_are_shown_and_the_best_of_many():
    scheme, theme = SchemeFactory(), ThemeFactory()
    for number in range(POOL + 5):
        described_by(theme, title=f"Autre {number:02}")
    described_by(scheme, theme, title="La meilleure")

    titles = list(found(described_by(scheme, theme)))

    assert len(titles) == MOST
    assert titles[0] == "La meilleure"


def test_draft_shows_to_animateurs_only():
    scheme = SchemeFactory()
    initiative = described_by(scheme)
    described_by(scheme, title="Brouillon", status=Publishable.Status.DRAFT)

    assert found(initiative) == {}
    assert list(found(initiative, UserFactory(is_staff=True))) == ["Brouillon"]


def test_unpublished_carrier_is_no_reason():
    hidden = ActorFactory(status=Publishable.Status.DRAFT)
    initiative, other = InitiativeFactory(), InitiativeFactory()
    for each in (initiative, other):
        InvolvementFactory(initiative=each, actor=hidden, label="une association")

    assert found(initiative) == {}


@pytest.mark.parametrize("rows", [1, 30])
def test_takes_the_same_queries_at_any_number(django_assert_num_queries, rows):
    scheme, actor = SchemeFactory(), ActorFactory()
    initiative = carried_by(actor)
    initiative.schemes.add(scheme)
    initiative.territories.add(TerritoryFactory(**DAX))
    for _ in range(rows):
        other = carried_by(actor)
        other.schemes.add(scheme)
        other.territories.add(TerritoryFactory(**DAX))
    [initiative] = Initiative.objects.filter(pk=initiative.pk).with_ties()

    related_to(initiative, ANYONE)  # the catalogue is in memory
    with django_assert_num_queries(2):
        assert related_to(initiative, ANYONE)
