"""What the cells of a file say, row by row, once it is known which columns are which of ours."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import models

from ..formats.tables import SEPARATOR
from .columns import canonical
from .declarations import EXAMPLE, REFERENCE
from .mapping import plain_header
from .models import ImportRow
from .surroundings import beside
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

    def how_made(self, name):
        """[what to say of how the text of a column was made], once for all those it made."""
        told = self.made.get(name)
        self.made = {other: text for other, text in self.made.items() if text != told}
        return [told] if told else []

    def refuse(self, column, message):
        self.problems.append([column, message])
        self.state = State.REFUSED


def readings_of(batch, importation):
    """(rows that say something, totals) of the table of a batch, as `Reading`s."""
    said, totals, surroundings = [], [], importation.surroundings
    for line, cells in batch.table["rows"]:
        reading = _reading(line, cells, batch)
        for around in surroundings:
            _surround(reading, around, cells, batch)
        if total := total_in(cells):
            totals.append(Reading(line, {}, state=State.UNREAD, label=total[:300]))
            totals[-1].problems.append(["", TOTAL])
        elif reading.reference.startswith(EXAMPLE):
            continue
        elif reading.reference or any(reading.texts.values()):
            for compound in importation.compounds:
                if compound.name in reading.texts:
                    _split(reading, compound, batch)
            said.append(reading)
    return said, totals


def _reading(line, cells, batch):
    found = defaultdict(list)  # name of column → texts of the cells that say it
    cells = cells + [""] * len(batch.mapping)
    for name, text in zip(batch.mapping, cells, strict=False):
        if name:
            found[name].append(canonical(text))
    texts = {
        name: SEPARATOR.join(dict.fromkeys(filter(None, parts))) for name, parts in found.items()
    }
    return Reading(line, texts, texts.pop(REFERENCE, ""))


def _surround(reading, around, cells, batch):
    """Have the cell of a place tell where it is, as others say beside it."""
    if reading.texts.pop(around.name, None) is None:
        return
    if not (around.is_place or around.of in reading.texts):
        return  # nothing that it would tell apart
    columns = zip(batch.mapping, batch.table["headers"], cells, strict=False)
    told = [
        around.told(plain_header(header), canonical(text))
        for name, header, text in columns
        if name == around.name
    ]
    if around.is_place or reading.texts[around.of]:
        reading.texts[around.of] = beside(reading.texts.get(around.of, ""), told)


def _split(reading, compound, batch):
    """Give each column that a cell says its own text."""
    text = reading.texts.pop(compound.name)
    header = batch.table["headers"][batch.mapping.index(compound.name)]
    reading.texts |= dict.fromkeys(compound.parts, "")
    if not text:
        return
    try:
        texts, told = compound.split(text, header)
    except ValueError as error:
        reading.texts[compound.parts[0]] = text  # by which the row is named
        reading.refuse(compound.label, str(error))
    else:
        reading.texts |= texts
        reading.made |= dict.fromkeys(compound.parts, told)
