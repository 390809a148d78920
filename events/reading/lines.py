"""Plain text as blocks: e-mails, notes, slides, and tables pasted from a spreadsheet."""

import re
from dataclasses import replace
from itertools import zip_longest

from .blocks import BULLET, CELL, HEADING, ITEM, PARAGRAPH, Block, line_block, squeeze

_MARKED_HEADING = re.compile(r"#{1,6}\s(?P<text>.*\w.*?)[\s#]*$")
_EMPHASIS = re.compile(r"(\*\*|__|(?<!\w)\*(?=\w))([^*_]+?)\1(?!\w)")
_QUOTED_LINE = re.compile(r"^(?:>[ \t]?)+")
_MAIL_HEADER = re.compile(
    r"^(?:De|From|À|A|To|Cc|Cci|Envoyé|Date|Sent|Objet|Subject|Répondre à|Pièces? jointes?)\s?:",
    re.I,
)
_MAIL_SUBJECT = re.compile(r"^(?:Objet|Subject)\s?:\s*(?:(?:TR|RE|FW|FWD|Tr|Re)\s?:\s*)*(.+)", re.I)
_HEADING_WORDS = re.compile(
    r"^(?:atelier|table[- ]ronde|axe|s[ée]quence|session|pl[ée]ni[eè]re|partie|th[eè]me|"
    r"d[ée]cisions?|actions?|bilan|objectifs?|suites|conclusions?|pr[ée]sents?|intervenants?)\b",
    re.I,
)
_SENTENCE_ENDS = '.!?…:;»”"'


def read_text(source):
    """(blocks, subject of the e-mail) of a text."""
    lines = re.split(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", source)
    if sum(line.startswith(">") for line in lines) * 3 > len([each for each in lines if each]):
        lines = [_QUOTED_LINE.sub("", line) for line in lines]
    reader = _Lines(_is_hard_wrapped(lines))
    for line in lines:
        reader.read(line)
    return _with_headings(reader.blocks), reader.subject


class _Lines:
    """Blocks of lines, read one after the other."""

    def __init__(self, wrapped):
        self.blocks, self.subject = [], ""
        self._wrapped = wrapped
        self._row = 0
        self._blank = True
        self._in_signature = self._in_row = False

    def read(self, raw):
        line = squeeze(raw)
        if not line:
            self._blank = True
            return
        if line in {"--", "-- "}:
            self._in_signature = True
        elif raw.startswith(">"):
            self._in_signature = False
        is_row = "\t" in raw.strip()
        if is_row or (self._in_row and "\x1e" in raw):
            self._row += is_row
            self._in_row = True
            self.blocks += _cells(raw, self._row)
            self._blank = False
        elif title := _MARKED_HEADING.match(line):
            self.blocks.append(Block(title["text"], HEADING, follows_blank=self._blank))
            self._blank = True
        else:
            self._read_words(_EMPHASIS.sub(r"\2", line))

    def _read_words(self, line):
        is_at_top = len(self.blocks) < 12  # where an e-mail has its headers
        mail = is_at_top and _MAIL_SUBJECT.match(line)
        if mail:
            self.subject = mail[1]
        self._in_row = False
        block = line_block(line.replace("\x1e", " "), self._blank)
        if not block.text:
            return
        if mail:  # the title of the message
            block = replace(block, text=mail[1], is_around=False)
        elif self._in_signature or (is_at_top and _MAIL_HEADER.match(line)):
            block = replace(block, is_around=True)
        last = self.blocks[-1] if self.blocks else None
        if last and not self._blank and _goes_on(last, block, line, self._wrapped):
            self.blocks[-1] = replace(last, text=f"{last.text} {block.text}")
        else:
            self.blocks.append(block)
        self._blank = False


def _is_hard_wrapped(lines):
    written = [len(line) for line in lines if line.strip()]
    long = sum(size > 50 for size in written)
    return len(written) > 3 and max(written) <= 100 and long * 3 > len(written)


def _goes_on(last, block, line, wrapped):
    """Is a line the rest of the paragraph of the one before?"""
    if last.is_around or block.is_around or last.kind == CELL or block.kind == ITEM:
        return False
    if line[0].islower():
        return last.text[-1] not in ".!?…:" and (wrapped or len(last.text) > 45)
    return wrapped and len(last.text) > 45 and last.text[-1] not in '.!?…:;»"”'


def _cells(raw, row):
    for column, cell in enumerate(raw.split("\t")):
        for part in cell.split("\x1e"):
            text = squeeze(part)
            if text and text != "--":
                bullet = BULLET.match(text)
                text = text[bullet.end() :].strip() if bullet else text
                if text:
                    yield Block(text, CELL, row=row, column=column)


def _with_headings(blocks):
    """Guess which lines are titles, where nothing marks them."""
    guessed = [_is_heading(*each, blocks, n) for n, each in enumerate(_with_next(blocks))]
    found = []
    for (block, following), is_title, is_title_next in zip_longest(
        _with_next(blocks), guessed, guessed[1:]
    ):
        # Lines of a slide, one under the other: no title is without anything under it, nor
        # straight under words that no sentence ends.
        is_last = following is None or following.follows_blank or is_title_next
        above = found[-1] if found and not block.follows_blank else None
        is_under_words = above and above.kind == PARAGRAPH and above.text[-1] not in _SENTENCE_ENDS
        is_bare = above and (is_last or is_under_words)
        is_kept = is_title and (_is_surely_title(block) or not is_bare)
        found.append(replace(block, kind=HEADING) if is_kept else block)
    return found


def _with_next(blocks):
    return zip_longest(blocks, blocks[1:])


def _is_surely_title(block):
    text = block.text
    return (
        block.kind in {HEADING, ITEM}
        or (text.isupper() and " " in text)
        or text.endswith((":", "?"))
        or bool(_HEADING_WORDS.match(text))
    )


def _is_heading(block, following, blocks, index):
    text = block.text
    if block.kind == HEADING:
        return True
    if block.kind == CELL or block.is_around or len(text) > 160:
        return False
    if following is None or text[-1] in ',;»"”' or text[0] in '«"“(' or " : «" in text:
        return False
    if block.is_numbered:
        before = blocks[index - 1] if index else None
        alone = not following.is_numbered and not (before and before.is_numbered)
        return alone and (block.follows_blank or following.kind != ITEM) and len(text) <= 160
    if block.kind == ITEM:
        # « - Le logement », whose question comes on the next line.
        return (
            len(text) < 40
            and text[-1] not in ".?!:"
            and following.text.endswith("?")
            and (following.kind == PARAGRAPH)
        )
    if text[-1] in ".!" or not text[0].isupper() or len(text) > 110:
        return False
    if text.isupper() and len(text) > 3:
        return True
    if _HEADING_WORDS.match(text) and len(text) < 90 and "(" not in text:
        # « Décisions : » and « Atelier 1 : Le financement », not « Présents : M. X ».
        said = text.split(":", 1)
        return len(said) == 1 or not said[1].strip() or bool(re.match(r"\w+ \d", said[0]))
    if text.endswith(":"):
        return len(text) < 60
    if text.endswith("?"):
        return len(text) < 45 and block.follows_blank
    return len(text) < 70 and ":" not in text and not re.search(r"\d{4}|, ", text)
