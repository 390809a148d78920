from .actor import Actor, ActorFigure, ActorTerritory, Party, PartyQuerySet, StageChange
from .composition import Composition, Containment
from .located import LocatedQuerySet, contained_in
from .mandate import Mandate
from .network import Network, NetworkMembership
from .person import Person, Position
from .territory import FormerCode, Territory, TerritoryFigure

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
