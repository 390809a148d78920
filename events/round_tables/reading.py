"""The one function that reads a tour de table. Pure: it saves nothing, and asks no database."""

import re
from dataclasses import dataclass, field

from coopemploi.search.text import normalise

from ..reading.lexicon import first_names
from . import columns
from .cells import Item, read_items
from .columns import CONTENT, IDENTITY, PEOPLE
from .grid import UnreadableRoundTableError, open_grids, sheets_of
from .participants import (
    Speaker,
    read_participants,
    territory_of,
    without_contacts,
)

__all__ = [
    "Contribution",
    "RoundTableReading",
    "UnreadableRoundTableError",
    "read_round_table",
    "sheets_to_choose",
]

_NO_TABLE = (
    "On ne reconnaît pas de tour de table : il faut une ligne de titres (participants, démarches, "
    "défis, besoins, offres) et une ligne par participant."
)
LONGEST_LABEL = 250
# What follows a table, and is no part of it.
_AROUND = re.compile(
    r"(?:total|source|sources|légende|document|crédits?|page \d+)\b[^a-zà-ÿ]{0,3}", re.I
)


@dataclass
class Contribution:
    """What a row says; `lines` are those of the source it comes from."""

    label: str = ""
    people: list[Speaker] = field(default_factory=list)
    actor: str = ""
    territory: str = ""
    note: str = ""
    items: dict[str, list[Item]] = field(default_factory=lambda: {name: [] for name in CONTENT})
    lines: list[int] = field(default_factory=list)
    identity: list[str] = field(default_factory=list)  # the cells that say who
    doubts: list[str] = field(default_factory=list)

    def to_json(self):
        return {
            "people": [{"name": each.name, "title": each.title} for each in self.people],
            "actor": self.actor,
            "territory": self.territory,
            **{name: [item.as_written for item in self.items[name]] for name in CONTENT},
        }


@dataclass
class RoundTableReading:
    contributions: list[Contribution] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)  # (title, role or "")
    left_out: list[str] = field(default_factory=list)  # lines around the table

    def texts(self):
        """All that is taken of the table: its titles, and the words of each row."""
        yield from (title for title, _ in self.columns)
        for each in self.contributions:
            yield from (*each.identity, each.note)
            yield from (item.as_written for items in each.items.values() for item in items)

    def to_json(self):
        return [contribution.to_json() for contribution in self.contributions]


def sheets_to_choose(content):
    """The sheets of a workbook that each read as a tour de table, when they are several."""
    names = sheets_of(content)
    found = [name for name in names if len(names) > 1 and _reads(content, name)]
    return found if len(found) > 1 else []


def _reads(content, sheet):
    try:
        return bool(read_round_table(content, sheet).contributions)
    except UnreadableRoundTableError:
        return False


def read_round_table(source, sheet=""):
    """Read a tour de table, pasted text or bytes of a file; raise UnreadableRoundTableError.

    Of a workbook, the sheet of that name, or the one that looks most like a tour de table.
    """
    best = None
    for rows in open_grids(source, sheet):
        rows = [row for row in rows if any(row.cells)]
        found = columns.find_header(rows) or _usual_columns(rows)
        if found is None:
            continue
        position, roles = found
        score = len({role for role in roles if role in (*CONTENT, *IDENTITY)}) - (position is None)
        if best is None or score > best[0] or (score == best[0] and len(rows) > best[1]):
            best = (score, len(rows), rows, position, roles)
    if best is None:
        raise UnreadableRoundTableError(_NO_TABLE)
    _, _, rows, position, roles = best
    return _Reader(rows, position, roles).read()


def _usual_columns(rows):
    """(None, roles) of a table of five columns without titles, whose first one names people."""
    whole = [row for row in rows if len(row.cells) == len(columns.USUAL) and not row.is_drawn]
    named = [row for row in whole if row.cells[0] and read_participants(row.cells[0]).people]
    if len(named) * 2 > len(whole) and named:
        return None, list(columns.USUAL)
    return None


