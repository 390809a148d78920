import csv
import gzip
import json
import lzma
import re
import struct
from collections import Counter
from functools import cache
from itertools import pairwise
from math import inf

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.template.loader import render_to_string

from territories import cartography, contours, maps, referential, topology
from territories.models import Territory
from tests.factories import CompositionFactory, TerritoryFactory

Kind = Territory.Kind
# Bytes of a map in its page, compressed: a reader may be on a rural line.
BUDGETS = {Kind.REGION: 9_000, Kind.DEPARTEMENT: 7_000, Kind.EPCI: 7_000}


@cache
def official(name):
    with (referential.DATA / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row.get("zone") != "com"]


def make(kind, code, name="Lieu"):
    return TerritoryFactory(kind=kind, code=code, name=name)


def region_view(code):
    return maps.view_of(Territory(kind=Kind.REGION, code=code))


def departement_view(code):
    return maps.view_of(Territory(kind=Kind.DEPARTEMENT, code=code))


def every_view():
    regions = [region_view(row["code"]) for row in official("regions.csv")]
    departements = [departement_view(row["code"]) for row in official("departements.csv")]
    return list(
        {view.reference: view for view in [maps.view_of(), *regions, *departements]}.values()
    )


def codes(view):
    return sorted(shape.code for shape in view.shapes)


# What is on which map


def test_france_is_drawn_by_region():
    view = maps.view_of()

    assert (view.reference, view.level, view.parent) == ("france", Kind.REGION, "")
    assert codes(view) == sorted(row["code"] for row in official("regions.csv"))
    assert {shape.code for shape in view.shapes if shape.frame} == {"01", "02", "03", "04", "06"}


def test_each_region_is_drawn_by_departement():
    for row in official("regions.csv"):
        expected = sorted(
            each["code"]
            for each in official("departements.csv")
            if each["code_region"] == row["code"]
        )
        view = region_view(row["code"])

        if len(expected) > 1:
            assert (view.level, view.name, view.parent) == (Kind.DEPARTEMENT, row["nom"], "france")
            assert codes(view) == expected
        else:
            assert view == departement_view(expected[0])
            assert (view.level, view.parent) == (Kind.EPCI, "france")


def test_each_departement_is_drawn_by_its_epci_and_none_is_missing():
    seen = set()
    for row in official("departements.csv"):
        expected = sorted(
            each["siren"]
            for each in official("epci.csv")
            if row["code"] in each["codes_departements"].split()
        )
        view = departement_view(row["code"])

        assert (view.level, view.name) == (Kind.EPCI, row["nom"])
        assert codes(view) == expected
        seen |= set(expected)

    assert len(seen) == 1255


def test_every_shape_shows_in_its_map():
    for view in every_view():
        left, top, width, height = map(int, view.view_box.split())
        for shape in view.shapes:
            x, y, shape_width, shape_height = shape.box
            assert left - shape_width < x < left + width, shape
            assert top - shape_height < y < top + height, shape
            assert left <= shape.label_x <= left + width, shape
            assert top <= shape.label_y <= top + height, shape


def test_every_figure_stands_on_its_shape():
    for view in every_view():
        for shape in view.shapes:
            if shape.digits and not shape.frame:
                rings = rings_of(shape.path)
                turns = sum(
                    topology.is_within((shape.label_x, shape.label_y), ring) for ring in rings
                )
                assert turns % 2 == 1, shape.name


# Which map shows what


@pytest.mark.django_db
def test_an_epci_is_shown_in_its_departement(django_assert_num_queries):
    angouleme = make(Kind.EPCI, "200071827")

    with django_assert_num_queries(0):
        view = maps.view_of(angouleme)

    assert (view.reference, view.focus) == ("departement:16", "epci:200071827")
    assert departement_view("16").focus == ""


@pytest.mark.django_db
def test_an_epci_astride_is_shown_where_most_of_its_people_live():
    row = next(row for row in official("epci.csv") if " " in row["codes_departements"])

    view = maps.view_of(make(Kind.EPCI, row["siren"]))

    assert view.reference == f"departement:{row['code_departement']}"


