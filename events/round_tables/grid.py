"""A table of any form, as rows of texts: pasted, HTML, CSV or a workbook. Nothing is executed."""

import html
import re
from dataclasses import dataclass

from bs4 import BeautifulSoup

from coopemploi.imports.readers import UnreadableFileError, read_rows, sheet_names

MOST_BYTES = 10 * 1024 * 1024
MOST_CHARACTERS = 3_000_000
MOST_ROWS = 2_000
MOST_COLUMNS = 60
DELIMITERS = "\t;|,"

_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_NO_TABLE = (
    "Ce fichier n'est pas un tableau. Envoyez un fichier CSV, XLSX, ODS ou HTML, ou collez le "
    "tableau depuis votre tableur."
)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_SPACES = re.compile(r"[ \t\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINES = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]|_x000D_")
_DRAWN = re.compile(r"[\s\-–—_=:*.+~|]*")

_BREAKING = "p|div|ul|ol|h[1-6]|table|thead|tbody|tr|blockquote|section|article|pre|dl|dt|dd"
_INLINE = (
    "span|b|i|u|em|strong|a|font|sup|sub|small|s|del|ins|img|code|center|label|abbr|mark|cite|q|"
    "o:p|html|body|big|tt|figure|colgroup|col|iframe|object|embed|svg|input|button"
)
_BREAK = re.compile(rf"</?(?:{_BREAKING}|br|hr)\b[^<>]*>|</(?:td|th|li)\s*>", re.I)
_ITEM = re.compile(r"<li\b[^<>]*>", re.I)
_CELL = re.compile(r"<(?:td|th)\b[^<>]*>", re.I)
_TAG = re.compile(rf"</?(?:{_INLINE})(?=[\s/>])[^<>]*>|<!doctype[^<>]*>", re.I)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,5}|#x[0-9a-fA-F]{1,4});")


class UnreadableRoundTableError(ValueError):
    """What cannot be read as a tour de table, and what to do about it, in French."""


@dataclass(frozen=True)
class Row:
    """Cells of one row; `line` is where it begins in the source."""

    line: int
    cells: list[str]

    @property
    def is_drawn(self):
        """A line that only separates: « -- | --- »."""
        return all(_DRAWN.fullmatch(cell) for cell in self.cells)


def open_grids(source, sheet=""):
    """Every table of `source`, text or bytes: lists of Rows. Raise UnreadableRoundTableError.

    Of a workbook, each sheet, or the one called `sheet`.
    """
    if isinstance(source, bytes):
        if len(source) > MOST_BYTES:
            raise UnreadableRoundTableError("Ce fichier dépasse 10 Mo : gardez le seul tableau.")
        if source.startswith(_ARCHIVES):
            names = [sheet] if sheet else sheets_of(source)
            return [_of_workbook(source, name) for name in names or [""]]
        source = _decoded(source)
    text = _checked(source)
    if re.search(r"<table\b", text, re.I) and re.search(r"<tr\b", text, re.I):
        return _of_html(text)
    return [rows for delimiter in DELIMITERS if (rows := _of_text(text, delimiter))]


def plain(cell):
    """The text of a cell that may hold HTML; paragraphs are lines, items begin with « • »."""
    text = _LINES.sub("\n", cell)
    if "<" in text:
        text = _without(text, "<!--", "-->")
        for name in ("script", "style"):
            text = _without(text, f"<{name}", f"</{name}>")
        text = _ITEM.sub("\n• ", text)
        text = _CELL.sub(" ", _BREAK.sub("\n", text))
        text = _TAG.sub("", text)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    text = _INVISIBLE.sub("", _NOT_TEXT.sub("", text))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


def _without(text, opening, closing):
    """`text` without what stands from `opening` to `closing`, or to the end."""
    lowered = text.lower()
    parts, position = [], 0
    while (start := lowered.find(opening, position)) >= 0:
        parts.append(text[position:start])
        end = lowered.find(closing, start)
        if end < 0:
            position = len(text)
            break
        position = end + len(closing)
    parts.append(text[position:])
    return " ".join(parts)


# Encodings


def _decoded(data):
    if data.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise UnreadableRoundTableError(_NO_TABLE)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "replace")
    for encoding, odd in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(data) > 3 and data[odd:400:2].count(0) * 2 > len(data[odd:400:2]):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # The one in which the text looks most French: Windows, an old Mac, old DOS.
    return max(
        (data.decode(encoding, "replace") for encoding in ("cp1252", "mac_roman", "cp850")),
        key=lambda text: sum(map(text.count, "éèêàçùôîâœÉÀ’«»")),
    )


def _checked(text):
    if len(text) > MOST_CHARACTERS:
        raise UnreadableRoundTableError("Ce texte est trop long : gardez le seul tableau.")
    controls = len(_NOT_TEXT.findall(text))
    if controls > 8 and controls * 50 > len(text):
        raise UnreadableRoundTableError(_NO_TABLE)
    if text.count("Ã©") + text.count("Ã¨") + text.count("Ã ") > 1:
        text = _undone(text)
    # What is pasted may hold what no database takes.
    text = text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    if not text.strip(" \r\n\t\ufeff"):
        raise UnreadableRoundTableError("Ce fichier est vide : il n'y a rien à lire.")
    return text.lstrip("\ufeff")


