from .actor import Actor, ActorFigure, ActorTerritory, Party, PartyQuerySet, StageChange
from .network import Network, NetworkMembership
from .person import Person, Position
from .territory import (
    Composition,
    Containment,
    FormerCode,
    LocatedQuerySet,
    Territory,
    TerritoryFigure,
)

__all__ = [
    "Actor",
    "ActorFigure",
    "ActorTerritory",
    "Composition",
    "Containment",
    "FormerCode",
    "LocatedQuerySet",
    "Network",
    "NetworkMembership",
    "Party",
    "PartyQuerySet",
    "Person",
    "Position",
    "StageChange",
    "Territory",
    "TerritoryFigure",
]