@pytest.mark.django_db
def test_a_commune_is_shown_in_its_departement(django_assert_num_queries):
    commune = make(Kind.COMMUNE, "33063")
    gironde = make(Kind.DEPARTEMENT, "33")
    CompositionFactory(whole=make(Kind.REGION, "75"), part=gironde)
    CompositionFactory(whole=gironde, part=commune)
    maps.view_of()

    with django_assert_num_queries(1):
        view = maps.view_of(commune)

    assert (view.reference, view.focus) == ("departement:33", "")


@pytest.mark.django_db
def test_a_perimeter_of_two_departements_is_shown_in_its_region():
    perimeter = make(Kind.PETR, "200000002")
    region = make(Kind.REGION, "75")
    for code in ("16", "17"):
        departement = make(Kind.DEPARTEMENT, code)
        CompositionFactory(whole=region, part=departement)
        for number in range(2):
            commune = make(Kind.COMMUNE, f"{code}00{number}")
            CompositionFactory(whole=departement, part=commune)
            if number == 0:
                CompositionFactory(whole=perimeter, part=commune)

    assert maps.view_of(perimeter).reference == "region:75"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "code"),
    [(Kind.COM, "988"), (Kind.COMMUNE, "98818"), (Kind.EPCI, "999999999"), (Kind.REGION, "00")],
)
def test_what_is_on_no_map_leads_to_france(kind, code, django_assert_max_num_queries):
    territory = make(kind, code)

    with django_assert_max_num_queries(1):
        view = maps.view_of(territory)

    assert view == maps.view_of()


# Borders


def rings_of(path):
    """The rings of a path made of relative moves; none of a dot, which is round."""
    if "a" in path:
        return []
    rings, start = [], (0, 0)
    for part in path.removesuffix("z").split("z"):
        numbers = [int(number) for number in re.findall(r"-?\d+", part)]
        steps = zip(numbers[::2], numbers[1::2], strict=True)
        ring, at = [], start
        for x, y in steps:
            at = (at[0] + x, at[1] + y)
            ring.append(at)
        start = ring[0]
        rings.append(ring)
    return rings


def edges_of(shape):
    return [
        edge
        for ring in rings_of(shape.path)
        for edge in pairwise([*ring, ring[0]])
        if edge[0] != edge[1]
    ]


@pytest.mark.parametrize(
    ("view", "one", "other"),
    [
        (maps.view_of, "75", "76"),
        (lambda: region_view("75"), "33", "40"),
        (lambda: region_view("11"), "75", "92"),
        (lambda: departement_view("33"), "243300316", "243301264"),
    ],
    ids=["regions", "departements", "paris", "epci"],
)
def test_neighbours_share_their_border(view, one, other):
    edges = {shape.code: set(edges_of(shape)) for shape in view().shapes}

    assert edges[one] & {(b, a) for a, b in edges[other]}


# What is elsewhere, in the middle of a région: two enclaves of the Hautes-Pyrénées, Llívia
# in Spain, and Valréas in the Vaucluse.
ENCLAVES = {"region:75": 2, "region:76": 1, "region:84": 1}


def test_maps_have_neither_gap_nor_overlap():
    """Each border is run along once each way: the only gaps are enclaves."""
    for view in every_view():
        if view.level == Kind.EPCI:
            continue  # those of other départements leave holes between EPCI astride
        runs = Counter(edge for shape in view.shapes for edge in edges_of(shape))
        alone = {(a, b): runs[a, b] - runs[b, a] for a, b in runs if runs[a, b] > runs[b, a]}
        outlines = contours.loops([(a, b, a) for a, b in alone])
        turn = max(map(topology.ring_area, outlines), key=abs)
        holes = [ring for ring in outlines if topology.ring_area(ring) * turn < 0]
        gaps = [ring for ring in holes if abs(topology.ring_area(ring)) > cartography.LEAST_BEND]

        assert max(alone.values()) == 1
        assert len(gaps) == ENCLAVES.get(view.reference, 0), view.name


