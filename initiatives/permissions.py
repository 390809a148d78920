"""What leads from what is done, sought and offered to a perimeter."""

from territories.permissions import lead

from .models import Initiative, Match, Need, Offer, Resource


def declare():
    lead(Initiative, "territories")
    for exchange in (Need, Offer):
        lead(exchange, "territories", "actor__territories", "actor__governs")
    lead(Resource, "actor__territories", "actor__governs", "initiatives__territories")
    lead(Match, "need__territories", "need__actor__territories", "need__actor__governs")
