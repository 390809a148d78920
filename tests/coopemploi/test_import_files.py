"""Files that people send: what is read of them, and what is refused."""

import datetime
import io
import zipfile

import pytest
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook

from coopemploi.imports import mapping, readers, writers
from coopemploi.imports.readers import UnreadableFileError, read_rows

TEXT = "réf;titre;résumé\n;L'été à Évry;Deux phrases\n"
ROWS = [(1, ["réf", "titre", "résumé"]), (2, ["", "L'été à Évry", "Deux phrases"])]


def xlsx(*rows, prepare=lambda sheet: None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    prepare(book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx_of(sheets):
    """A workbook of {name: rows}; a name in capitals is a hidden sheet."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name.isupper() else "visible"
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def ods_of(sheets):
    document = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = Table(name=name)
        document.spreadsheet.addElement(table)
        for row in rows:
            line = TableRow()
            table.addElement(line)
            for text in row:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=text))
                line.addElement(cell)
    return ods(document)


def rewritten(content, change):
    """A zip with its files changed: `change` is a function of a name and a content."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return file.getvalue()


def ods(document):
    file = io.BytesIO()
    document.write(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_csv_is_read_in_the_encodings_of_spreadsheets(encoding):
    assert read_rows(TEXT.encode(encoding)) == ROWS


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_is_read_whatever_its_separator(separator):
    assert read_rows(TEXT.replace(";", separator).encode()) == ROWS


def test_csv_separator_may_be_declared():
    content = f"sep=|\n{TEXT.replace(';', '|')}"

    assert read_rows(content.encode()) == [(line + 1, cells) for line, cells in ROWS]


def test_csv_of_texts_with_commas_is_cut_at_its_semicolons():
    content = "titre;résumé\nA, b, c;d, e\nF;g, h, i, j\n"

    assert [cells for _, cells in read_rows(content.encode())][1] == ["A, b, c", "d, e"]


def test_csv_cell_of_several_lines_keeps_them_and_the_line_where_it_starts():
    content = 'titre;résumé\nA;"un\r\ndeux"\nB;c\n'

    assert read_rows(content.encode())[1:] == [(2, ["A", "un\ndeux"]), (4, ["B", "c"])]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('titre;résumé\nA;b\nC;"Le projet « Mobil\nD;e\nF;g\n', 3),
        ('titre;résumé\r\nA;"b\r\nc"\r\n"D;e\r\nF;g', 4),
        ('titre;résumé\n"A";"b\nc";"d\ne\n', 3),
        ('titre;résumé\nA;"', 2),
        ('sep=;\ntitre;résumé\nA;"b\nC;d\n', 3),
    ],
)
def test_csv_whose_quote_stays_open_is_refused_at_its_line(content, line):
    with pytest.raises(UnreadableFileError, match=f"^Ligne {line} : un guillemet"):
        read_rows(content.encode())


def test_csv_quotes_that_are_closed_or_within_a_cell_are_read():
    content = 'titre;résumé\nUn "bon" plan;"b"\n"c";"d ""e""" f'

    assert [cells for _, cells in read_rows(content.encode())[1:]] == [
        ['Un "bon" plan', "b"],
        ["c", 'd "e" f'],
    ]


def test_xlsx_gives_dates_numbers_and_booleans_as_people_write_them():
    content = xlsx([datetime.date(2021, 3, 5), 42, 1.5, True, None, datetime.time(14, 30), " x "])

    assert read_rows(content) == [(1, ["05/03/2021", "42", "1.5", "oui", "", "14:30", "x"])]


def test_xlsx_percentage_is_read_as_it_is_shown():
    def in_percents(sheet):
        for row in (1, 2, 3):
            sheet.cell(row, 1).number_format = "0.0%"

    content = xlsx([0.4], [0.125], [1], [0.4], prepare=in_percents)

    assert [cells for _, cells in read_rows(content)] == [["40 %"], ["12,5 %"], ["100 %"], ["0.4"]]


@pytest.mark.parametrize("number_format", ['0" %"', "0\\%"])
def test_xlsx_number_beside_a_drawn_percent_sign_stays_as_it_is(number_format):
    def draw(sheet):
        sheet.cell(1, 1).number_format = number_format

    assert read_rows(xlsx([40], prepare=draw)) == [(1, ["40"])]


def test_ods_percentage_is_read_as_it_is_shown_and_an_amount_as_a_number():
    document, table, row = OpenDocumentSpreadsheet(), Table(name="Feuille"), TableRow()
    document.spreadsheet.addElement(table)
    table.addElement(row)
    row.addElement(TableCell(valuetype="percentage", value="0.125"))
    price = TableCell(valuetype="currency", currency="EUR", value="15000")
    price.addElement(P(text="15 000,00 €"))
    row.addElement(price)

    assert read_rows(ods(document)) == [(1, ["12,5 %", "15000"])]


def test_xlsx_formula_gives_its_value_and_is_never_computed():
    content = xlsx(["titre", "n"], ["A", "=1+1"])
    computed = rewritten(content, lambda name, data: data.replace(b"<v />", b"<v>2</v>"))

    assert read_rows(computed)[1] == (2, ["A", "2"])
    assert read_rows(content)[1] == (2, ["A", readers.NOT_COMPUTED])


def test_xlsx_cells_merged_downwards_hold_their_value_on_each_row():
    def merge(sheet):
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("B2:B3")

    content = xlsx(
        ["Un titre"], ["a", "Dax", "x"], ["b", None, "y"], ["c", None, "z"], prepare=merge
    )

    assert [cells for _, cells in read_rows(content)] == [
        ["Un titre"],
        ["a", "Dax", "x"],
        ["b", "Dax", "y"],
        ["c", "", "z"],
    ]


SHEETS = {"Vide": [], "Mai": [["nom"], ["a"]], "Juin": [["nom"], ["b"], ["c"]]}


@pytest.mark.parametrize("workbook_of", [xlsx_of, ods_of])
def test_sheets_of_a_workbook_are_told_and_read_by_their_name(workbook_of):
    content = workbook_of(SHEETS)

    assert readers.sheet_names(content) == ["Mai", "Juin"]
    assert read_rows(content) == read_rows(content, "Mai")
    assert read_rows(content, "Mai") == [(1, ["nom"]), (2, ["a"])]
    assert read_rows(content, "Juin") == [(1, ["nom"]), (2, ["b"]), (3, ["c"])]
    with pytest.raises(UnreadableFileError, match="n'a pas de feuille « Mars »"):
        read_rows(content, "Mars")


def test_hidden_sheets_are_left_aside_unless_there_is_no_other():
    assert readers.sheet_names(xlsx_of({"CACHÉE": [["x"]], "Mai": [["nom"]]})) == ["Mai"]
    assert read_rows(xlsx_of({"CACHÉE": [["x"]], "Mai": [["nom"]]})) == [(1, ["nom"])]


@pytest.mark.parametrize("content", [TEXT.encode(), b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_workbook_has_no_sheets(content):
    assert readers.sheet_names(content) == []


def test_sheets_of_a_damaged_workbook_are_refused():
    with pytest.raises(UnreadableFileError, match="abîmé"):
        readers.sheet_names(b"PK\x03\x04 pas un zip")


def test_ods_gives_its_texts_dates_numbers_and_merged_cells():
    document = OpenDocumentSpreadsheet()
    table = Table(name="Feuille")
    document.spreadsheet.addElement(table)
    row = TableRow()
    text = TableCell(valuetype="string", numberrowsspanned=2)
    text.addElement(P(text="un"))
    text.addElement(P(text="deux"))
    row.addElement(text)
    row.addElement(TableCell(valuetype="date", datevalue="2021-03-05"))
    row.addElement(TableCell(valuetype="float", value="42", numbercolumnsrepeated=2))
    row.addElement(TableCell(numbercolumnsrepeated=16380))
    table.addElement(row)
    below = TableRow()
    below.addElement(CoveredTableCell())
    below.addElement(TableCell(valuetype="boolean", booleanvalue="true"))
    table.addElement(below)
    table.addElement(TableRow(numberrowsrepeated=1_000_000))

    assert read_rows(ods(document)) == [
        (1, ["un\ndeux", "05/03/2021", "42", "42"]),
        (2, ["un\ndeux", "oui"]),
    ]


def test_ods_row_repeated_a_million_times_is_refused_without_being_read():
    document = OpenDocumentSpreadsheet()
    table = Table(name="Feuille")
    document.spreadsheet.addElement(table)
    row = TableRow(numberrowsrepeated=1_000_000)
    cell = TableCell(valuetype="string")
    cell.addElement(P(text="x"))
    row.addElement(cell)
    table.addElement(row)

    with pytest.raises(UnreadableFileError, match="10 000 lignes"):
        read_rows(ods(document))


EXPANDING = (
    b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>"""
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def docx():
    return ods(OpenDocumentText())


def with_a_row_far_below(content):
    """A sheet of which one line, numbered by hand, is a billion lines below the others."""
    row = b'<row r="1000000000"><c r="A1000000000"%s</row></sheetData>' % content
    return rewritten(
        xlsx(["titre"], ["L'été"]),
        lambda name, read: (
            read.replace(b"</sheetData>", row) if name.endswith("sheet1.xml") else read
        ),
    )


def test_a_line_drawn_far_below_the_others_is_not_waited_for():
    assert read_rows(with_a_row_far_below(b' s="0"/>')) == [(1, ["titre"]), (2, ["L'été"])]


def test_a_line_that_speaks_far_below_the_others_is_told():
    with pytest.raises(UnreadableFileError, match="ligne 1000000000"):
        read_rows(with_a_row_far_below(b"><v>12</v></c>"))


def test_a_sheet_beside_a_longer_one_is_read():
    towns = [[number] for number in range(readers.MOST_LINES + 1)]
    content = xlsx_of({"Acteurs": [["nom"], ["Mairie"]], "Communes": towns})

    assert readers.sheet_names(content) == ["Acteurs", "Communes"]
    assert read_rows(content, "Acteurs") == [(1, ["nom"]), (2, ["Mairie"])]


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (readers.MOST_UNCOMPRESSED_BYTES + 1))
    return file.getvalue()


def locked():
    file = io.BytesIO(xlsx(["a"]))
    content = bytearray(file.getvalue())
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 8] |= 1
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(content)


def empty_zip():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "rien")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Ce fichier est vide"),
        (b"  \n\n", "Ce fichier est vide"),
        (b";;\n;;\n", "aucune ligne"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1", "n'est pas un tableau"),
        (b"%PDF-1.7\n%abc", "n'est pas un tableau"),
        (b"PK\x03\x04abc", "abîmé"),
        (xlsx(["a"])[:-40], "abîmé"),
        (rewritten(xlsx(["a"]), lambda name, data: b"<a"), "abîmé"),
        (
            rewritten(
                ods(OpenDocumentSpreadsheet()),
                lambda name, data: data[:-5] if name == "content.xml" else data,
            ),
            "abîmé",
        ),
        (empty_zip(), "n'est pas un tableau"),
        (docx(), "n'est pas un tableau"),
        (OLE, "ancien classeur Excel"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        (locked(), "mot de passe"),
        (bomb(), "prend trop de place"),
        (b"a" * (readers.MOST_BYTES + 1), "dépasse 10 Mo"),
        (b"a;b\n" * (readers.MOST_ROWS + 50), "plus de 10 000 lignes"),
        (b";".join([b"a"] * 300), "plus de 200 colonnes"),
        (xlsx(["a"] * 300), "plus de 200 colonnes"),
        (b'a;b\n1;"' + b"x" * 200_000, "n'est pas compris"),
        (
            rewritten(
                ods(OpenDocumentSpreadsheet()),
                lambda name, data: EXPANDING if name == "content.xml" else data,
            ),
            "abîmé",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_file_that_cannot_be_read_is_refused_in_french(content, said):
    with pytest.raises(UnreadableFileError, match=said):
        read_rows(content)


@pytest.mark.parametrize("write", [writers.csv_file, writers.xlsx_file, writers.ods_file])
def test_texts_come_back_from_a_file_as_they_were(write):
    texts = ["=1+1", "-- un tiret", "@nom", "#N/A", "deux  espaces", "un\n\ndeux", "03", "l'été"]
    texts.append("saut\u2028de ligne")  # as word processors paste it

    with write(["a"] * len(texts), [texts]) as file:
        assert read_rows(file.read())[1] == (2, texts)


def test_csv_holds_no_formula():
    assert b"'=1+1" in writers.csv_file(["a"], [["=1+1"]]).read()


KNOWN = {
    "ref": "slug",
    "titre": "title",
    "nom": "title",
    "resume": "summary",
    "avancement": "stage",
}


def test_headers_stand_where_most_are_known():
    rows = [(1, ["Recensement 2026"]), (3, ["Nom", "Résumé", "Autre"]), (4, ["A", "b", "c"])]

    assert mapping.split(rows, KNOWN) == (["Nom", "Résumé", "Autre"], [(4, ["A", "b", "c"])])


def test_headers_are_guessed_from_labels_synonyms_and_near_misses():
    headers = ["RÉF", "Titre *", "nom", "resumé (court)", "Avancemnt", "Observations", ""]

    assert mapping.guess(headers, KNOWN) == ["slug", "title", "", "summary", "stage", "", ""]


@pytest.mark.parametrize("headers", [["Nom", "Titre"], ["Titre", "Nom"]])
def test_header_that_is_our_own_label_wins_over_another_word(headers):
    guessed = dict(zip(headers, mapping.guess(headers, KNOWN | {"nom": "title"}), strict=True))

    assert guessed == {"Titre": "title", "Nom": ""}


@pytest.mark.parametrize("headers", [["Projet", "Nom"], ["Nom", "Projet"]])
def test_of_other_words_for_a_column_the_leftmost_wins(headers):
    known = KNOWN | {"nom": "title", "projet": "title"}

    assert mapping.guess(headers, known) == ["title", ""]


def test_unnamed_columns_are_lettered_as_in_a_spreadsheet():
    assert [mapping.letter(position) for position in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]