# Weight


def items_of(view, counts=None, focus=""):
    counts = counts or {shape.reference: 1234 for shape in view.shapes}
    shade_of = maps.shades(counts)
    return [
        {
            "shape": shape,
            "url": f"/initiatives/?territoire={shape.reference}",
            "count": counts[shape.reference],
            "label": f"{shape.name} : {counts[shape.reference]} initiatives",
            "shade": shade_of[shape.reference],
            "is_focus": shape.reference == focus,
        }
        for shape in view.shapes
    ]


def render(view, items, **context):
    return render_to_string(
        "territories/_map.html",
        {
            "items": items,
            "view_box": view.view_box,
            "cuts": view.cuts,
            "caption": f"Initiatives, {view.name}",
            "legend": [{"shade": 0, "label": "aucune"}],
            "overview": None,
            **context,
        },
    )


def test_every_map_is_light():
    heavy = {
        view.reference: size
        for view in every_view()
        if (size := len(gzip.compress(render(view, items_of(view)).encode()))) > BUDGETS[view.level]
    }

    assert heavy == {}


# Shades


def test_shades_rank_distinct_counts():
    counts = dict(zip("abcdefgh", [0, 1, 1, 2, 3, 4, 5, 900], strict=True))

    assert "".join(str(shade) for shade in maps.shades(counts).values()) == "01112345"


def test_shades_of_few_counts_are_pale():
    assert maps.shades({"a": 0, "b": 3, "c": 8}) == {"a": 0, "b": 1, "c": 2}
    assert maps.shades({"a": 0}) == {"a": 0}
    assert maps.shades({}) == {}


def test_legend_gives_the_bounds_of_each_shade():
    counts = {"a": 0, "b": 1, "c": 1, "d": 2, "e": 3, "f": 4, "g": 5, "h": 90}

    assert [(step.shade, step.least, step.most) for step in maps.legend(counts)] == [
        (0, 0, 0),
        (1, 1, 2),
        (2, 3, 3),
        (3, 4, 4),
        (4, 5, 5),
        (5, 90, 90),
    ]


# The drawing


def test_each_shape_is_a_link_with_a_name_and_a_figure():
    view = region_view("11")

    html = render(view, items_of(view))

    assert html.count("<a class=") == 8
    assert 'href="/initiatives/?territoire=departement:77"' in html
    assert 'aria-label="Seine-et-Marne : 1234 initiatives"' in html
    assert "<title>Seine-et-Marne : 1234 initiatives</title>" in html
    assert ">1\N{NARROW NO-BREAK SPACE}234</text>" in html


def test_a_shape_with_nothing_keeps_its_name_and_says_no_figure():
    view = region_view("94")
    items = items_of(view, {shape.reference: 0 for shape in view.shapes})
    items[0]["url"] = ""

    html = render(view, items)

    assert 'role="img" aria-label="Corse-du-Sud : 0 initiatives"' in html
    assert html.count("<a class=") == 1
    assert "<text" not in html


def test_a_figure_that_does_not_hold_is_not_written():
    view = region_view("11")
    items = items_of(view, {shape.reference: 123456 for shape in view.shapes})

    assert "<text" not in render(view, items)


def test_the_shape_one_came_for_is_marked():
    view = departement_view("33")

    html = render(view, items_of(view, focus="epci:243300316"))

    assert html.count('aria-current="true"') == 1
    assert html.count("map__focus") == 1


def test_an_overview_leads_upwards():
    view = region_view("11")

    html = render(view, items_of(view), overview={"url": "/initiatives/", "label": "La France"})

    assert '<a href="/initiatives/">La France</a>' in html


# How maps are made


def test_lambert_93_is_the_official_one():
    assert topology.lambert_93(3, 46.5) == pytest.approx((700_000, -6_600_000), abs=1)


def test_the_least_bends_go_first_and_the_ends_stay():
    border = [(0, 0), (1, 10), (0, 20), (9, 30), (0, 40)]

    assert topology.weigh(border) == [inf, 10, 90, 180, inf]