def _undone(text):
    """UTF-8 once read as Windows text: « DÃ©fis »."""
    lines = []
    for line in text.split("\n"):
        for encoding in ("cp1252", "latin-1"):
            try:
                line = line.encode(encoding).decode("utf-8")
                break
            except UnicodeError:
                continue
        lines.append(line)
    return "\n".join(lines)


# Forms


def sheets_of(source):
    """The names of the sheets of a workbook that say something; none of what is no workbook."""
    try:
        return sheet_names(source)
    except UnreadableFileError as error:
        raise UnreadableRoundTableError(str(error)) from error


def _of_workbook(data, sheet):
    try:
        rows = read_rows(data, sheet)
    except UnreadableFileError as error:
        raise UnreadableRoundTableError(str(error)) from error
    _refuse_too_many(len(rows))
    return [Row(line, [plain(cell) for cell in cells]) for line, cells in rows]


def _of_text(text, delimiter):
    if delimiter not in text:
        return []
    if declared := re.match(r"sep=(.)\r?\n", text):
        text = text[declared.end() :]
    rows = []
    for line, cells in _pieces(_LINES.sub("\n", text), delimiter):
        if delimiter == "|" and len(cells) > 1:
            cells = cells[not cells[0].strip() : len(cells) - (not cells[-1].strip())]
        if len(cells) > MOST_COLUMNS:
            cells = [*cells[: MOST_COLUMNS - 1], delimiter.join(cells[MOST_COLUMNS - 1 :])]
        rows.append(Row(line, [plain(cell) for cell in cells]))
        _refuse_too_many(len(rows) // 4)  # a row may be written on several lines
    return rows


def _pieces(text, delimiter):
    """(line, pieces) of each line; what is well quoted may hold line breaks and delimiters."""
    position, line, pieces, began = 0, 1, [], 1
    end_of_piece = re.compile(f"[{re.escape(delimiter)}\n]")
    closed = re.compile(rf"[^\S\n{re.escape(delimiter)}]*(?:{re.escape(delimiter)}|\n|\Z)")
    while position <= len(text):
        quoted = _quoted(text, position, closed) if text[position : position + 1] == '"' else None
        if quoted:
            piece, position = quoted
            line += piece.count("\n")
        found = end_of_piece.search(text, position)
        end = found.start() if found else len(text)
        if not quoted:
            piece = text[position:end]
        pieces.append(piece)
        position = end + 1
        if not found or found[0] == "\n":
            yield began, pieces
            line += 1
            pieces, began = [], line


def _quoted(text, start, closed):
    """(what is between quotes, where they close), None when they are no CSV quotes."""
    position = start + 1
    limit = min(len(text), start + 100_000)
    while (at := text.find('"', position, limit)) >= 0:
        if text[at + 1 : at + 2] == '"':
            position = at + 2
            continue
        if not closed.match(text, at + 1):
            return None
        return text[start + 1 : at].replace('""', '"'), at + 1
    return None


def _of_html(text):
    soup = BeautifulSoup(text, "html.parser")
    for tag in soup.find_all(["script", "style", "noscript", "template", "iframe", "svg"]):
        tag.decompose()
    grids = []
    for table in soup.find_all("table"):
        rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
        _refuse_too_many(len(rows))
        if rows:
            grids.append((table, _spanned(rows)))
    # A table inside of a cell is read with its cell, unless the outer one only lays out.
    return [rows for _, rows in grids]


def _spanned(rows):
    """The rows of an HTML table, what spans several repeated in each."""
    going, found = {}, []  # column: (rows left, text)
    for line, row in enumerate(rows, start=1):
        cells, column = [], 0
        own = [cell for cell in row.find_all(["td", "th"]) if cell.find_parent("tr") is row]
        while own or column in going:
            if column in going:
                left, value = going.pop(column)
                cells.append(value)
                if left > 1:
                    going[column] = (left - 1, value)
                column += 1
                continue
            cell = own.pop(0)
            value = plain(cell.decode_contents())
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            for _ in range(across):
                if len(cells) >= MOST_COLUMNS:
                    break
                cells.append(value)
                if down > 1:
                    going[column] = (down - 1, value)
                column += 1
        found.append(Row(line, cells))
    return found


def _span(cell, name):
    written = str(cell.get(name, "1"))
    return max(1, min(int(written), MOST_COLUMNS)) if re.fullmatch(r"\d{1,4}", written) else 1


def _refuse_too_many(count):
    if count > MOST_ROWS:
        raise UnreadableRoundTableError(
            "Ce tableau a plus de 2 000 lignes : ce n'est pas un tour de table, ou il faut le "
            "couper en plusieurs."
        )
