from .exchange import Need, Offer
from .initiative import Initiative, InitiativeFigure, InitiativeLink, Involvement, Step
from .introduction import Introduction, IntroductionBlock
from .match import Match, MatchFeature, MatchProfile
from .resource import Resource

__all__ = [
    "Initiative",
    "InitiativeFigure",
    "InitiativeLink",
    "Introduction",
    "IntroductionBlock",
    "Involvement",
    "Match",
    "MatchFeature",
    "MatchProfile",
    "Need",
    "Offer",
    "Resource",
    "Step",
]
