"""Files that people send, as rows of texts: CSV, XLSX, ODS. Nothing in them is executed.

Pure: knows no model. Whatever cannot be read is an `UnreadableFileError`, in French.
"""

import csv
import datetime
import io
import re
import zipfile
from collections import Counter
from contextlib import contextmanager
from itertools import groupby, islice
from operator import itemgetter

from defusedxml import DefusedXmlException, ElementTree
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from ..formats.printable import printable
from ..formats.tables import FORMULA_STARTS

MOST_BYTES = 10 * 1024 * 1024
MOST_UNCOMPRESSED_BYTES = 100 * 1024 * 1024
MOST_ROWS = 10_000
MOST_LINES = 2 * MOST_ROWS  # of a sheet, those that say nothing included
MOST_COLUMNS = 200
HEADER_ROWS = 10  # the headers stand among the first ones
DELIMITERS = ";,\t"
SAMPLE_ROWS = 30

# What a spreadsheet writes instead of a value that it could not compute.
NOT_COMPUTED = "#CALCUL!"
CALCULATION_ERROR = re.compile(r"#(?:N/A|[A-ZÉ0-9/]+[!?])")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_SHEET = "Ce fichier n'est pas un tableau. Envoyez un fichier CSV, XLSX ou ODS."
_DAMAGED = (
    "Ce classeur est abîmé : ouvrez-le dans votre tableur, enregistrez-le de nouveau, "
    "puis renvoyez-le."
)
_LOCKED = "Ce classeur est protégé par un mot de passe : enlevez-le, puis renvoyez le fichier."
_OLD = (
    "Ce fichier est un ancien classeur Excel (.xls) : ouvrez-le, choisissez « Enregistrer sous », "
    "« Classeur Excel (.xlsx) », puis renvoyez-le."
)
# Tags of bounded length: a file made by hand could make the search quadratic.
_MERGED = re.compile(rb'<(?:\w{1,9}:)?mergeCell\s[^>]{0,99}?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_ROW = re.compile(rb'<(?:\w{1,9}:)?row\s[^<>]{0,999}?\br="(\d{1,12})"')
_SAID = re.compile(rb"<(?:\w{1,9}:)?(?:v|is)[\s>]")
# Of a format of number, what stands as it is: the sign of « 0" %" » is only drawn.
_QUOTED = re.compile(r'"[^"]*"|\\.')
_UNCOMPUTED = re.compile(
    rb'<(?:\w{1,9}:)?c\s[^>]{0,99}?r="([A-Z]+\d+)"[^>]{0,99}>\s{0,9}'
    rb"<(?:\w{1,9}:)?f(?:\s[^>]{0,200})?(?:/>|>[^<]*</(?:\w{1,9}:)?f>)\s{0,9}"
    rb"(?:<(?:\w{1,9}:)?v\s?/>|<(?:\w{1,9}:)?v></(?:\w{1,9}:)?v>)?\s{0,9}</(?:\w{1,9}:)?c>"
)


class UnreadableFileError(ValueError):
    """A file that cannot be imported, and what to do about it."""


def read_rows(content, sheet=""):
    """[(line, [text, …])] of the rows that say something, in the order of the file.

    Of a workbook, the sheet of that name, or the first that has any. Raise
    UnreadableFileError.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableFileError("Ce fichier dépasse 10 Mo : coupez-le en plusieurs.")
    if not content.strip():
        raise UnreadableFileError("Ce fichier est vide.")
    if content.startswith(_OLE):
        is_locked = "EncryptedPackage".encode("utf-16-le") in content
        raise UnreadableFileError(_LOCKED if is_locked else _OLD)
    is_workbook = content.startswith(b"PK")
    rows = []
    for line, cells in _read_archive(content, sheet) if is_workbook else _read_csv(content):
        texts = [_text_of(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        if len(texts) > MOST_COLUMNS:
            raise UnreadableFileError(
                f"La ligne {line} a plus de {MOST_COLUMNS} colonnes : enlevez celles qui ne "
                "servent pas."
            )
        rows.append((line, texts))
        if len(rows) > MOST_ROWS + HEADER_ROWS:
            raise UnreadableFileError(
                "Ce fichier a plus de 10 000 lignes : coupez-le en plusieurs."
            )
    if not rows:
        raise UnreadableFileError("Ce fichier ne contient aucune ligne.")
    return rows


def sheet_names(content):
    """The names of the sheets of a workbook that say something; none of what is no workbook.

    Raise UnreadableFileError.
    """
    if not content.startswith(b"PK") or len(content) > MOST_BYTES:
        return []
    with _damage_told():
        return [
            name
            for name, rows in _sheets_of(content)
            if any(any(cells) for _, cells in islice(rows, MOST_ROWS))
        ]


def harmless_reversed(text):
    """A text without the apostrophe that keeps a spreadsheet from reading a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def _text_of(cell):
    match cell:
        case None:
            return ""
        case bool():
            return "oui" if cell else "non"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime.datetime() if cell.time() == datetime.time():
            return f"{cell:%d/%m/%Y}"
        case datetime.datetime():
            return f"{cell:%d/%m/%Y %H:%M}"
        case datetime.date():
            return f"{cell:%d/%m/%Y}"
        case datetime.time():
            return f"{cell:%H:%M}"
    text = printable(str(cell)).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return harmless_reversed(text.strip())


# CSV


def _read_csv(content):
    text = _decode(content)
    # Control characters: a picture, a PDF, a program.
    if re.search(r"[\x00-\x08\x0e-\x1f]", text) or content.startswith(b"%PDF"):
        raise UnreadableFileError(_NO_SHEET)
    if declared := re.match(r"sep=(.)\r?\n", text):
        delimiter = declared[1]
        text = text[declared.end() :]
    else:
        delimiter = _delimiter_of(text)
    ended = []
    reader = csv.reader(_lines_of(text, ended), delimiter=delimiter)
    first = 1 + bool(declared)
    line = first
    try:
        for cells in reader:
            if ended:  # the row wanted more: all that follows its quote is in its last cell
                swallowed = len(list(_lines_of(cells[-1], []))) or 1
                raise UnreadableFileError(
                    f"Ligne {first + reader.line_num - swallowed} : un guillemet y est ouvert et "
                    "jamais refermé, tout ce qui suit serait une seule case. Fermez-le, ou "
                    "enlevez-le, puis renvoyez le fichier."
                )
            yield line, cells
            line = first + reader.line_num
    except csv.Error as error:
        raise UnreadableFileError(
            f"Ligne {line} : ce texte n'est pas compris. Un guillemet est-il resté ouvert ?"
        ) from error


def _lines_of(text, ended):
    """The lines of a text; say in `ended` that one more was asked for."""
    yield from io.StringIO(text, newline="")
    ended.append(True)


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content[1:40:2].count(0) > content[:40:2].count(0):
        encoding = "utf-16-le"
    elif content[:40:2].count(0) > 0:
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    for tried in (encoding, "cp1252"):
        try:
            return content.decode(tried)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(_NO_SHEET)


def _delimiter_of(text):
    """The separator that cuts the most of the first rows, then the most alike."""

    def score(delimiter):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = Counter(len(cells) for cells in islice(reader, SAMPLE_ROWS) if len(cells) > 1)
        except csv.Error:
            return 0, 0, 0
        usual, count = widths.most_common(1)[0] if widths else (0, 0)
        return widths.total(), count, usual

    return max(DELIMITERS, key=score)


# Workbooks


def _read_archive(content, wanted):
    with _damage_told():
        for name, rows in _sheets_of(content):
            says_something = False
            for line, cells in rows if wanted in ("", name) else ():
                says_something |= any(cells)
                yield line, cells
            if says_something:
                return
        if wanted:
            raise UnreadableFileError(f"Ce classeur n'a pas de feuille « {wanted} ».")


@contextmanager
def _damage_told():
    try:
        yield
    except UnreadableFileError:
        raise
    # What the libraries raise at a file made by hand has no common class.
    except Exception as error:
        raise UnreadableFileError(_DAMAGED) from error


def _sheets_of(content):
    """(name, rows) of the sheets of a workbook, each to be read before the next."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    names = set(archive.namelist())
    if sum(entry.file_size for entry in archive.infolist()) > MOST_UNCOMPRESSED_BYTES:
        raise UnreadableFileError(
            "Ce classeur prend trop de place une fois ouvert (100 Mo au plus) : enlevez ses "
            "images et ses feuilles inutiles."
        )
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        raise UnreadableFileError(_LOCKED)
    if "xl/workbook.xml" in names:
        yield from _xlsx_sheets(content, archive)
    elif "content.xml" in names:
        yield from _ods_sheets(archive)
    else:
        raise UnreadableFileError(_NO_SHEET)


def _xlsx_sheets(content, archive):
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in visible or book.worksheets:
        yield sheet.title, _xlsx_rows(sheet, archive)
    book.close()


def _xlsx_rows(sheet, archive):
    sheet.reset_dimensions()  # those that the file declares may be wrong
    raw = archive.read(sheet._worksheet_path)
    uncomputed = {_place(match) for match in _UNCOMPUTED.findall(raw)}
    rows = (
        (line, [NOT_COMPUTED if (line, n) in uncomputed else cell for n, cell in cells])
        for line, cells in (
            (line, enumerate(cells, start=1))
            for line, cells in enumerate(_xlsx_values(sheet, raw), start=1)
        )
    )
    merged = [range_boundaries(found.decode()) for found in _MERGED.findall(raw)]
    yield from _unmerged(rows, merged)


def _xlsx_values(sheet, raw):
    """The values of the lines of a sheet, but for those that are numbered too far.

    Every line that a sheet skips is made, empty: one cell drawn at the very end, as people do
    without seeing it, makes a million of them.
    """
    far = next((row for row in _ROW.finditer(raw) if int(row[1]) > MOST_LINES), None)
    for cells in sheet.iter_rows(max_row=far and MOST_LINES, max_col=MOST_COLUMNS + 1):
        yield [
            _percentage(cell.value)
            if type(cell.value) in (int, float) and "%" in _QUOTED.sub("", cell.number_format)
            else cell.value
            for cell in cells
        ]
    # Once there: a sheet of which only the first lines are looked at may be that long.
    if far and _SAID.search(raw, far.start()):
        raise UnreadableFileError(
            f"Ce classeur va jusqu'à la ligne {int(far[1])} : 20 000 au plus, lignes vides "
            "comprises. Rapprochez ce qui est plus bas, ou coupez-le en plusieurs."
        )


def _percentage(number):
    """As the spreadsheet shows it: it holds 0.4 for « 40 % »."""
    return f"{number * 100:.10g} %".replace(".", ",")


def _place(reference):
    column, row, _, _ = range_boundaries(reference.decode())
    return row, column


def _unmerged(rows, merged):
    """The value of merged cells, at each of their rows: only the first one holds it.

    Those merged across columns are titles: their value stays in the first column.
    """
    starting = {}
    for column, first, last_column, last in merged:
        if last > first and last_column == column <= MOST_COLUMNS:
            starting[first, column] = last
    going = {}  # column: (last row, value)
    for line, cells in rows:
        cells = list(cells)
        for column, (last, value) in going.items():
            if line <= last and column <= len(cells):
                cells[column - 1] = value
        for column, value in enumerate(cells, start=1):
            if (line, column) in starting:
                going[column] = (starting[line, column], value)
        yield line, cells


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def _ods_sheets(archive):
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnreadableFileError(_LOCKED)
    if b"spreadsheet" not in archive.read("mimetype"):
        raise UnreadableFileError(_NO_SHEET)
    with archive.open("content.xml") as file:
        try:
            for name, rows in groupby(_ods_rows(file), key=itemgetter(0)):
                yield name, ((line, cells) for _, line, cells in rows)
        except (ElementTree.ParseError, DefusedXmlException) as error:
            raise UnreadableFileError(_DAMAGED) from error


def _ods_rows(file):
    """(name of the sheet, line, cells) of the rows that say something."""
    depth = 0  # a table may stand in a cell of another
    for event, element in ElementTree.iterparse(file, events=("start", "end")):
        if element.tag == _TABLE + "table":
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                name, line, merged = element.get(_TABLE + "name", ""), 1, {}
        elif element.tag == _TABLE + "table-row" and event == "end":
            cells = _ods_cells(element, line, merged)
            repeated = int(element.get(_TABLE + "number-rows-repeated", 1))
            for offset in range(min(repeated, MOST_ROWS + 20) if any(cells) else 0):
                yield name, line + offset, cells
            line += repeated
            element.clear()


def _ods_cells(row, line, merged):
    cells = []
    for cell in row:
        if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            continue
        value = _ods_value(cell)
        spanned = int(cell.get(_TABLE + "number-rows-spanned", 1))
        if spanned > 1:
            merged[len(cells)] = (line + spanned - 1, value)
        elif cell.tag == _TABLE + "covered-table-cell":
            last, above = merged.get(len(cells), (0, ""))
            value = above if line <= last else ""
        repeated = int(cell.get(_TABLE + "number-columns-repeated", 1))
        cells += [value] * min(repeated, MOST_COLUMNS + 1 - len(cells))
    return cells


def _ods_value(cell):
    kind = cell.get(_OFFICE + "value-type")
    if kind == "date":
        written = cell.get(_OFFICE + "date-value", "")
        return datetime.datetime.fromisoformat(written)
    if kind == "boolean":
        return cell.get(_OFFICE + "boolean-value") == "true"
    if kind in ("float", "percentage", "currency"):
        number = float(cell.get(_OFFICE + "value"))
        return _percentage(number) if kind == "percentage" else number
    paragraphs = [_ods_text(part) for part in cell if part.tag == _TEXT + "p"]
    text = "\n".join(paragraphs)
    return NOT_COMPUTED if not text and cell.get(_TABLE + "formula") else text


def _ods_text(element):
    """The text of a paragraph: runs of spaces, tabs and line breaks are elements."""
    parts = [element.text or ""]
    for part in element:
        match part.tag.removeprefix(_TEXT):
            case "s":
                parts.append(" " * min(int(part.get(_TEXT + "c", 1)), 1000))
            case "tab":
                parts.append("\t")
            case "line-break":
                parts.append("\n")
            case _:
                parts.append(_ods_text(part))
        parts.append(part.tail or "")
    return "".join(parts)
