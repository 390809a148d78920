"""Columns of a file that say where a place is, beside that which names it: « Département »."""

import re
from typing import NamedTuple

from ..formats.tables import SEPARATOR
from ..search.text import normalise

_SURROUNDING = re.compile(r"\(([^()]+)\)")


class Said(NamedTuple):
    """What a column says of where a place is, and how tables head it."""

    name: str  # « département »
    digits: int  # of its codes: a spreadsheet takes the zero of « 01 » away
    headers: tuple

    def of(self, text):
        return f"{self.name} {text.zfill(self.digits) if text.isdigit() else text}"


class Surroundings:
    """Those of the places of one of our columns: told in its cells, between brackets."""

    def __init__(self, column, sorts):
        self.of, self.sorts = column.name, sorts
        self.name = f"{column.name}_around"
        self.label = f"{column.label} : département, région ou code"
        self.synonyms = tuple(header for sort in sorts for header in sort.headers)
        # Of several places, what surrounds none is one of them: « Landes », of no commune.
        self.is_place = column.field.many_to_many
        self._sorts = {normalise(header): sort for sort in sorts for header in sort.headers}

    def told(self, header, text):
        """« (département 40) », of a cell under a plain header."""
        sort = self._sorts.get(header)
        text = " ".join(re.sub(r"[|;()\n]", ", ", text).split()).strip(", ")
        return f"({sort.of(text) if sort else text})" if text else ""


def beside(text, told):
    """A cell and what surrounds the places it names, as one text."""
    return SEPARATOR.join(filter(None, (text, *told)))


def parted(text):
    """(a cell without them, the surroundings it tells)."""
    parts = text.split(SEPARATOR)
    around = [found[1] for part in parts if (found := _SURROUNDING.fullmatch(part))]
    named = [part for part in parts if not _SURROUNDING.fullmatch(part)]
    return SEPARATOR.join(named), around
