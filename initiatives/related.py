"""The initiatives to read after one: what they share with it, said in words."""

from dataclasses import dataclass, field
from itertools import islice

from django.db.models import F, FloatField, Value

from coopemploi.search.catalogue import bits_at, catalogue_of
from coopemploi.search.text import normalise
from territories.perimeters import TOO_LARGE, distance, near, point_of

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

    initiative: Initiative
    places: list = field(default_factory=list)
    carriers: list = field(default_factory=list)
    schemes: list = field(default_factory=list)
    themes: list = field(default_factory=list)
    same_carriers: list = field(default_factory=list)
    same_places: list = field(default_factory=list)
    distances: list = field(default_factory=list)

    @property
    def points(self):
        return (
            SCHEME_POINTS * len(self.schemes)
            + THEME_POINTS * len(self.themes)
            + CARRIER_POINTS * bool(self.same_carriers)
            + self._place_points
        )

    @property
    def _place_points(self):
        if self.same_places:
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
        if self.distances and not self.same_places:
            said.append(_distance_said(min(self.distances)))
        return said


def related_to(initiative, user, terms=None):
    """At most `MOST` candidates that `user` may see, the likeliest first, in four queries.

    Reads the territories and the involvements of `initiative`: prefetch them. `terms` are its
    schemes and themes by name, when they are known.
    """
    terms = terms or {name: getattr(initiative, name).all() for name in ("schemes", "themes")}
    candidates = {found.pk: Candidate(found) for found in _pool(initiative, user, terms)}
    if candidates:
        _describe(candidates, initiative, user)
    ranked = sorted(
        candidates.values(),
        key=lambda each: (-each.points, each.initiative.sort_name, each.initiative.pk),
    )
    return [candidate for candidate in ranked if candidate.reasons][:MOST]


def on_same_subjects(record, user, *, without=(), most=MOST):
    """Initiatives that share the schemes, then the themes, of a record of another kind.

    Two queries at most; those that share most come first, in its territories before elsewhere.
    """
    terms = {name: getattr(record, name).all() for name in ("schemes", "themes")}
    if not any(terms.values()):
        return []
    catalogue = catalogue_of(Initiative)
    points = _sharing_terms(catalogue, terms)
    alike = catalogue.readable_by(user) & points.at_least_one()
    points.add(catalogue.having("lieu", [place.pk for place in record.territories.all()]), 1)
    left_out = {initiative.pk for initiative in without}
    ranked = (pk for pk in _in_order(catalogue, points, alike) if pk not in left_out)
    pks = list(islice(ranked, most))
    found = Initiative.objects.visible_to(user).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _sharing_terms(catalogue, terms):
    points = BitCounter()
    for scheme in terms["schemes"]:
        points.add(catalogue.having("dispositif", [scheme.slug]), SCHEME_POINTS)
    for theme in terms["themes"]:
        points.add(catalogue.having("theme", [theme.slug]), THEME_POINTS)
    return points


def _pool(initiative, user, terms):
    """The likeliest initiatives, ranked by what the catalogue counts."""
    catalogue = catalogue_of(Initiative)
    points = _sharing_terms(catalogue, terms)
    points.add(_carried_alike(catalogue, initiative), CARRIER_POINTS)
    points.add(_around(catalogue, initiative), PLACE_POINTS)
    others = catalogue.readable_by(user) & ~catalogue.having_key(initiative.pk)
    pks = list(islice(_in_order(catalogue, points, others), POOL))
    # Asked again: what the catalogue said readable may have changed since.
    found = Initiative.objects.visible_to(user).select_related("source").defer("source__raw_text")
    return found.filter(pk__in=pks) if pks else []


def _in_order(catalogue, points, among):
    """The keys of the records that have points, those that have most first, then by name."""
    for level in points.levels():
        if records := level & among:
            yield from catalogue.ordered(records, catalogue.by_name())


def _carried_alike(catalogue, initiative):
    carriers = _carriers(initiative)
    if not carriers:
        return 0
    carried = _carriers_among(Involvement.objects.filter(actor__in=carriers))
    numbers = catalogue.numbers_of(carried.order_by().values_list("initiative", flat=True))
    return bits_at(numbers)


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


def _sharing(through, term, initiative):
    """Every link to a term that this initiative has too."""
    own = through.objects.filter(initiative=initiative)
    return through.objects.filter(**{f"{term}__in": own.values(term)})


def _carriers_among(involvements):
    return involvements.filter(role=Involvement.Role.CARRIER)


def _carriers(initiative):
    """{pk: name} of the published actors that carry it: a draft is no reason to give."""
    return {
        involvement.actor.pk: involvement.actor.name
        for involvement in initiative.involvements.all()
        if involvement.role == Involvement.Role.CARRIER
        and involvement.actor
        and involvement.actor.is_published
    }


def _point(territory):
    return None if territory.kind in TOO_LARGE else point_of(territory)


def _describe(candidates, initiative, user):
    """Give the candidates their places, their carriers and what they share, in one query."""
    points = list(filter(None, map(_point, initiative.territories.all())))
    own_places = {territory.pk for territory in initiative.territories.all()}
    own_carriers = _carriers(initiative)
    for pk, relation, key, label, name, kind, *point in _facts(candidates, initiative, user):
        candidate = candidates[pk]
        getattr(candidate, relation).append(label or name)
        if relation == "places" and key in own_places:
            candidate.same_places.append(name)
        elif relation == "places" and kind not in TOO_LARGE and None not in point:
            away = (distance(own, point) for own in points)
            candidate.distances += [kilometres for kilometres in away if kilometres <= NEAR_KM]
        elif relation == "carriers" and key in own_carriers:
            candidate.same_carriers.append(own_carriers[key])
    for candidate in candidates.values():
        for names in (candidate.places, candidate.schemes, candidate.themes):
            names.sort(key=normalise)
        # A collectivité and its territory often bear one name: once is enough.
        candidate.carriers = [name for name in candidate.carriers if name not in candidate.places]


def _facts(pks, initiative, user):
    """(initiative, relation, key, label, name, kind, latitude, longitude) of the candidates.

    The territories come first: they give the columns their types.
    """
    places = Initiative.territories.through.objects.filter(initiative__in=pks).values_list(
        "initiative_id",
        Value("places"),
        "territory_id",
        Value(""),
        "territory__name",
        "territory__kind",
        "territory__latitude",
        "territory__longitude",
    )
    carriers = _carriers_among(Involvement.objects.visible_to(user))
    others = {
        "carriers": (carriers, "actor_id", F("label"), "actor__name"),
        "schemes": (
            _sharing(Initiative.schemes.through, "scheme", initiative),
            "scheme_id",
            F("scheme__acronym"),
            "scheme__name",
        ),
        "themes": (
            _sharing(Initiative.themes.through, "theme", initiative),
            "theme_id",
            Value(""),
            "theme__name",
        ),
    }
    return places.union(
        *(
            links.filter(initiative__in=pks)
            .order_by()
            .values_list(
                "initiative_id",
                Value(relation),
                key,
                label,
                name,
                Value(""),
                Value(None, FloatField()),
                Value(None, FloatField()),
            )
            for relation, (links, key, label, name) in others.items()
        ),
        all=True,
    )


def _said(one, several, names):
    shown = ", ".join(names[:NAMES_PER_REASON])
    others = len(names) - NAMES_PER_REASON
    more = f" et {others} autre{'s' if others > 1 else ''}" if others > 0 else ""
    return f"{one if len(names) == 1 else several} : {shown}{more}"


def _distance_said(distance):
    return f"à {round(distance)} km" if distance >= 1 else "à moins d'un kilomètre"