def test_a_closed_border_never_vanishes():
    island = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]

    assert topology.weigh(island).count(inf) == 4


def wkb(*ring):
    numbers = [number for point in ring for number in point]
    polygon = struct.pack("<BIII", 1, 3, 1, len(ring)) + struct.pack(f"<{len(numbers)}d", *numbers)
    return (struct.pack("<BII", 1, 6, 1) + polygon).hex()


def square(x, y):
    return wkb((x, y), (x, y + 1), (x + 1, y + 1), (x + 1, y), (x, y))


FILES = {
    "regions.csv": "code,nom,zone\n75,Ouest,metro\n",
    "departements.csv": "code,nom,zone,code_region\n16,Nord,metro,75\n17,Sud,metro,75\n",
    "epci.csv": """siren,nom,code_departement,codes_departements
200000001,Est,16,16 17
200000002,Nord-ouest,16,16
""",
}
COMMUNES = [
    # A square of three communes by three, and in the middle one without a contour.
    (f"{'16' if y else '17'}{x}0{y}", "200000001" if x or not y else "200000002", x, y)
    for x in range(3)
    for y in range(3)
]


@pytest.fixture
def small_country(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    with gzip.open(tmp_path / "communes.csv.gz", "wt") as file:
        file.write("code_insee,code_region,code_departement,siren_epci\n")
        file.writelines(f"{code},75,{code[:2]},{epci}\n" for code, epci, _, _ in COMMUNES)
    with lzma.open(tmp_path / "communes.csv.lzma", "wt") as file:
        file.write("code,type,geometry\n")
        for code, _, x, y in COMMUNES:
            file.write(f"{code},COM,{square(x, 45 + y) if (x, y) != (1, 1) else ''}\n")
    return tmp_path


def build(directory, **options):
    merged = directory / "contours.topojson.gz"
    call_command("merge_contours", directory / "communes.csv.lzma", merged, data=directory)
    output = directory / "cartes.json.gz"
    call_command("build_map", merged, data=directory, output=output, **options)
    return output


def test_maps_are_built_from_contours_of_communes(small_country, capsys):
    document = json.loads(gzip.decompress(build(small_country).read_bytes()))

    assert list(document["maps"]) == ["france", "region:75", "departement:16", "departement:17"]
    assert document["homes"] == {"200000001": "16"}
    nord = document["maps"]["departement:16"]
    assert [shape["name"] for shape in nord["shapes"]] == ["Est", "Nord-ouest"]
    # The border of the département, where it cuts through the EPCI astride.
    assert nord["cuts"].count("m") == 1
    assert document["maps"]["region:75"]["cuts"] == ""
    assert "4 cartes, 6 formes" in capsys.readouterr().out


def test_what_no_commune_covers_goes_to_its_neighbours(small_country):
    document = json.loads(gzip.decompress(build(small_country).read_bytes()))

    (france,) = document["maps"]["france"]["shapes"]

    assert france["path"].count("m") == 1


def test_maps_are_built_the_same_twice(small_country):
    first = build(small_country).read_bytes()

    assert build(small_country).read_bytes() == first


def test_a_dry_run_writes_nothing(small_country):
    assert not build(small_country, dry_run=True).exists()


def test_an_epci_without_contour_stops_the_build(small_country):
    with (small_country / "epci.csv").open("a") as file:
        file.write("200000003,Ailleurs,16,16\n")

    with pytest.raises(CommandError, match="EPCI sans contour : 200000003"):
        build(small_country)


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"transform": 3}'])
def test_contours_that_are_none_are_refused_in_french(tmp_path, content):
    path = tmp_path / "contours.topojson"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=r"illisible|pas un TopoJSON"):
        call_command("build_map", path)


def test_a_shape_too_small_becomes_a_dot():
    tiny = [(100, 100), (103, 100), (103, 104)]

    shape = cartography.geometry([tiny], (0, 0, 1000, 1000))

    assert shape["is_dot"]
    assert shape["path"] == "m95 102a6 6 0 1 0 12 0a6 6 0 1 0-12 0z"
