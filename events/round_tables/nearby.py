"""Of the records that a name may mean, the one of here: « Saint-Pierre-du-Mont », « CCI »."""

from collections import defaultdict
from functools import cached_property

from django.utils import timezone

from territories.models import Actor, ActorTerritory
from territories.reconciliation import Reconciler


class Nearby:
    """Where the rows of a tour de table speak from, the nearest circle first."""

    IN_ROW, IN_EVENT, IN_PERIMETER = (
        "dans ce territoire",
        "dans le territoire de la rencontre",
        "dans votre périmètre",
    )

    def __init__(self, user, event=None):
        self._user, self._event = user, event
        self._geography = Reconciler.shared().geography

    def only(self, places, row=None):
        """(key, where) of the one record of the nearest circle that has any; None in doubt.

        `places` are {key of a record: keys of its territories}; `row`, the key of that of a row.
        """
        for circle, where in self._circles(row):
            here = [key for key, own in places.items() if self._is_in(own, circle)]
            if here:
                return (here[0], where) if len(here) == 1 else None
        return None

    def acts_all_over(self, actor, place):
        """Whether a row of the territory `place`, or None, is at home with an actor."""
        return place is not None and self._geography.is_inside(place, self.actor_places[actor.pk])

    def _is_in(self, places, circle):
        return any(self._geography.lies_in(place, circle) for place in places)

    def _circles(self, row):
        if row is not None:  # who is not there is somebody else
            yield {row}, self.IN_ROW
            return
        yield self._event_territories, self.IN_EVENT
        yield self._perimeter, self.IN_PERIMETER

    @cached_property
    def _event_territories(self):
        if self._event is None:
            return set()
        found = set(self._event.territories.values_list("pk", flat=True))
        network = self._event.network
        return found or {network and network.territory_id} - {None}

    @cached_property
    def _perimeter(self):
        if not self._user.is_authenticated:
            return set()
        mandates = self._user.mandates.in_force(timezone.localdate())
        return set(mandates.values_list("territory", flat=True)) - {None}

    @cached_property
    def actor_places(self):
        """{key of an actor: keys of the territories where it acts, and that it administers}"""
        found = defaultdict(set)
        governing = Actor.objects.exclude(governs=None).values_list("pk", "governs")
        acting = ActorTerritory.objects.order_by().values_list("actor", "territory")
        for actor, territory in (*governing, *acting):
            found[actor].add(territory)
        return found
