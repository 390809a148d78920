"""A list on its map: how many of its records lie in each shape, and where a shape leads."""

from coopemploi.figures import format_number

from . import maps
from .models import Territory

LEVELS = {
    Territory.Kind.REGION: "par région",
    Territory.Kind.DEPARTEMENT: "par département",
    Territory.Kind.EPCI: "par intercommunalité",
}
# The shades of map.css on white paper, for what draws a PDF: it reads no sheet for a drawing.
ON_PAPER = ("#ffffff", "#d7e2e1", "#bacecd", "#9dbab9", "#43797a", "#20514e")


def map_of(filters, title):
    """What `territories/_map.html` draws of a `LocatedFilterSet`, whose records are `title`.

    The map shows the territory that the list is limited to; the counts leave that limit
    out, so that one sees what is beside it.
    """
    territories = filters.territories
    view = maps.view_of(territories[0] if len(territories) == 1 else None)
    kept = filters.kept_but_for("territoire", "region", "departement")
    found = filters.catalogue.counts(view.level, kept)
    counts = {shape: found.get(shape.code.lower(), 0) for shape in view.shapes}
    return {
        **drawn(view, counts, title, lambda shape: f"?{filters.query_in(shape.reference.lower())}"),
        "overview": _overview(filters, view),
        "elsewhere": _elsewhere(filters, view, kept),
    }


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
    return {"url": f"?{filters.query_in(reference)}", "label": f"Élargir : {wider.name}"}


def _elsewhere(filters, view, kept):
    """How many records of the list no shape of its level holds: their place is wider."""
    catalogue = filters.catalogue
    placed = catalogue.having(view.level, catalogue.values(view.level))
    return (filters.kept & kept & ~placed).bit_count()
