"""How the tests of the pages of this app read one, and what they fill it with."""

from territories.models import NetworkMembership, Territory
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    InitiativeFactory,
    NetworkFactory,
    NetworkMembershipFactory,
    PersonFactory,
    SchemeFactory,
    SourceFactory,
    StageChangeFactory,
    TerritoryFactory,
)

Kind = Territory.Kind


def text_of(response, status=200):
    assert response.status_code == status
    return " ".join(response.content.decode().replace("&nbsp;", " ").split())


def names(response):
    return [record.name for record in response.context["page"].object_list]


def make_territory(**kwargs):
    """A project's perimeter, with an actor and an initiative."""
    territory = TerritoryFactory(kind=Kind.PETR, **kwargs)
    ActorTerritoryFactory(territory=territory)
    InitiativeFactory().territories.add(territory)
    return territory


def make_actor(**kwargs):
    actor = ActorFactory(source=SourceFactory(), **kwargs)
    ActorTerritoryFactory(actor=actor)
    StageChangeFactory(actor=actor)
    actor.schemes.add(SchemeFactory())
    return actor


def make_network(**kwargs):
    network = NetworkFactory(territory=TerritoryFactory(), source=SourceFactory(), **kwargs)
    network.schemes.add(SchemeFactory())
    NetworkMembershipFactory(network=network)
    NetworkMembershipFactory(
        network=network, role=NetworkMembership.Role.COORDINATOR, actor=None, person=PersonFactory()
    )
    return network
