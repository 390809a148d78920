"""The initiatives to read after one: what they share with it, said in words."""

from dataclasses import dataclass, field
from math import cos, degrees, radians

from django.db.models import Case, Count, F, FloatField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from coopemploi.search.text import normalise
from territories.perimeters import EARTH_RADIUS, TOO_LARGE, distance, point_of

from .models import Initiative, Involvement

MOST = 6
# So many are ranked by the database, then weighed with their distance.
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


def related_to(initiative, user):
    """At most `MOST` candidates that `user` may see, the likeliest first, in two queries.

    Reads the territories and the involvements of `initiative`: prefetch them.
    """
    candidates = {found.pk: Candidate(found) for found in _pool(initiative, user)}
    if candidates:
        _describe(candidates, initiative, user)
    ranked = sorted(
        candidates.values(),
        key=lambda each: (-each.points, each.initiative.sort_name, each.initiative.pk),
    )
    return [candidate for candidate in ranked if candidate.reasons][:MOST]


def _pool(initiative, user):
    """The likeliest initiatives, ranked by what the database can count."""
    schemes = _sharing(Initiative.schemes.through, "scheme", initiative)
    themes = _sharing(Initiative.themes.through, "theme", initiative)
    carried = _carriers_among(Involvement.objects.all()).filter(actor__in=_carriers(initiative))
    around = Initiative.territories.through.objects.filter(_around(initiative))
    sharing = Q()
    for links in (schemes, themes, carried, around):
        sharing |= Q(pk__in=links.values("initiative"))
    rank = (
        SCHEME_POINTS * _count(schemes)
        + THEME_POINTS * _count(themes)
        + _points_if(carried, CARRIER_POINTS)
        + _points_if(around, PLACE_POINTS)
    )
    return (
        Initiative.objects.visible_to(user)
        .filter(sharing)
        .exclude(pk=initiative.pk)
        .select_related("source")
        .defer("source__raw_text")
        .order_by(rank.desc(), "sort_name", "pk")[:POOL]
    )


def _sharing(through, term, initiative):
    """Every link to a term that this initiative has too."""
    own = through.objects.filter(initiative=initiative)
    return through.objects.filter(**{f"{term}__in": own.values(term)})


def _count(links):
    of_one = links.filter(initiative=OuterRef("pk")).order_by().values("initiative")
    return Coalesce(Subquery(of_one.annotate(total=Count("pk")).values("total")), 0)


def _points_if(links, points):
    return Case(When(pk__in=links.values("initiative"), then=points), default=0)


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


def _around(initiative):
    """The links to its territories, and to those whose point is in a square around theirs."""
    territories = initiative.territories.all()
    found = Q(territory__in=[territory.pk for territory in territories])
    near = Q()
    for latitude, longitude in filter(None, map(_point, territories)):
        height = degrees(NEAR_KM / EARTH_RADIUS)
        width = min(height / max(cos(radians(latitude)), 0.01), 180)
        near |= Q(
            territory__latitude__range=(latitude - height, latitude + height),
            territory__longitude__range=(longitude - width, longitude + width),
        )
    return found | (near & ~Q(territory__kind__in=TOO_LARGE)) if near else found


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
