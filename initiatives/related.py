"""The initiatives to read after one: what they share with it, said in words."""

from dataclasses import dataclass, field
from itertools import islice

from django.db.models import Prefetch

from coopemploi.gathering import gathered
from coopemploi.search.catalogue import bits_at, catalogue_of
from coopemploi.search.text import normalise
from territories.models import Territory
from territories.perimeters import TOO_LARGE, distance, near, point_of, points

from .models import Initiative, Involvement

MOST = 6
# So many are ranked by the catalogue, then weighed with their distance.
POOL = 30
NAMES_PER_REASON = 3

SCHEME_POINTS = 3
THEME_POINTS = 1
CARRIER_POINTS = 3
PLACE_POINTS = 3
# Up to so many kilometres, so many points; beyond, it is not near.
DISTANCE_POINTS = {10: 3, 30: 2, 50: 1}
NEAR_KM = max(DISTANCE_POINTS)


@dataclass
class Candidate:
    """An initiative, with what it shares with the one being read."""

    pk: int
    schemes: list
    themes: list
    is_carried_alike: bool
    is_in_same_place: bool
    distances: list
    initiative: Initiative | None = None  # once it is read
    places: list = field(default_factory=list)
    carriers: list = field(default_factory=list)
    same_carriers: list = field(default_factory=list)
    same_places: list = field(default_factory=list)

    @property
    def points(self):
        return (
            SCHEME_POINTS * len(self.schemes)
            + THEME_POINTS * len(self.themes)
            + CARRIER_POINTS * self.is_carried_alike
            + self._place_points
        )

    @property
    def _place_points(self):
        if self.is_in_same_place:
            return PLACE_POINTS
        if not self.distances:
            return 0
        return next(gain for km, gain in DISTANCE_POINTS.items() if min(self.distances) <= km)

    @property
    def reasons(self):
        """Why it is shown: « même dispositif : GPECT », « à 12 km »."""
        shared = [
            ("même dispositif", "mêmes dispositifs", self.schemes),
            ("même porteur", "mêmes porteurs", self.same_carriers),
            ("même territoire", "mêmes territoires", self.same_places),
            ("même thématique", "mêmes thématiques", self.themes),
        ]
        said = [_said(one, several, names) for one, several, names in shared if names]
        if self.distances and not self.is_in_same_place:
            said.append(_distance_said(min(self.distances)))
        return said


def on_same_subjects(record, user, *, without=(), most=MOST):
    """Initiatives that share the schemes, then the themes, of a record of another kind.

    Two queries at most; those that share most come first, in its territories before elsewhere.
    """
    if not (record.schemes.all() or record.themes.all()):
        return []
    catalogue = catalogue_of(Initiative)
    counter = _sharing_terms(catalogue, record)
    alike = catalogue.readable_by(user) & counter.at_least_one()
    counter.add(catalogue.having("lieu", [place.pk for place in record.territories.all()]), 1)
    alike &= ~bits_at(catalogue.numbers_of(initiative.pk for initiative in without))
    pks = [catalogue.pks[n] for n in islice(_in_order(catalogue, counter, alike), most)]
    found = {one.pk: one for one in named(user, pks=pks)} if pks else {}
    return [found[pk] for pk in pks if pk in found]


@gathered(pks=[int])
def named(user, pks):
    initiatives = Initiative.objects.visible_to(user).filter(pk__in=pks)
    return initiatives.order_by().only("title", "slug", "summary")


def _sharing_terms(catalogue, record):
    counter = BitCounter()
    for scheme in record.schemes.all():
        counter.add(catalogue.having("dispositif", [scheme.slug]), SCHEME_POINTS)
    for theme in record.themes.all():
        counter.add(catalogue.having("theme", [theme.slug]), THEME_POINTS)
    return counter


def related_to(initiative, user):
    """At most `MOST` candidates that `user` may see, the likeliest first, in two queries.

    The catalogue compares them; `initiative` is read `with_ties`.
    """
    catalogue = catalogue_of(Initiative)
    carried = _carried_alike(catalogue, initiative)
    pool = _pool(catalogue, initiative, user, carried)
    compared = Compared(catalogue, initiative, carried)
    candidates = [compared.candidate(n) for n in pool]
    kept = [candidate for candidate in candidates if candidate.points]
    kept.sort(key=lambda each: -each.points)
    return _described(kept[:MOST], initiative, user)


def _pool(catalogue, initiative, user, carried):
    """The numbers of the likeliest initiatives, ranked by what the catalogue counts, by name."""
    counter = _sharing_terms(catalogue, initiative)
    counter.add(carried, CARRIER_POINTS)
    counter.add(_around(catalogue, initiative), PLACE_POINTS)
    others = catalogue.readable_by(user) & ~catalogue.having_key(initiative.pk)
    return catalogue.in_name_order(bits_at(islice(_in_order(catalogue, counter, others), POOL)))


def _in_order(catalogue, counter, among):
    """The numbers of the records that have points, those that have most first, then by name."""
    for level in counter.levels():
        if records := level & among:
            yield from catalogue.in_name_order(records)


