"""What is kept of every change to initiatives, needs, offers and resources."""

from coopemploi.history.tracking import track

from .models import (
    Initiative,
    InitiativeFigure,
    InitiativeLink,
    Involvement,
    Need,
    Offer,
    Resource,
    Step,
)

track(Initiative, Involvement, Step, InitiativeFigure, InitiativeLink)
track(Need, Offer, Resource)
