from .actor import Actor, ActorFigure, ActorTerritory, Party, PartyQuerySet, StageChange
from .mandate import Mandate
from .network import Network, NetworkMembership
from .person import Person, Position
from .territory import (
    Composition,
    Containment,
    FormerCode,
    LocatedQuerySet,
    Territory,
    TerritoryFigure,
    contained_in,
)

__all__ = [
    "Actor",
    "ActorFigure",
    "ActorTerritory",
    "Composition",
    "Containment",
    "FormerCode",
    "LocatedQuerySet",
    "Mandate",
    "Network",
    "NetworkMembership",
    "Party",
    "PartyQuerySet",
    "Person",
    "Position",
    "StageChange",
    "Territory",
    "TerritoryFigure",
    "contained_in",
]
