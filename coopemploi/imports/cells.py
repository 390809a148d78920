"""What the cells of a file say, row by row, once it is known which columns are which of ours."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import models

from ..formats.tables import SEPARATOR
from .columns import canonical
from .declarations import EXAMPLE, REFERENCE
from .models import ImportRow
from .totals import total_in

State = ImportRow.State
TOTAL = "un total, pas une fiche."


@dataclass
class Reading:
    """A row, as it is being checked."""

    line: int
    texts: dict  # name of column → text
    reference: str = ""
    key: str = ""  # what its probable duplicates have too
    state: str = ""
    record: models.Model | None = None
    label: str = ""
    # name of column → what to say of how its text was made of cells
    made: dict = field(default_factory=dict)
    changes: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)

    def refuse(self, column, message):
        self.problems.append([column, message])
        self.state = State.REFUSED


def readings_of(batch):
    """(rows that say something, totals) of the table of a batch, as `Reading`s."""
    said, totals = [], []
    for line, cells in batch.table["rows"]:
        reading = _reading(line, cells, batch)
        if total := total_in(cells):
            reading = Reading(line, {}, state=State.UNREAD, label=total[:300])
            totals.append(reading)
            reading.problems.append(["", TOTAL])
        elif reading.reference.startswith(EXAMPLE):
            continue
        elif reading.reference or any(reading.texts.values()):
            said.append(reading)
    return said, totals


def _reading(line, cells, batch):
    found = defaultdict(list)  # name of column → (header, text) of the cells that say it
    cells = cells + [""] * len(batch.mapping)
    for name, header, text in zip(batch.mapping, batch.table["headers"], cells, strict=False):
        if name:
            found[name].append((header, canonical(text)))
    texts, made = {}, {}
    for name, parts in found.items():
        parts = {text: header for header, text in parts if text} or {"": ""}
        texts[name] = SEPARATOR.join(parts)
        if len(parts) > 1:
            made[name] = f"lu dans « {' » et « '.join(parts.values())} »."
    return Reading(line, texts, texts.pop(REFERENCE, ""), made=made)
