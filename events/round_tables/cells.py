"""What a cell holds, as items: one a bullet, a line or a paragraph, words untouched."""

import re
from dataclasses import dataclass

from coopemploi.search.text import normalise

SHORT, MEDIUM = "short", "medium"

_SIGNS = "•▪▸►●○◦‣⁃■□➢➤❖✓✔✅➔⮚◆◾▶\uf0b7\uf0a7\uf0d8"
_START = re.compile(
    rf"(?P<sign>[{_SIGNS}·]|[-–—](?!\d)|[*+>](?=\s)|=>|⇒|→|->|\bo(?=\s+[A-ZÀ-Ý]))\s*|"
    r"(?P<number>(?:\d{1,2}|[a-h])[.)°](?=\s|[A-ZÀ-Ý])[)]?|\(\d\)(?=\s))\s*"
)
_ANYWHERE = re.compile(rf"[{_SIGNS}]|(?<=\s)·(?=\s)")
_NUMBER = re.compile(r"(?:(?<=\s)|^)(?:\()?(\d{1,2})[.)°]\)?\s+(?=\S)")
_LEADING_ON = re.compile(
    r"(?:\b(?:de|du|des|d|le|la|les|l|un|une|à|au|aux|en|et|ou|pour|par|sur|avec|dans|chez|dont|"
    r"que|qui|ce|cette|ces|leur|leurs|notre|nos|sans|vers|entre)|['’(«])$",
    re.I,
)
_HORIZON = re.compile(
    r"(?:à\s|a\s)?(?P<term>court|moyen|long)[\s-]terme\s*(?:$|[:–—-]+\s*|\)\s*)|"
    r"(?P<short>CT|MT)\s*:\s*",
    re.I,
)
_NOTHING = frozenset(
    ["", "x", "ras", "r a s", "neant", "n a", "na", "nc", "n c", "aucun", "aucune"]
)
_DASHES = "-–—*+>"
LONGEST_LABEL = 60
# A shorter line that goes on in lower case may as well be an item of a list.
LINE_THAT_WRAPS = 45


@dataclass(frozen=True)
class Item:
    text: str
    horizon: str = ""
    label: str = ""  # what announced the term, « À court terme : »

    @property
    def as_written(self):
        return f"{self.label} {self.text}" if self.label else self.text


@dataclass
class _Piece:
    text: str
    is_bullet: bool


def read_items(cell, horizon=""):
    """The Items of a cell's text; see `grid.plain`."""
    items, label = [], ""
    for piece in _joined(list(_split(cell))):
        text = piece.text
        if announced := _HORIZON.match(text):
            term = (announced["term"] or announced["short"]).lower()
            horizon = {"court": SHORT, "ct": SHORT, "moyen": MEDIUM, "mt": MEDIUM}.get(term, "")
            label = f"{label} {announced[0].strip()}".strip()
            text = text[announced.end() :]
        text = _bare(text)
        if normalise(text) in _NOTHING:
            continue
        items.append(Item(text, horizon, label))
        label = ""
    if label:  # a term with nothing under it
        items.append(Item(label, horizon)) if not items else None
    return items


def read_line(line):
    """What a line typed as one item says, without its bullet or its number; "" for nothing."""
    text = " ".join(line.split())
    while start := _START.match(text):
        text = text[start.end() :]
    text = _bare(text)
    return "" if normalise(text) in _NOTHING else text


def _bare(text):
    while (start := _START.match(text)) and start["sign"]:
        text = text[start.end() :]
    return text.strip().rstrip(";,").rstrip()


def _split(cell):
    lines = [line for line in cell.split("\n") if line.strip()]
    style = _style(lines)
    pieces = []
    for line in (line.strip() for line in lines):
        pieces += _of_line(line, line[0] if line[0] in _DASHES else style)
    if not any(piece.is_bullet for piece in pieces):
        pieces = [
            _Piece(part.strip(), is_bullet=index > 0)
            for piece in pieces
            for index, part in enumerate(_outside(piece.text, re.compile(";")))
        ]
    return [piece for piece in pieces if piece.text.strip(" -–—•.;,/_")]


