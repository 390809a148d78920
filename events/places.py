"""Those who were at an event, on the narrowest map where they all lie."""

from collections import defaultdict

from territories import maps
from territories.mapping import drawn
from territories.models import Territory

from .models import Attendance

Kind = Territory.Kind
NEAREST = (Kind.DEPARTEMENT, Kind.REGION)
CAME = {Attendance.Status.PRESENT, Attendance.Status.REPRESENTED}


def map_of_presences(event, attendances):
    """What `territories/_map.html` draws; None when nobody who came has a known place."""
    came = {attendance.pk for attendance in attendances if attendance.status in CAME}
    places = {pk: found for pk, found in _places(event).items() if pk in came} if came else {}
    if not places:
        return None
    view = _narrowest(places.values())
    counts = dict.fromkeys(view.shapes, 0)
    for shape in view.shapes:
        counts[shape] = sum((shape.kind, shape.code) in found for found in places.values())
    shown = drawn(view, counts, "Présences")
    on_map = {(shape.kind, shape.code) for shape in view.shapes}
    shown["elsewhere"] = len(came) - sum(not found.isdisjoint(on_map) for found in places.values())
    return shown


def _places(event):
    """Of each attendance, the territories of a map where it lies, as (kind, code); one query."""
    attendances = Attendance.objects.filter(event=event, status__in=CAME).order_by()
    found = defaultdict(set)
    ways = [
        attendances.filter(**{f"{way}__kind__in": [*NEAREST, Kind.EPCI]}).values_list(
            "pk", f"{way}__kind", f"{way}__code"
        )
        for way in (
            "territory__containers__container",
            "actor__territories__containers__container",
        )
    ]
    for pk, kind, code in ways[0].union(ways[1]):
        found[pk].add((kind, code))
    return found


def _narrowest(places):
    """The map of the one département, else of the one région, where all lie; France's if none."""
    for kind in NEAREST:
        everywhere = set.intersection(
            *({place for place in found if place[0] == kind} for found in places)
        )
        if len(everywhere) == 1:
            [(kind, code)] = everywhere
            return maps.view_of(Territory(kind=kind, code=code))
    return maps.view_of()
