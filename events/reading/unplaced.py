"""What of a document no proposal holds, to be told: nothing is left out unsaid."""

from itertools import groupby

from coopemploi.search.text import normalise

from .blocks import HEADING
from .dates import is_publication
from .prose import is_label

# What introduces names, and says nothing by itself.
_INTRODUCING = set(
    normalise(
        "étaient présent présents présente présentes excusé excusés excusée excusées absent "
        "absents absente absentes participant participants intervenant intervenants "
        "madame mmes monsieur messieurs mlle avec pour dans ainsi"
    ).split()
)

_MOSTLY = 0.6  # of the words of a row: an address, a telephone are no part of a tour de table


def read_unplaced(document, reading):
    """The blocks, and the rows of tables, that say something which no proposal says."""
    placed = {start for part in reading.prose for start in part.holds}
    placed |= {start for start, _ in reading.received_apart}
    told = _words(*_told(document, reading)) | _INTRODUCING
    found = []
    is_below_told = True
    for _, blocks in groupby(reversed(document.blocks), key=_line):
        line = list(blocks)[::-1]
        is_told = any(_is_missing(block, placed, told) for block in line)
        is_title = line[0].kind == HEADING
        # A title is told with what it stands above.
        if is_told and (is_below_told or not is_title):
            found.append(" | ".join(block.text for block in line))
        is_below_told = is_told or is_title
    return found[::-1]


def rows_of(document, texts):
    """The rows of tables, as lists of blocks, most of whose words are those of `texts`."""
    told = _words(*texts)
    for row, blocks in groupby(document.blocks, key=lambda block: block.row):
        line = list(blocks)
        said = _words(*(block.text for block in line))
        if row >= 0 and len(said & told) >= _MOSTLY * len(said):
            yield line


def _line(block):
    return (block.row,) if block.row >= 0 else (-1, block.start)


def _is_missing(block, placed, told):
    if block.start in placed or (block.kind == HEADING and is_label(block)):
        return False
    return any(len(word) > 3 or word.isdigit() for word in _words(block.text) - told)


def _told(document, reading):
    """All that the proposals say, in the words of the document."""
    yield from (reading.title, reading.standfirst, reading.place)
    yield from (document.excerpt(each.start, each.end) for each in _held(reading))
    yield from (part.title for part in reading.prose)
    yield from (reading.heading_of(quote) for quote in reading.quotes)
    for quote in reading.quotes:
        yield f"{quote.author} {quote.text}"
    for person in reading.people:
        yield f"{person.title} {person.actor}"
    for link in reading.links:
        yield f"{link.title} {link.url}"
    for figure in reading.figures:
        yield figure.label
    if reading.published_on:
        yield from (block.text for block in document.blocks if is_publication(block))


def _held(reading):
    spans = (reading.people, reading.quotes, reading.figures, reading.territories)
    yield from (each for kind in spans for each in kind)
    yield from (*reading.sessions, *reading.actions, *reading.objectives)
    if reading.next_event:
        yield reading.next_event


def _words(*texts):
    return {word for text in texts for word in normalise(text).split()}
