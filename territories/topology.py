"""Contours as shared arcs: read from TopoJSON, projected, simplified.

Neighbours name the same arcs, and each arc is simplified once for all: a border
stays common to both sides.
"""

import gzip
import heapq
import json
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import atanh, cos, exp, hypot, inf, radians, sin

EARTH_RADIUS = 6_371_000  # metres

# Where the plane of each overseas territory touches the globe: longitude, latitude.
OVERSEAS = {
    "971": (-61.4, 16.2),
    "972": (-61.0, 14.6),
    "973": (-53.1, 3.9),
    "974": (55.5, -21.1),
    "976": (45.2, -12.8),
}


class TopologyError(Exception):
    """A contour file that cannot be read; the message is in French."""


@dataclass(frozen=True)
class Layer:
    """The geometries of one kind, by official code."""

    properties: dict  # code: {"nom": …}
    polygons: dict  # code: polygons, each a list of rings, each a list of arc numbers
    uses: Counter  # arc: how many rings it borders


@dataclass(frozen=True)
class Topology:
    """Projected arcs, in metres with y going down, and the layers drawn with them."""

    arcs: list  # of lists of (x, y)
    weights: list  # of lists: the area in m² that each point is worth
    layers: dict  # name: Layer

    def rings(self, layer, code):
        """The rings of a territory, islands and holes included, as lists of arc numbers."""
        return [ring for polygon in self.layers[layer].polygons[code] for ring in polygon]

    def points(self, ring, smallest=0):
        """The points of a ring of arcs, but those worth less than `smallest` m²."""
        # The first point of an arc is the last of the one before.
        return [point for arc in ring for point in self.line(arc, smallest)[1:]]

    def line(self, arc, smallest=0):
        """The points of an arc, but those worth less than `smallest` m²."""
        number = number_of(arc)
        kept = [
            point
            for point, weight in zip(self.arcs[number], self.weights[number], strict=True)
            if weight >= smallest
        ]
        return kept[::-1] if arc < 0 else kept

    def box(self, layer, codes):
        """Left, top, width and height of some territories together."""
        return box_of(
            point
            for code in codes
            for ring in self.rings(layer, code)
            for point in self.points(ring)
        )

    def is_border(self, layer, arc):
        return self.layers[layer].uses[number_of(arc)] > 0

    def is_island(self, layer, ring):
        """Whether a ring of arcs has no neighbour on any side."""
        return all(self.layers[layer].uses[number_of(arc)] == 1 for arc in ring)


def number_of(arc):
    """TopoJSON numbers an arc taken backwards -1, -2… for 0, 1…"""
    return ~arc if arc < 0 else arc


def read(path):
    """The Topology of a TopoJSON file in WGS 84, compressed or not; raise TopologyError."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            return topology_of(json.load(file))
    except (OSError, EOFError, ValueError) as error:
        raise TopologyError(f"{path} : fichier illisible ({error}).") from error
    except (KeyError, IndexError, TypeError) as error:
        raise TopologyError(f"{path} : ce n'est pas un TopoJSON quantifié ({error!r}).") from error


def topology_of(document):
    """The Topology of a decoded TopoJSON document."""
    scale, translate = document["transform"]["scale"], document["transform"]["translate"]
    arcs = []
    for arc in document["arcs"]:
        positions = accumulate(arc, lambda at, step: (at[0] + step[0], at[1] + step[1]))
        arcs.append(
            [
                project(x * scale[0] + translate[0], y * scale[1] + translate[1])
                for x, y in positions
            ]
        )
    layers = {
        name: layer_of(collection["geometries"]) for name, collection in document["objects"].items()
    }
    return Topology(arcs, [weigh(arc) for arc in arcs], layers)


def layer_of(geometries):
    properties, polygons, uses = {}, {}, Counter()
    for geometry in geometries:
        code, arcs = geometry["properties"]["code"], geometry["arcs"]
        properties[code] = geometry["properties"]
        polygons[code] = [arcs] if geometry["type"] == "Polygon" else arcs
        uses.update(
            number_of(arc) for polygon in polygons[code] for ring in polygon for arc in ring
        )
    return Layer(properties, polygons, uses)


# Projection


def project(longitude, latitude):
    """Metres, y going down: Lambert-93 in Europe, a plane of its own for each DROM."""
    overseas = overseas_at(longitude, latitude)
    if overseas is None:
        return lambert_93(longitude, latitude)
    centre_longitude, centre_latitude = OVERSEAS[overseas]
    return (
        EARTH_RADIUS * radians(longitude - centre_longitude) * cos(radians(centre_latitude)),
        -EARTH_RADIUS * radians(latitude - centre_latitude),
    )


def overseas_at(longitude, latitude):
    """The DROM around a point, or None in Europe."""
    if latitude > 40:
        return None
    return min(
        OVERSEAS,
        key=lambda code: hypot(longitude - OVERSEAS[code][0], latitude - OVERSEAS[code][1]),
    )


def lambert_93(longitude, latitude):
    """RGF93 / Lambert-93 (EPSG:2154), by the constants that the IGN publishes for it."""
    exponent, scale = 0.7256077650, 11_754_255.426
    pole_x, pole_y = 700_000, 12_655_612.050
    eccentricity = 0.0818191910428158  # of the GRS 80 ellipsoid
    slope = eccentricity * sin(radians(latitude))
    isometric = atanh(sin(radians(latitude))) - eccentricity * atanh(slope)
    radius = scale * exp(-exponent * isometric)
    angle = exponent * radians(longitude - 3)
    return pole_x + radius * sin(angle), radius * cos(angle) - pole_y


# Simplification


def weigh(arc):
    """The area in m² that each point of an arc is worth, by Visvalingam's algorithm.

    The point whose triangle with its neighbours is the smallest goes first, and so on.
    The ends stay always, for they may be those of other arcs; so do two more points of
    a closed arc, which else would vanish.
    """
    weights = [inf] * len(arc)
    previous = [index - 1 for index in range(len(arc))]
    following = [index + 1 for index in range(len(arc))]

    def triangle(index):
        return triangle_area(arc[previous[index]], arc[index], arc[following[index]])

    areas = {index: triangle(index) for index in range(1, len(arc) - 1)}
    heap = [(area, index) for index, area in areas.items()]
    heapq.heapify(heap)
    needed = 2 if arc[0] == arc[-1] else 0
    worth = 0
    while heap and len(areas) > needed:
        area, index = heapq.heappop(heap)
        if areas.get(index) != area:
            continue  # its triangle has changed since
        del areas[index]
        # A point uncovered by the loss of another is worth at least as much.
        worth = weights[index] = max(worth, area)
        before, after = previous[index], following[index]
        following[before], previous[after] = after, before
        for neighbour in (before, after):
            if neighbour in areas:
                areas[neighbour] = triangle(neighbour)
                heapq.heappush(heap, (areas[neighbour], neighbour))
    return weights


def triangle_area(a, b, c):
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def ring_area(ring):
    """Signed: its sign says which way the ring turns."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]])) / 2


def box_of(points):
    """Left, top, width and height."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def is_within(point, ring):
    """Whether a point is inside a ring."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside
