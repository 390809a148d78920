"""A list on its map: how many of its records lie in each shape, and where a shape leads."""

from coopemploi.figures import format_number

from . import maps
from .models import Territory

PLACES = ("region", "departement")  # filters of every list
LEVELS = {
    Territory.Kind.REGION: "par région",
    Territory.Kind.DEPARTEMENT: "par département",
    Territory.Kind.EPCI: "par intercommunalité",
}
# Of ten records with a place, so many at least lie in the area that a map opens on.
NEARLY_ALL = 9
# The shades of map.css on white paper, for what draws a PDF: it reads no sheet for a drawing.
ON_PAPER = ("#ffffff", "#d7e2e1", "#bacecd", "#9dbab9", "#43797a", "#20514e")


def map_of(filters, title):
    """What `territories/_map.html` draws of a `LocatedFilterSet`, whose records are `title`.

    The map shows the territory that the list is limited to, else that of nearly all its
    records, or of France when that one would show none of those kept; the counts leave that
    limit out, so that one sees what is beside it.
    """
    view = view_opened_on(filters)
    counts = _counts(filters, view)
    if not any(counts.values()) and _outside(filters, view):
        view = maps.view_of()
        counts = _counts(filters, view)
    return {
        **drawn(view, counts, title, lambda shape: f"?{filters.query_in(shape.reference.lower())}"),
        "overview": _overview(filters, view),
        "elsewhere": _elsewhere(filters, view),
        "outside": _outside(filters, view),
    }


def _counts(filters, view):
    kept = filters.kept_but_for("territoire", *PLACES)
    found = filters.catalogue.counts(view.level, kept)
    return {shape: found.get(shape.code.lower(), 0) for shape in view.shapes}


def view_opened_on(filters):
    """The map of what a list shows: one of France says nothing of records all in the Landes."""
    territories = filters.territories
    if territories or filters.values["vue"] == maps.FRANCE:
        return maps.view_of(territories[0] if len(territories) == 1 else None)
    return maps.view_of_reference(_extent(filters))


def _extent(filters):
    """The reference of the département, else the région, that holds nearly all the records,
    most of them in its shapes; else of France."""
    catalogue, listed = filters.catalogue, filters.readable
    for name in PLACES:
        listed &= filters.selections.get(name, listed)
    located = listed & _placed(catalogue, Territory.Kind.REGION)
    for kind in (Territory.Kind.DEPARTEMENT, Territory.Kind.REGION):
        counts = catalogue.counts(kind, located)
        area = max(counts, key=counts.get, default="")
        view = maps.view_of_reference(f"{kind}:{area.upper()}")
        shown = (located & _placed(catalogue, view.level)).bit_count()
        most = located.bit_count()
        if most and 10 * counts.get(area, 0) >= NEARLY_ALL * most and 2 * shown >= most:
            return view.reference
    return maps.FRANCE


def drawn(view, counts, title, url_of=lambda shape: ""):
    """The shapes of a map with the count of each, and where it leads, if anywhere."""
    shades = maps.shades(counts)
    return {
        "items": [
            {
                "shape": shape,
                "url": url_of(shape),
                "count": count,
                "label": f"{shape.name} : {format_number(count)}",
                "shade": shades[shape],
                "fill": ON_PAPER[shades[shape]],
                "is_focus": shape.reference == view.focus,
            }
            for shape, count in counts.items()
        ],
        "view_box": view.view_box,
        "cuts": view.cuts,
        "caption": f"{title} {LEVELS[view.level]} : {view.name}",
        "legend": [{"shade": step.shade, "label": _said(step)} for step in maps.legend(counts)],
        "overview": None,
    }


def _said(step):
    if step.least == step.most:
        return format_number(step.least)
    return f"{format_number(step.least)} à {format_number(step.most)}"


def _overview(filters, view):
    if not view.parent:
        return None
    wider = maps.view_of_reference(view.parent)
    reference = "" if wider.reference == maps.FRANCE else wider.reference
    query = filters.query_in(reference)
    if not reference and (filters.home or _extent(filters) != maps.FRANCE):
        query = filters.query_in(reference, vue=maps.FRANCE)
    return {"url": f"?{query}", "label": f"Élargir : {wider.name}"}


def _elsewhere(filters, view):
    """How many records of the list no shape of any map of this level holds."""
    return (filters.kept & ~_placed(filters.catalogue, view.level)).bit_count()


def _outside(filters, view):
    """How many records of the list the shapes of another map of this level hold."""
    catalogue = filters.catalogue
    here = catalogue.having(view.level, [shape.code.lower() for shape in view.shapes])
    return (filters.kept & _placed(catalogue, view.level) & ~here).bit_count()


def _placed(catalogue, level):
    return catalogue.having(level, catalogue.values(level))
