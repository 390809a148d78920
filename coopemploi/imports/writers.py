"""Tables of records as files: every one of them can be imported again."""

import csv
import io
import tempfile

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.teletype import addTextToElement
from odf.text import P
from openpyxl import Workbook
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
EXAMPLE_FONT = Font(italic=True, color="5A6665")
WIDE, NARROW = 34, 18

REFERENCE_HELP = (
    "Laissez vide pour créer une fiche. Pour en modifier une, gardez la réf telle que l'export la "
    "donne : c'est la fin de l'adresse de sa page."
)
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
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for position, header in enumerate(headers, start=1):
        cell = sheet.cell(1, position)
        _write_text(cell, header)
        cell.font, cell.fill = Font(bold=True), HEADING
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(position)].width = (
            WIDE if position > 1 and not (choices and choices[position - 1]) else NARROW
        )
    sheet.freeze_panes = "B2"
    for line, row in enumerate([example, *rows] if example else rows, start=2):
        for position, text in enumerate(row, start=1):
            if text:
                cell = sheet.cell(line, position)
                _write_text(cell, text)
                if example and line == 2:
                    cell.font = EXAMPLE_FONT
    _add_lists(book, sheet, choices)
    if help_lines:
        _add_help(book, help_lines)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    book.save(file)
    file.seek(0)
    return file


def _write_text(cell, text):
    """Text whatever it looks like: "=1+1" is no formula."""
    cell.value = printable(text)[:LONGEST_CELL]
    cell.data_type = "s"


def _add_lists(book, sheet, choices):
    """Drop-downs. A value out of the list is accepted: several terms fit in one cell."""
    if not any(choices):
        return
    lists = book.create_sheet("Listes")
    lists.sheet_state = "hidden"
    place = 0
    for position, values in enumerate(choices, start=1):
        if not values:
            continue
        place += 1
        for line, value in enumerate(values, start=1):
            _write_text(lists.cell(line, place), value)
        letter = get_column_letter(place)
        rule = DataValidation(
            "list",
            formula1=f"Listes!${letter}$1:${letter}${len(values)}",
            allow_blank=True,
            showErrorMessage=False,
        )
        column = get_column_letter(position)
        rule.add(f"{column}2:{column}{max(LISTED_ROWS, sheet.max_row)}")
        sheet.add_data_validation(rule)


def _add_help(book, lines):
    sheet = book.create_sheet("Aide")
    sheet.column_dimensions["A"].width = 30
    sheet.column_dimensions["B"].width = 100
    for line, cells in enumerate(lines, start=1):
        for position, text in enumerate(cells, start=1):
            cell = sheet.cell(line, position)
            _write_text(cell, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if position == 1 or len(cells) == 1:
                cell.font = Font(bold=len(cells) > 1)


def ods_file(headers, rows, title="Fiches"):
    document = OpenDocumentSpreadsheet()
    table = Table(name=title)
    document.spreadsheet.addElement(table)
    for cells in (headers, *rows):
        row = TableRow()
        for text in cells:
            cell = TableCell(valuetype="string") if text else TableCell()
            for line in printable(text).splitlines() if text else ():
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


def help_of(columns):
    """The lines of the sheet « Aide »."""
    lines = [(line,) for line in HOW_TO]
    lines += [("",), ("Colonne", "Ce qu'on y écrit"), ("réf", REFERENCE_HELP)]
    for column in columns:
        told = ["Obligatoire."] if column.is_required else []
        told.append(column.help.strip())
        if column.choices:
            told.append(f"Valeurs : {', '.join(column.choices)}.")
        lines.append((column.label, " ".join(filter(None, told))))
    return lines
