"""Which columns of a file are which columns of ours. Pure."""

import hashlib

from rapidfuzz import fuzz, process

from ..search.text import normalise
from .columns import ChoiceColumn
from .declarations import REFERENCE
from .readers import HEADER_ROWS

LIKE_ENOUGH = 88
# The last column of the rows to take up again: see `views.refused`.
REASONS = "Motif du refus"
REFERENCE_HEADERS = ("réf", "ref", "référence", "identifiant", "id", "slug")


def known_headers(columns):
    """{normalised header: name of column}, our own labels first."""
    known = {normalise(column.label): column.name for column in columns}
    for header in REFERENCE_HEADERS:
        known.setdefault(normalise(header), REFERENCE)
    for column in columns:
        for synonym in (*column.synonyms, column.name):
            known.setdefault(normalise(synonym), column.name)
    return known


def split(rows, known):
    """(headers, other rows) of a table whose headers stand among its first rows."""

    def score(row):
        return len({name for text in row[1] if (name := known.get(plain_header(text)))})

    first_rows = rows[:HEADER_ROWS]
    best = max(first_rows, key=score)
    if not score(best):  # nothing known: the first row that is more than a title
        best = next((row for row in first_rows if sum(map(bool, row[1])) > 1), rows[0])
    return best[1], rows[rows.index(best) + 1 :]


def without_reasons(headers, rows):
    """The table without the reasons that ours adds: its columns are those of the first file."""
    if not headers or headers[-1] != REASONS:
        return headers, rows
    width = len(headers) - 1
    return headers[:width], [(line, cells[:width]) for line, cells in rows]


def told_by_cells(headers, rows, columns):
    """{place: name of column, or ""} of the headers that lists of values claim.

    Of several, it is the one that reads most of the cells; as many, the last: the state of
    publication. A question, « Validé », is none when most cells do not answer it.
    """
    lists = [column for column in reversed(columns) if isinstance(column, ChoiceColumn)]
    told = {}
    for place, header in enumerate(map(plain_header, headers)):
        claiming = [column for column in lists if header in map(normalise, column.synonyms)]
        texts = {cells[place] for _, cells in rows if place < len(cells)} - {""}
        if len(claiming) > 1:
            best = max(claiming, key=lambda column: sum(map(column.reads, texts)))
            told[place] = best.name
        elif claiming and header in map(normalise, claiming[0].asked):
            answers = sum(map(claiming[0].reads, texts))
            told[place] = claiming[0].name if answers * 2 > len(texts) else ""
    return told


def guess(headers, known, gathered=None, told=None):
    """The name of our column for each header, "" when unsure; each once at most.

    Of several headers of one column, it is its own label, else the leftmost; and those of
    `gathered`, {name of column: headers}, besides. What cells say goes first: `told_by_cells`.
    """
    plain = [plain_header(header) for header in headers]
    if "prenom" in plain and "prenom" not in known:  # « nom » is of somebody, not of the record
        plain = ["" if header == "nom" else header for header in plain]
    labels = {name: header for header, name in reversed(known.items())}
    names = [""] * len(headers)
    for is_label in (True, False):
        for place, header in enumerate(plain):
            name = (told or {}).get(place, known.get(header, ""))
            if name not in names and (labels[name] == header or not is_label):
                names[place] = name
    for name, others in (gathered or {}).items():
        others = {header for header in map(normalise, others) if known.get(header) == name}
        for place, header in enumerate(plain):
            if not names[place] and name in names and header in others:
                names[place] = name
    for place, header in enumerate(plain):
        if names[place] or not header or header in known:
            continue
        free = [key for key, name in known.items() if name not in names]
        near = process.extractOne(header, free, scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH)
        names[place] = known[near[0]] if near else ""
    return names


def with_compounds(names, headers, rows, compounds):
    """The guessed `names` with the compounds that headers or cells tell: « Nom et prénom ».

    A column of its own for each of the parts says them better; for some of them, less.
    """
    names = list(names)
    for compound in compounds:
        own = {name for name in compound.parts if name in names}
        if compound.name in names:
            left = {compound.name} if len(own) == len(compound.parts) else own
            names = ["" if name in left else name for name in names]
        elif own == {compound.parts[0]}:
            place = names.index(compound.parts[0])
            texts = {cells[place] for _, cells in rows if place < len(cells)} - {""}
            if compound.is_said(headers[place], texts):
                names[place] = compound.name
    return names


def remembered(chosen, guessed_then, guessed, importation):
    """The names `chosen` for the same headers, with today's guess of what no rule read then.

    A column that a rule read, and that somebody would not, stays unread.
    """
    names = list(chosen)
    for place, name in enumerate(guessed):
        was_guessed = any(guessed_then[place : place + 1])
        if name and not names[place] and not was_guessed:
            taken = importation.spelt_out([name]) & importation.spelt_out(names)
            if not taken or name in importation.read_together:
                names[place] = name
    return names


def key_of(headers):
    """What tells a set of headers from another."""
    text = "\n".join(map(plain_header, headers))
    return hashlib.sha256(text.encode()).hexdigest()


def letter(position):
    """The name of a column in a spreadsheet: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def plain_header(header):
    """A header without the mark of what is required, nor what it says in brackets."""
    return normalise(header.split("(")[0].rstrip(" *:"))
