"""What is kept of every change to initiatives, needs, offers and resources."""

from coopemploi.history.tracking import computed, track

from .models import (
    Initiative,
    InitiativeFigure,
    InitiativeLink,
    Involvement,
    Match,
    Need,
    Offer,
    Resource,
    Step,
)

track(Initiative, Involvement, Step, InitiativeFigure, InitiativeLink)
track(Need, Offer, Resource)
# What somebody decided of a suggestion is lost with the need or the offer.
computed(Match, status=Match.Status.SUGGESTED)