def _style(lines):
    """The dash, star or plus with which the first line begins, if it does."""
    starting = [line.strip()[:1] for line in lines]
    if starting and starting[0] in _DASHES:
        return starting[0]
    return next((sign for sign in _DASHES if starting.count(sign) > 1), "")


def _of_line(line, style):
    """The bullets of a line, however they were run together."""
    cuts = {match.start() for match in _ANYWHERE.finditer(line)}
    cuts |= _numbered(line)
    shut = _shut(line)
    cuts |= {at for at in _dashes(line, style) if not shut[at]}
    positions = sorted({0, *cuts})
    for start, end in zip(positions, [*positions[1:], len(line)], strict=True):
        text = line[start:end].strip()
        mark = _START.match(text)
        is_bullet = bool(mark) and (start in cuts or start == 0)
        if is_bullet and (start in cuts or mark["sign"] or start == 0):
            text = text[mark.end() :].strip()
        yield _Piece(text, is_bullet)


def _dashes(line, style):
    tight = {m.start() for m in re.finditer(r"(?<=\s)[-–](?=[A-Za-zÀ-ÿ«“])", line)}
    # « Directrice -adjointe » is a slip, « -Réécriture … -Étude » a list.
    glued = {m.start() for m in re.finditer(r"(?<=[.;:!?)])-(?=\s?[A-Za-zÀ-ÿ«“])", line)}
    spaced = {m.start(): m[0] for m in re.finditer(r"(?<=\s)[-–—*+>](?=\s+\S)", line)}
    found = tight | glued
    if style:
        found |= {at for at, sign in spaced.items() if sign == style}
        found |= {m.start() for m in re.finditer(r"(?<=[\wÀ-ÿ])-(?=\s(?!et\b|ou\b)\w)", line)}
        if re.match(rf"{re.escape(style)}\d", line):
            found |= {m.start() for m in re.finditer(rf"(?<=\s){re.escape(style)}(?=\d)", line)}
    else:
        dashes = {at: sign for at, sign in spaced.items() if sign in "-–—"}
        found |= {at for at in dashes if line[:at].rstrip()[-1:] in ".;:?!"}
        listed = [at for at in dashes if re.match(r".\s+[A-ZÀ-Ý]", line[at:])]
        if len(listed) > 1 and len(listed) == len(dashes):
            found |= set(listed)
    return found


def _numbered(line):
    found, wanted = set(), 1
    for match in _NUMBER.finditer(line):
        if int(match[1]) == wanted:
            found.add(match.start())
            wanted += 1
    return found if len(found) > 1 else set()


def _shut(line):
    """For each place of a line, whether it is between brackets or quotation marks."""
    opening = {")": "(", "]": "[", "»": "«", "”": "“"}
    shut = [False] * len(line)
    waited, inside = [], 0
    for position, char in enumerate(line):
        if char in opening.values():
            waited.append(position)
        elif char in opening and waited:
            # What never closes (a slip) shuts nothing.
            while waited and line[waited[-1]] != opening[char]:
                waited.pop()
            if waited:
                start = max(waited.pop(), inside)
                shut[start:position] = [True] * (position - start)
                inside = position
    return shut


def _outside(text, separator):
    shut = _shut(text)
    start = 0
    for match in separator.finditer(text):
        if not shut[match.start()]:
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]


def _joined(pieces):
    """Lines that a wrap or a page break cut, made whole."""
    found = []
    for piece in pieces:
        last = found[-1] if found else None
        if last is not None and not piece.is_bullet and _goes_on(last.text, piece.text):
            last.text = f"{last.text} {piece.text}"
        else:
            found.append(_Piece(piece.text, piece.is_bullet))
    return found


def _goes_on(before, text):
    if _HORIZON.match(text) or _HORIZON.fullmatch(before):
        return False
    if before.endswith(":"):
        return len(before) <= LONGEST_LABEL
    if before.count("(") > before.count(")") or _LEADING_ON.search(before):
        return True
    if text[:1] in "([" or text[:1] in ":;,)»":
        return True
    if before.endswith(","):
        return text[:1].islower()
    return text[:1].islower() and before[-1:] not in ".!?…:;" and len(before) >= LINE_THAT_WRAPS
