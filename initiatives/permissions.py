"""What leads from what is done, sought and offered to a perimeter."""

from coopemploi.permissions import can_change_record
from territories.permissions import lead

from .models import Initiative, Introduction, Match, Need, Offer, Resource


def declare():
    lead(Initiative, "territories")
    for exchange in (Need, Offer):
        lead(exchange, "territories", "actor__territories", "actor__governs")
    lead(Resource, "actor__territories", "actor__governs", "initiatives__territories")
    exchange = ("territories", "actor__territories", "actor__governs")
    needs, offers = ([f"{name}__{path}" for path in exchange] for name in ("need", "sought_offer"))
    lead(Match, *needs)
    lead(Introduction, *needs, *offers, "sought_initiative__territories")


def can_introduce(user, match):
    """Whoever animates the network where the need is."""
    return can_change_record(user, match)
