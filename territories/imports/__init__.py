"""What spreadsheets say of territories, actors and people, and how they name them."""

from ..models import Actor, Person, Position, Territory
from .actor import ActorImport, ActorLookup
from .person import PersonImport, PersonLookup, PositionLookup
from .territory import CONCERNED_TERRITORIES, PLACES, TerritoryImport, TerritoryLookup

__all__ = [
    "CONCERNED_TERRITORIES",
    "LOOKUPS",
    "PLACES",
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
