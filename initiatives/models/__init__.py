from .exchange import Need, Offer
from .initiative import Initiative, InitiativeFigure, InitiativeLink, Involvement, Step
from .resource import Resource

__all__ = [
    "Initiative",
    "InitiativeFigure",
    "InitiativeLink",
    "Involvement",
    "Need",
    "Offer",
    "Resource",
    "Step",
]