def _carried_alike(catalogue, initiative):
    """The records that one of its carriers carries too."""
    return catalogue.having("acteur_porteur", [link.actor_id for link in initiative.carrying])


def _around(catalogue, initiative):
    """The records of its territories, and those of territories near the point of theirs."""
    territories = initiative.territories.all()
    found = catalogue.having("lieu", [territory.pk for territory in territories])
    for point in filter(None, map(_point, territories)):
        found |= near(catalogue, point, NEAR_KM)
    return found


class BitCounter:
    """Counts points of many records at once: plane i holds the bit i of each one's total."""

    def __init__(self):
        self._planes = []

    def add(self, records, points):
        """Give so many points to each of the `records`, a set of bits."""
        for place in range(points.bit_length()):
            if points >> place & 1:
                self._add_at(records, place)

    def _add_at(self, records, place):
        while records:
            while len(self._planes) <= place:
                self._planes.append(0)
            plane = self._planes[place]
            self._planes[place], records = plane ^ records, plane & records
            place += 1

    def at_least_one(self):
        everything = 0
        for plane in self._planes:
            everything |= plane
        return everything

    def levels(self):
        """The records of each total, from the highest to 1: sets of bits."""
        everything = self.at_least_one()
        for total in range((1 << len(self._planes)) - 1, 0, -1):
            level = everything
            for place, plane in enumerate(self._planes):
                level &= plane if total >> place & 1 else ~plane
            if level:
                yield level


def _point(territory):
    return None if territory.kind in TOO_LARGE else point_of(territory)


class Compared:
    """An initiative, to which the catalogue compares the others."""

    def __init__(self, catalogue, initiative, carried):
        self.catalogue, self.carried = catalogue, carried
        territories = initiative.territories.all()
        self.places = {territory.pk for territory in territories}
        self.points = list(filter(None, map(_point, territories)))
        self.known = points(catalogue)
        self.schemes = self._having("dispositif", initiative.schemes.all())
        self.themes = self._having("theme", initiative.themes.all())

    def _having(self, facet, terms):
        """(label, the records that have it) of terms, in alphabetical order."""
        labels = sorted((normalise(str(term)), str(term), term.slug) for term in terms)
        return [(label, self.catalogue.having(facet, [slug])) for _, label, slug in labels]

    def candidate(self, n):
        """What the n-th record shares with it."""
        places = self.catalogue.places_of(n)
        away = [
            distance(point, self.known[pk])
            for point in self.points
            for pk in places
            if pk in self.known
        ]
        return Candidate(
            pk=self.catalogue.pks[n],
            schemes=[label for label, records in self.schemes if records >> n & 1],
            themes=[label for label, records in self.themes if records >> n & 1],
            is_carried_alike=bool(self.carried >> n & 1),
            is_in_same_place=not self.places.isdisjoint(places),
            distances=[kilometres for kilometres in away if kilometres <= NEAR_KM],
        )


def _described(candidates, initiative, user):
    """The candidates that are still there, with their places, their carriers, in one query."""
    pks = [candidate.pk for candidate in candidates]
    found = {one.pk: one for one in shown(user, pks=pks)} if pks else {}
    own_places = {territory.pk for territory in initiative.territories.all()}
    own_carriers = {link.actor_id: link.actor.name for link in initiative.carrying}
    for candidate in candidates:
        if candidate.pk not in found:
            continue
        candidate.initiative = one = found[candidate.pk]
        territories, carriers = one.territories.all(), one.carriers
        candidate.places = sorted((place.name for place in territories), key=normalise)
        candidate.same_places = [place.name for place in territories if place.pk in own_places]
        # A collectivité and its territory often bear one name: once is enough.
        names = [link.label or link.actor.name for link in carriers]
        candidate.carriers = [name for name in names if name not in candidate.places]
        shared = (link.actor_id for link in carriers if link.actor_id in own_carriers)
        candidate.same_carriers = [own_carriers[pk] for pk in shared]
    return [candidate for candidate in candidates if candidate.initiative]


@gathered(pks=[int])
def shown(user, pks):
    carriers = Involvement.objects.visible_to(user).filter(role=Involvement.Role.CARRIER)
    return (
        Initiative.objects.visible_to(user)
        .filter(pk__in=pks)
        .order_by()
        .select_related("source")
        .only("title", "slug", "source__is_fictional")
        .prefetch_related(
            Prefetch("territories", Territory.objects.only("name")),
            Prefetch(
                "involvements",
                carriers.select_related("actor").only("label", "actor__name"),
                to_attr="carriers",
            ),
        )
    )


def _said(one, several, names):
    shown = ", ".join(names[:NAMES_PER_REASON])
    others = len(names) - NAMES_PER_REASON
    more = f" et {others} autre{'s' if others > 1 else ''}" if others > 0 else ""
    return f"{one if len(names) == 1 else several} : {shown}{more}"


def _distance_said(distance):
    return f"à {round(distance)} km" if distance >= 1 else "à moins d'un kilomètre"
