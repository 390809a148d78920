"""The territories at a moment, and what each lies in."""

from collections import defaultdict
from itertools import groupby
from operator import itemgetter

from django.db.models import F

from ..models import Containment, Territory

Kind = Territory.Kind

AREAS = frozenset({Kind.REGION, Kind.DEPARTEMENT, Kind.COM})


class Geography:
    """The territories, by primary key: everything else here is told in those keys."""

    def __init__(self, today):
        self._today = today
        self._territories = {territory.pk: territory for territory in _territories()}
        self._containers = _containers()
        self._main_town_of = defaultdict(set)  # commune → EPCI it is the most populated of
        self._find_main_towns()

    def _find_main_towns(self):
        main = {}
        for pk, containers in self._containers.items():
            if self.kind(pk) != Kind.COMMUNE:
                continue
            for container in containers:
                if self.kind(container) != Kind.EPCI:
                    continue
                known = main.get(container)
                if known is None or self.population(pk) > self.population(known):
                    main[container] = pk
        for epci, commune in main.items():
            self._main_town_of[commune].add(epci)

    def __iter__(self):
        return iter(self._territories.values())

    def __getitem__(self, pk):
        return self._territories[pk]

    def kind(self, pk):
        return self._territories[pk].kind

    def population(self, pk):
        return self._territories[pk].population or 0

    def has_ended(self, pk):
        until = self._territories[pk].valid_until_latest
        return until is not None and until < self._today

    def epci_around(self, commune):
        """Those that it is the main town of."""
        return self._main_town_of.get(commune, ())

    def lies_in(self, pk, places):
        """Whether it is one of `places`, inside one, or around one."""
        containers = self._containers.get(pk, ())
        return any(
            place == pk or place in containers or pk in self._containers.get(place, ())
            for place in places
        )

    def is_inside(self, pk, places):
        """Whether it is one of `places`, or inside one."""
        return pk in places or not self._containers.get(pk, frozenset()).isdisjoint(places)

    def departements_of(self, pk):
        """The names of the départements and collectivités d'outre-mer around it, sorted."""
        return self._names(self._containers.get(pk, ()), {Kind.DEPARTEMENT, Kind.COM})

    def regions_of(self, pk):
        """The names of the regions and collectivités d'outre-mer around it, itself if it is one,
        sorted."""
        return self._names({pk, *self._containers.get(pk, ())}, {Kind.REGION, Kind.COM})

    def _names(self, pks, kinds):
        return sorted(self[pk].name for pk in pks if self.kind(pk) in kinds)


def _territories():
    fields = (
        "kind",
        "nature",
        "name",
        "code",
        "slug",
        "aliases",
        "postal_codes",
        "population",
        "valid_until_latest",
    )
    return Territory.objects.only(*fields).order_by("pk").iterator()


def _containers():
    """{pk: those of what it lies in}"""
    links = Containment.objects.exclude(container=F("contained"))
    rows = links.order_by("contained").values_list("contained_id", "container_id")
    found, same = {}, {}  # the communes of an EPCI share one set: a third of the memory
    for contained, group in groupby(rows.iterator(), key=itemgetter(0)):
        containers = frozenset(container for _, container in group)
        found[contained] = same.setdefault(containers, containers)
    return found
