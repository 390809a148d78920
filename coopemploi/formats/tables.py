"""A list as a table: CSV for everyone, XLSX for spreadsheets."""

import csv
import tempfile

from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

SEPARATOR = " | "
# French Excel reads a semicolon, and UTF-8 only after a byte order mark.
DELIMITER, BYTE_ORDER_MARK = ";", "\ufeff"
# What a spreadsheet would take for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ABOUT_SHEET = "Source et licence"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Echo:
    """A file that gives back what it is asked to write."""

    def write(self, text):
        return text


def flat(value):
    """A value that fits in a cell: str, number or date."""
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case list():
            return SEPARATOR.join(value)
    return value


def harmless(value):
    """No text is a formula; a negative number stays a number."""
    value = flat(value)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def csv_response(export):
    response = StreamingHttpResponse(csv_lines(export), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, export.file_name("csv"))
    return response


def csv_lines(export):
    writer = csv.writer(Echo(), delimiter=DELIMITER)
    yield BYTE_ORDER_MARK + writer.writerow(export.all_columns)
    for record in export.stream():
        yield writer.writerow([harmless(value) for value in export.row(record).values()])


def xlsx_response(export):
    """Written to the disk first: a workbook is a zip, its table of contents comes last."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    workbook(export).save(file)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=export.file_name("xlsx"), content_type=XLSX_TYPE
    )


def workbook(export):
    book = Workbook(write_only=True)
    sheet = book.create_sheet(export.title[:31])
    sheet.freeze_panes = "B2"
    sheet.append([text_cell(sheet, header) for header in export.all_columns])
    for record in export.stream():
        sheet.append([xlsx_cell(sheet, value) for value in export.row(record).values()])
    about = book.create_sheet(ABOUT_SHEET)
    for line in export.about:
        about.append([text_cell(about, text) for text in line])
    return book


def xlsx_cell(sheet, value):
    value = flat(value)
    return text_cell(sheet, value) if isinstance(value, str) else value


def text_cell(sheet, text):
    """Text whatever it looks like: openpyxl would read "=1+1" as a formula, "#N/A" as an error."""
    if not text.startswith(("=", "#")):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
