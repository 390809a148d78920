"""Where a list looks: in a territory, in what covers it, near it."""

import math
from bisect import bisect_left, bisect_right
from operator import itemgetter

from .models import Containment, Territory

EARTH_RADIUS = 6371.0  # km
DEGREE = 111.0  # km of a degree of latitude, at least
FARTHEST = 30  # km from a position to the commune where it is
# What is too large for its point to say where it is.
TOO_LARGE = (Territory.Kind.REGION, Territory.Kind.DEPARTEMENT, Territory.Kind.COM)
# Kinds that documents carry as facets: no query to know what lies in them.
AREAS = (Territory.Kind.REGION, Territory.Kind.DEPARTEMENT, Territory.Kind.EPCI)
# Those that a facet of every list shows.
COUNTED = AREAS[:2]


def distance(one, other):
    """Kilometres as the crow flies between two (latitude, longitude) points, in degrees."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(a), math.radians(b)) for a, b in (one, other))
    chord = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(chord))


def point_of(territory):
    """(latitude, longitude), None when it is not known."""
    if None in (territory.latitude, territory.longitude):
        return None
    return territory.latitude, territory.longitude


def points(catalogue):
    """{pk: point} of the territories that one may be near."""

    def read():
        placed = Territory.objects.exclude(kind__in=TOO_LARGE).exclude(latitude=None)
        rows = placed.exclude(longitude=None).order_by()
        return {pk: (lat, lon) for pk, lat, lon in rows.values_list("pk", "latitude", "longitude")}

    return catalogue.keep("points", read, of=Territory)


def nearest_commune(point):
    """The commune whose point is nearest, None when there is none within `FARTHEST` km."""
    latitude, longitude = point
    height = FARTHEST / DEGREE
    width = height / max(0.01, math.cos(math.radians(latitude)))
    around = Territory.objects.filter(
        kind=Territory.Kind.COMMUNE,
        valid_until_latest=None,
        latitude__range=(latitude - height, latitude + height),
        longitude__range=(longitude - width, longitude + width),
    )
    measured = [(distance(point, point_of(commune)), commune.pk, commune) for commune in around]
    found = [each for each in measured if each[0] <= FARTHEST]
    return min(found, default=(0, 0, None))[2]


def near(catalogue, point, kilometres):
    """The records of which a place is at most so far from `point`."""
    margin = kilometres / DEGREE
    latitude, longitude = point
    width = margin / max(0.01, math.cos(math.radians(abs(latitude) + margin)))
    known = by_latitude(catalogue)
    first = bisect_left(known, latitude - margin, key=itemgetter(0))
    last = bisect_right(known, latitude + margin, key=itemgetter(0))
    places = [
        pk
        for lat, lon, pk in known[first:last]
        if (abs(lon - longitude) <= width or abs(lon - longitude) >= 360 - width)
        and distance(point, (lat, lon)) <= kilometres
    ]
    return catalogue.having("lieu", places)


def by_latitude(catalogue):
    """(latitude, longitude, pk) of the `points` where there are records, from the south."""
    known = points(catalogue)

    def read():
        places = map(int, catalogue.values("lieu"))
        return sorted((*known[pk], pk) for pk in places if pk in known)

    return catalogue.keep("by latitude", read, of=Territory)


def inside(catalogue, territory):
    """The records that lie in `territory`, wholly or partly: a set of bits."""
    if territory.kind in AREAS and catalogue.model is not Territory:
        return catalogue.having(territory.kind, [territory.slug])
    contained = Containment.objects.filter(container=territory)
    return catalogue.having("lieu", contained.values_list("contained", flat=True))


def areas_around(territory):
    """The intercommunalités, départements and régions where it lies, the smallest first."""
    containers = Containment.objects.filter(contained=territory, container__kind__in=AREAS).exclude(
        container=territory
    )
    found = [link.container for link in containers.select_related("container")]
    return sorted(found, key=lambda area: (-AREAS.index(area.kind), area.sort_name))


def covering(catalogue, territory):
    """The records placed in what `territory` lies in: a région's serve its communes."""
    containers = Containment.objects.filter(contained=territory)
    return catalogue.having("lieu", containers.values_list("container", flat=True))


def nearness(catalogue, point):
    """A function: the distance from `point` to the nearest place of the n-th record, in
    kilometres; None when no place of it has a point."""
    known, measured = points(catalogue), {}

    def distance_to(n):
        distances = []
        for pk in catalogue.places_of(n):
            if pk not in measured:
                measured[pk] = distance(point, known[pk]) if pk in known else None
            if measured[pk] is not None:
                distances.append(measured[pk])
        return min(distances, default=None)

    return distance_to


def nearest_first(catalogue, point):
    """The numbers of the records from the nearest of `point` to the farthest, then by name
    those of which no place has a point."""
    known = points(catalogue)
    places = [int(place) for place in catalogue.values("lieu")]
    distances = {place: distance(point, known[place]) for place in places if place in known}
    by_name = catalogue.by_name()
    rank = dict(zip(by_name, range(len(by_name)), strict=True))
    order = {}
    for place in sorted(distances, key=lambda place: (distances[place], place)):
        records = catalogue.numbers_having("lieu", place)
        found = [n for n in records if n not in order]
        order.update(dict.fromkeys(sorted(found, key=rank.__getitem__)))
    return [*order, *(n for n in by_name if n not in order)]
