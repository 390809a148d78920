"""What the cells of a file say, row by row, once it is known which columns are which of ours."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import models

from ..formats.tables import SEPARATOR
from .columns import canonical
from .declarations import EXAMPLE, REFERENCE
from .mapping import plain_header
from .meanings import is_ditto, says_nothing
from .models import ImportRow
from .surroundings import beside
from .totals import total_in
from .variants import told

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
    said, totals, surroundings, above = [], [], importation.surroundings, {}
    for line, written in batch.table["rows"]:
        cells = _without_dittos(written, above)
        reading = _reading(line, cells, batch)
        _tell_dittos(reading, written, cells, batch, importation)
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
            found[name].append("" if says_nothing(text) else canonical(text))
    texts = {
        name: SEPARATOR.join(dict.fromkeys(filter(None, parts))) for name, parts in found.items()
    }
    return Reading(line, texts, texts.pop(REFERENCE, ""))


def _without_dittos(written, above):
    """The cells of a row, those that say « idem » as the one above: {place: text} of it."""
    cells = [
        above.get(place) or text if is_ditto(text) else text for place, text in enumerate(written)
    ]
    above.clear()
    above.update(enumerate(cells))
    return cells


def _tell_dittos(reading, written, cells, batch, importation):
    for name, text, meant in zip(batch.mapping, written, cells, strict=False):
        if name and text != meant:
            reading.made[name] = told(text, meant)
        elif name in importation.fields and is_ditto(text):
            label = importation.label_of(name)
            reading.refuse(label, f"« {text} » : la case du dessus est vide.")


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
