"""Tables of records as files: every one of them can be imported again."""

import csv
import io
import tempfile
from itertools import zip_longest

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.teletype import addTextToElement
from odf.text import P
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from ..formats.printable import printable
from ..formats.tables import BYTE_ORDER_MARK, DELIMITER, XLSX_TYPE, harmless
from .columns import LONGEST_CELL
from .declarations import EXAMPLE

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
LISTED_ROWS = 1000  # of a template: those that have drop-downs
HEADING = PatternFill("solid", fgColor="E3EEEB")
WRAPPED = Alignment(wrap_text=True, vertical="top")
EXAMPLE_FONT = Font(italic=True, color="5A6665")
WIDE, NARROW = 34, 18
HELP_SHEET = "Aide"

HOW_TO = (
    "Une ligne par fiche. Les colonnes peuvent être dans n'importe quel ordre, et manquer : ce qui "
    "n'est pas dans le fichier n'est pas touché.",
    "Une case vide d'une colonne présente efface ce que la fiche disait.",
    f"La ligne marquée « {EXAMPLE} » n'est pas lue : vous pouvez la laisser.",
    "Rien n'est enregistré avant que vous n'ayez vu un aperçu, ligne par ligne.",
    "Un import enregistré se retire : les fiches redeviennent ce qu'elles étaient.",
)


def csv_file(headers, rows):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=DELIMITER)
    writer.writerow(headers)
    for row in rows:
        writer.writerow([harmless(printable(cell)) for cell in row])
    return io.BytesIO((BYTE_ORDER_MARK + text.getvalue()).encode())


def xlsx_file(headers, rows, title="Fiches", choices=(), help_lines=(), example=()):
    """A workbook; `choices` are the lists that columns propose, None for those without."""
    book = Workbook(write_only=True)  # a row at a time in memory
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    for position in range(1, len(headers) + 1):
        has_list = bool(choices and choices[position - 1])
        width = NARROW if has_list or position == 1 else WIDE
        sheet.column_dimensions[get_column_letter(position)].width = width
    heading = {"font": Font(bold=True), "fill": HEADING, "alignment": WRAPPED}
    sheet.append([_text_cell(sheet, header, **heading) for header in headers])
    if example:
        sheet.append([_text_cell(sheet, text, font=EXAMPLE_FONT) for text in example])
    for row in rows:
        sheet.append([_text_cell(sheet, text) for text in row])
    _add_lists(book, sheet, choices)
    if help_lines:
        _add_help(book, help_lines)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    book.save(file)
    file.seek(0)
    return file


def _text_cell(sheet, text, **style):
    """Text whatever it looks like: "=1+1" is no formula."""
    if not text:
        return None
    cell = WriteOnlyCell(sheet, printable(text)[:LONGEST_CELL])
    cell.data_type = "s"
    for name, value in style.items():
        setattr(cell, name, value)
    return cell


def _add_lists(book, sheet, choices):
    """Drop-downs. A value out of the list is accepted: several terms fit in one cell."""
    if not any(choices):
        return
    lists = book.create_sheet("Listes")
    lists.sheet_state = "hidden"
    listed = [(position, values) for position, values in enumerate(choices, start=1) if values]
    for row in zip_longest(*(values for _, values in listed)):
        lists.append([_text_cell(lists, value) for value in row])
    for place, (position, values) in enumerate(listed, start=1):
        letter = get_column_letter(place)
        rule = DataValidation(
            "list",
            formula1=f"Listes!${letter}$1:${letter}${len(values)}",
            allow_blank=True,
            showErrorMessage=False,
        )
        column = get_column_letter(position)
        rule.add(f"{column}2:{column}{LISTED_ROWS}")
        sheet.data_validations.append(rule)  # a write-only sheet has no method for it


def _add_help(book, lines):
    sheet = book.create_sheet(HELP_SHEET)
    sheet.column_dimensions["A"].width = 30
    sheet.column_dimensions["B"].width = 100
    for first, *others in lines:
        style = {"font": Font(bold=True), "alignment": WRAPPED} if others else {}
        cells = [_text_cell(sheet, text, alignment=WRAPPED) for text in others]
        sheet.append([_text_cell(sheet, first, **style), *cells])


def ods_file(headers, rows, title="Fiches"):
    document = OpenDocumentSpreadsheet()
    table = Table(name=title)
    document.spreadsheet.addElement(table)
    for cells in (headers, *rows):
        row = TableRow()
        for text in cells:
            cell = TableCell(valuetype="string") if text else TableCell()
            for line in printable(text).split("\n") if text else ():
                paragraph = P()
                addTextToElement(paragraph, line)
                cell.addElement(paragraph)
            row.addElement(cell)
        table.addElement(row)
    file = io.BytesIO()
    document.write(file)
    file.seek(0)
    return file


FORMATS = {
    "xlsx": ("Tableur (XLSX)", xlsx_file, XLSX_TYPE),
    "ods": ("Tableur libre (ODS)", ods_file, ODS_TYPE),
    "csv": ("Tableau de texte (CSV)", csv_file, "text/csv; charset=utf-8"),
}
# The library that writes it holds the whole document.
HELD_IN_MEMORY = {"ods"}


def help_of(columns, reference_help):
    """The lines of the sheet « Aide »."""
    lines = [(line,) for line in HOW_TO]
    lines += [("",), ("Colonne", "Ce qu'on y écrit"), ("réf", reference_help)]
    for column in columns:
        told = ["Obligatoire."] if column.is_required else []
        told.append(column.help.strip())
        if column.choices:
            told.append(f"Valeurs : {', '.join(column.choices)}.")
        lines.append((column.label, " ".join(filter(None, told))))
    return lines
