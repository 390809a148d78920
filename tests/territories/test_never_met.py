"""Which EPCI and départements the network does not know."""

import datetime

import pytest

from coopemploi.dates import PartialDate
from territories.models import Territory
from tests.factories import (
    ActorFactory,
    AttendanceFactory,
    CompositionFactory,
    EventFactory,
    InitiativeFactory,
    PersonFactory,
    RoundTableEntryFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

Kind = Territory.Kind


@pytest.fixture
def epci():
    return TerritoryFactory(kind=Kind.EPCI)


@pytest.fixture
def commune(epci):
    return CompositionFactory(whole=epci).part


def concern(place):
    EventFactory().territories.add(place)


def host(place):
    EventFactory(town=place)


def attend(place):
    AttendanceFactory(territory=place)


def send_its_actor(place):
    AttendanceFactory(territory=None, actor=ActorFactory(governs=place))


def contribute(place):
    RoundTableEntryFactory(actor=None, territory=place)


def let_its_actor_contribute(place):
    RoundTableEntryFactory(actor=ActorFactory(governs=place))


def start_initiative(place):
    InitiativeFactory().territories.add(place)


@pytest.mark.parametrize("level", ["commune", "epci"])
@pytest.mark.parametrize(
    "meet",
    [
        concern,
        host,
        attend,
        send_its_actor,
        contribute,
        let_its_actor_contribute,
        start_initiative,
    ],
)
def test_territory_is_met_by_itself_or_by_what_it_contains(meet, level, epci, commune):
    other = TerritoryFactory(kind=Kind.EPCI)
    assert set(Territory.objects.never_met()) == {epci, other}

    meet({"commune": commune, "epci": epci}[level])

    assert list(Territory.objects.never_met()) == [other]


def test_event_of_the_region_meets_none_of_its_epci(epci, commune):
    region = TerritoryFactory(kind=Kind.REGION)
    other = CompositionFactory().whole
    for part in (epci, other):
        CompositionFactory(whole=region, part=part)
    concern(region)

    assert set(Territory.objects.never_met()) == {epci, other}


def test_what_has_no_territory_meets_nobody(epci):
    EventFactory()
    InitiativeFactory()
    AttendanceFactory(territory=None, person=PersonFactory())
    RoundTableEntryFactory()

    assert list(Territory.objects.never_met()) == [epci]


def test_only_epci_and_departements_that_exist_are_to_meet():
    departement = TerritoryFactory(kind=Kind.DEPARTEMENT)
    for kind in (Kind.COMMUNE, Kind.REGION, Kind.PETR):
        TerritoryFactory(kind=kind)
    TerritoryFactory(kind=Kind.EPCI, valid_until=PartialDate.parse("31/12/2022"))
    ending = TerritoryFactory(kind=Kind.EPCI, valid_until=PartialDate.parse("01/01/2023"))

    found = Territory.objects.never_met(datetime.date(2023, 1, 1))

    assert set(found) == {departement, ending}
