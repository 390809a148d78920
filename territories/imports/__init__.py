"""What spreadsheets say of territories, actors and people, and how they name them."""

from ..models import Actor, Person, Position, Territory
from .actor import ActorImport, ActorLookup
from .person import PersonImport, PersonLookup, PositionLookup
from .places import CONCERNED_TERRITORIES, PLACES, SURROUNDINGS, TerritoryLookup
from .territory import TerritoryImport

__all__ = [
    "CONCERNED_TERRITORIES",
    "LOOKUPS",
    "PLACES",
    "SURROUNDINGS",
    "ActorImport",
    "PersonImport",
    "TerritoryImport",
]

LOOKUPS = {
    Territory: TerritoryLookup,
    Actor: ActorLookup,
    Person: PersonLookup,
    Position: PositionLookup,
}