class _Reader:
    def __init__(self, rows, position, roles):
        self.reading = RoundTableReading()
        start = 0 if position is None else position + 1
        self.header = [] if position is None else list(rows[position].cells)
        before = rows[: max(0, start - 1)]
        self.reading.left_out = [" ".join(filter(None, row.cells)) for row in before]
        self.roles = list(roles)
        self.rows = rows[start:]
        self._read_second_header()
        while self.roles and not self.roles[-1] and not self.header[-1]:
            if any(len(row.cells) == len(self.roles) and row.cells[-1] for row in self.rows):
                break
            self.roles.pop()
            self.header.pop()
        self.horizons = [
            columns.horizon_of(title) if role == columns.CHALLENGES else ""
            for title, role in zip(self.header or self.roles, self.roles, strict=False)
        ]
        self.reading.columns = list(zip(self.header, self.roles, strict=False))
        self.width = len(self.roles)
        self.whose = [n for n, role in enumerate(self.roles) if role in IDENTITY]
        # A column of names alone stands beside one that says for whom.
        beside = {columns.ACTOR, columns.TERRITORY, columns.TITLE, columns.FIRST_NAME}
        self.names_are_alone = bool(beside & set(self.roles)) and self._looks_like_names()

    def _looks_like_names(self):
        written = [
            row.cells[n]
            for row in self.rows
            for n, role in enumerate(self.roles)
            if role == PEOPLE and n < len(row.cells) and row.cells[n]
        ]
        plain = [text for text in written if not re.search(r"[/,:(]|\s[-–]\s", text)]
        return len(plain) * 2 > len(written) or columns.FIRST_NAME in self.roles

    def _read_second_header(self):
        """« Mes défis » over « court terme » and « moyen terme »."""
        if not self.header or not self.rows:
            return
        cells = self.rows[0].cells
        written = [cell for cell in cells if cell]
        if not written or any(len(cell) > 60 for cell in written) or self.rows[0].is_drawn:
            return
        under = [columns.role_of(cell) for cell in cells]
        if not any(re.fullmatch(r"(?:a )?(?:court|moyen|long) terme", normalise(c)) for c in cells):
            return
        self.rows = self.rows[1:]
        for n, cell in enumerate(cells[: len(self.header)]):
            if cell and cell != self.header[n]:
                self.header[n] = f"{self.header[n]} {cell}".strip()
                self.roles[n] = self.roles[n] or under[n]

    def read(self):
        rows = self._assembled()
        current, texts = None, []
        for line, cells in rows:
            identity = [cells[n] for n in self.whose]
            if current is None or not self._continues(identity, current, cells):
                if current is not None:
                    self._fill(current, texts)
                current = Contribution(lines=[line], identity=identity)
                texts = [[cell] if cell else [] for cell in cells]
                self.reading.contributions.append(current)
                continue
            current.lines.append(line)
            if not any(identity):
                current.doubts.append(f"La ligne {line}, sans nom, continue celle d'avant.")
            elif identity != current.identity:
                current.identity = [
                    f"{one} {other}".strip() if other != one else one
                    for one, other in zip(current.identity, identity, strict=True)
                ]
            for n, cell in enumerate(cells):
                if cell and cell not in texts[n]:
                    texts[n].append(cell)
        if current is not None:
            self._fill(current, texts)
        self._name_again()
        if not self.reading.contributions:
            raise UnreadableRoundTableError("Ce tableau a des titres, mais aucune ligne dessous.")
        return self.reading

    def _continues(self, identity, current, cells):
        """Is a row the rest of the one before, which a page or a cell cut?"""
        if not any(identity):
            return True
        if all(
            text in ("", before) for text, before in zip(identity, current.identity, strict=True)
        ):
            return True
        filled = [text for text in identity if text]
        if len(filled) == 1 and len(self.whose) == 1:
            before = next((text for text in current.identity if text), "")
            cut = bool(re.search(r"(?:[/,–-]|\b(?:de|du|des|la|le|les|et|à|l['’]))$", before))
            return (cut or filled[0][:1].islower()) and not read_participants(filled[0]).people
        return False

    def _fill(self, contribution, texts):
        whole = ["\n".join(parts) for parts in texts]
        named = self._by_role(contribution.identity)
        self._name(contribution, named)
        for n, (text, role) in enumerate(zip(whole, self.roles, strict=True)):
            if role in CONTENT and text:
                contribution.items[role] += read_items(text, self.horizons[n])
            elif role == columns.NOTE and text:
                note = without_contacts(" ".join(text.split()))
                contribution.note = f"{contribution.note} / {note}" if contribution.note else note

    def _name_again(self):
        """Where most rows begin with a name, so do those that could not be told."""
        found = self.reading.contributions
        if self.names_are_alone or sum(bool(each.people) for each in found) * 2 <= len(found):
            return
        for each in found:
            if not each.people:
                self._name(each, self._by_role(each.identity), comes_first=True)

    def _by_role(self, identity):
        named = {}
        for n, text in zip(self.whose, identity, strict=True):
            if text:
                named.setdefault(self.roles[n], []).append(text)
        return {role: " / ".join(dict.fromkeys(texts)) for role, texts in named.items()}

    def _name(self, contribution, named, comes_first=False):
        people = named.get(PEOPLE, "")
        first = named.get(columns.FIRST_NAME, "")
        label = " / ".join(" ".join(text.split()) for text in named.values())
        contribution.label = without_contacts(label)[:LONGEST_LABEL]
        if first and len(people.split("\n")) == len(first.split("\n")):
            pairs = zip(first.split("\n"), people.split("\n") or [""], strict=True)
            people = "\n".join(f"{one} {other}".strip() for one, other in pairs)
        found = read_participants(people, self.names_are_alone, comes_first)
        if self.names_are_alone and not first:
            found.people = [_in_order(person) for person in found.people]
        contribution.people = found.people
        titles = [part.strip() for part in re.split(r"\n|;", named.get(columns.TITLE, "")) if part]
        for person, title in zip(found.people, titles, strict=False):
            if len(found.people) > 1 and len(titles) == 1:
                title = titles[0]
            person.title = person.title or title
        actor = without_contacts(" ".join(named.get(columns.ACTOR, "").split()))
        territory = without_contacts(" ".join(named.get(columns.TERRITORY, "").split()))
        contribution.actor = actor or found.actor
        contribution.territory = territory or found.territory or territory_of(contribution.actor)

    # Lines to rows

    def _assembled(self):
        """(line, cells) of each row: a cell that runs over several lines is made whole."""
        rows, current = [], None
        title = [normalise(cell) for cell in self.header]
        for row in self.rows:
            cells = list(row.cells)
            if row.is_drawn:
                continue
            if self.header and [normalise(cell) for cell in cells] == title:
                continue  # the titles again, on the next page
            if len(cells) == 1 and _AROUND.match(cells[0]):
                self.reading.left_out.append(cells[0])
                continue
            if current is not None and self._is_rest(current[1], cells):
                last = current[1]
                last[-1] = f"{last[-1]}\n{cells[0]}" if last[-1] else cells[0]
                last += cells[1:]
                continue
            if (
                len(cells) == 1
                and self.width > 1
                and (current is None or not self._is_whose(cells[0]))
            ):
                self.reading.left_out.append(cells[0])
                continue
            current = (row.line, cells)
            rows.append(current)
        return [(line, self._fitted(cells)) for line, cells in rows]

    def _is_rest(self, before, cells):
        """Does a line go on with the last cell of the row before?"""
        if not cells[0] or len(before) + len(cells) - 1 > self.width or self.whose[:1] != [0]:
            return (
                len(cells) == 1
                and len(before) == self.width
                and bool(before[-1])
                and bool(cells[0])
            )
        if self._is_whose(cells[0]):
            return False
        return len(before) < self.width or (len(cells) == 1 and bool(before[-1]))

    def _is_whose(self, text):
        return len(text) < 200 and bool(read_participants(text).people)

    def _fitted(self, cells):
        """As many cells as there are columns, nothing lost."""
        if len(cells) > self.width:
            extra = [cell for cell in cells[self.width - 1 :] if cell]
            cells = [*cells[: self.width - 1], "\n".join(extra)]
        return cells + [""] * (self.width - len(cells))


def _in_order(person):
    """« Armandou Lise » as « Lise Armandou », when the first name is known, and last."""
    words = person.name.split()
    if len(words) == 2:
        firsts = [
            normalise(word).split()[0] in first_names() if normalise(word) else False
            for word in words
        ]
        if firsts == [False, True]:
            person.name = f"{words[1]} {words[0]}"
    return person
