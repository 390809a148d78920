"""What is kept of every change to territories, actors, networks and people."""

from coopemploi.history.tracking import computed, track

from .models import (
    Actor,
    ActorFigure,
    ActorTerritory,
    Composition,
    Containment,
    FormerCode,
    Mandate,
    Network,
    NetworkMembership,
    Person,
    Position,
    StageChange,
    Territory,
    TerritoryFigure,
)

computed(Containment)
track(Territory, Composition, FormerCode, TerritoryFigure)
track(Actor, ActorTerritory, StageChange, ActorFigure)
track(Network, NetworkMembership)
# How to reach somebody is forgotten when they ask for it: no copy outlives the record.
track(Person, private=["email", "phone"])
track(Position)
track(Mandate)
