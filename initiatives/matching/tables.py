"""Needs, offers and démarches written in a spreadsheet, as the engine reads them. Pure."""

import re

from coopemploi.imports.readers import UnreadableFileError, read_rows
from coopemploi.search.text import normalise

from .engine import Item, Place

REQUIRED = ("kind", "id", "text")
SEVERAL = {"schemes": "schemes", "themes": "themes", "territory": "places", "actor": "owners"}
KINDS = {
    "need": "need",
    "besoin": "need",
    "offer": "offer",
    "offre": "offer",
    "initiative": "initiative",
    "demarche": "initiative",
}


class TableError(ValueError):
    """A table that cannot be read, and where, in French."""


def read_items(content):
    """The items of a CSV, XLSX or ODS file, columns in any order. Raise TableError."""
    try:
        rows = read_rows(content)
    except UnreadableFileError as error:
        raise TableError(str(error)) from None
    if not rows:
        raise TableError("Ce fichier est vide.")
    line, header = rows[0]
    columns = [normalise(name) for name in header]
    for name in REQUIRED:
        if name not in columns:
            raise TableError(f"ligne {line} : la colonne « {name} » manque.")
    items, seen = [], set()
    for line, cells in rows[1:]:
        row = dict(zip(columns, cells, strict=False))
        item = _item(line, {name: (row.get(name) or "").strip() for name in columns})
        if (item.kind, item.id) in seen:
            raise TableError(f"ligne {line} : l'identifiant « {item.id} » est déjà pris.")
        seen.add((item.kind, item.id))
        items.append(item)
    return items


def _item(line, row):
    kind = KINDS.get(normalise(row["kind"]))
    if kind is None:
        raise TableError(
            f"ligne {line} : « {row['kind']} » n'est pas une sorte connue "
            "(need, offer ou initiative)."
        )
    if not row["id"]:
        raise TableError(f"ligne {line} : l'identifiant manque.")
    listed = {name: _several(row.get(name, "")) for name in SEVERAL}
    return Item(
        kind=kind,
        id=row["id"],
        text=row["text"],
        schemes=listed["schemes"],
        themes=listed["themes"],
        places=tuple(Place(name) for name in listed["territory"]),
        owners=frozenset(map(normalise, listed["actor"])),
    )


def _several(cell):
    return tuple(part for part in (part.strip() for part in re.split(r"[|;,\n]", cell)) if part)
