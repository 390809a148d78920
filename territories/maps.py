"""The maps of the site: which one shows a territory, its shapes, and their shades.

`territories.cartography` draws them once; here they are only read.
"""

import gzip
import json
from dataclasses import dataclass, replace
from functools import cache

from .cartography import FILE
from .models import Containment, Territory

REGION, DEPARTEMENT = Territory.Kind.REGION, Territory.Kind.DEPARTEMENT
FRANCE = "france"
DARKEST = 5


@dataclass(frozen=True)
class Frame:
    """The inset of a territory drawn out of its place."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Shape:
    kind: str
    code: str
    name: str
    path: str
    box: tuple  # left, top, width, height
    label_x: int
    label_y: int
    digits: int  # how many signs of a figure hold there
    is_dot: bool  # too small for its contour
    frame: Frame | None

    @property
    def reference(self):
        return f"{self.kind}:{self.code}"


@dataclass(frozen=True)
class MapView:
    reference: str  # of the territory shown: "region:75", or "france"
    name: str
    parent: str  # the reference of the wider map; "" for France
    level: str  # the kind of its shapes
    view_box: str
    cuts: str  # path of the border of the territory where it cuts through its shapes
    shapes: tuple
    focus: str = ""  # the reference of the shape one came for


def view_of(territory=None):
    """The map where a territory is best seen; France's when there is none narrower.

    One query at most, for what is neither on a map nor the subject of one.
    """
    if territory is None:
        return _views()[FRANCE]
    reference = f"{territory.kind}:{territory.code}"
    view = _views().get(reference)
    if view:
        return view
    if home := _homes().get(reference):
        return replace(_views()[home], focus=reference)
    return _views()[_narrowest_around(territory)]


def view_of_reference(reference):
    """The map of "region:75" or of "france"; France's for what has none."""
    return _views().get(reference, _views()[FRANCE])


def _narrowest_around(territory):
    """The reference of the map of the département, else the région, where it lies.

    What is partly in several départements is seen whole on the map of its région.
    """
    containers = Containment.objects.filter(
        contained=territory, container__kind__in=[REGION, DEPARTEMENT]
    )
    found = {}
    for kind, code, is_partial in containers.values_list(
        "container__kind", "container__code", "partial"
    ):
        if f"{kind}:{code}" in _views():
            found.setdefault((kind, is_partial), []).append(f"{kind}:{code}")
    for place in ((DEPARTEMENT, False), (REGION, False), (DEPARTEMENT, True), (REGION, True)):
        if len(found.get(place, ())) == 1:
            return found[place][0]
    return FRANCE


def shades(counts):
    """From {key: count} to {key: shade}: 0 for none, then 1 to 5, the darkest.

    Quantiles of the distinct counts: equal counts share a shade, more is never paler, and
    one very large count does not pale all others. Fewer than five distinct counts take
    the first shades, for a single initiative is no summit.
    """
    distinct = sorted({count for count in counts.values() if count > 0})
    steps = max(len(distinct), DARKEST)
    shade_of = {count: 1 + rank * DARKEST // steps for rank, count in enumerate(distinct)}
    return {key: shade_of.get(count, 0) for key, count in counts.items()}


@dataclass(frozen=True)
class LegendStep:
    shade: int
    least: int
    most: int


def legend(counts):
    """What the shades of these counts stand for: the least and the most, palest first."""
    seen = {}
    for key, shade in shades(counts).items():
        seen.setdefault(shade, []).append(counts[key])
    return [LegendStep(shade, min(seen[shade]), max(seen[shade])) for shade in sorted(seen)]


@cache
def _document():
    return json.loads(gzip.decompress(FILE.read_bytes()))


@cache
def _views():
    """Every MapView by reference; a région of one département shares the map of it."""
    maps = _document()["maps"]
    views = {reference: _view(reference, drawn) for reference, drawn in maps.items()}
    for region, departement in _document()["single"].items():
        views[f"region:{region}"] = views[f"departement:{departement}"]
    return views


@cache
def _homes():
    """The reference of the map of each EPCI; astride, it is where most of its people live."""
    homes = {
        shape.reference: view.reference
        for view in _views().values()
        if view.level == Territory.Kind.EPCI
        for shape in view.shapes
    }
    astride = _document()["homes"].items()
    return homes | {f"epci:{siren}": f"departement:{code}" for siren, code in astride}


def _view(reference, drawn):
    return MapView(
        reference=reference,
        name=drawn["name"],
        parent=drawn["parent"],
        level=drawn["kind"],
        view_box=" ".join(map(str, drawn["view_box"])),
        cuts=drawn["cuts"],
        shapes=tuple(_shape(drawn["kind"], shape) for shape in drawn["shapes"]),
    )


def _shape(kind, shape):
    label_x, label_y = shape["label"]
    return Shape(
        kind=kind,
        code=shape["code"],
        name=shape["name"],
        path=shape["path"],
        box=tuple(shape["box"]),
        label_x=label_x,
        label_y=label_y,
        digits=shape["digits"],
        is_dot=shape["is_dot"],
        frame=Frame(*shape["frame"]) if "frame" in shape else None,
    )
