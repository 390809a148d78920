"""Files as people send them, and the table that they are given to fill in."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from coopemploi.imports import mapping, readers
from coopemploi.imports.declarations import importations
from coopemploi.imports.models import ImportBatch
from initiatives.models import Initiative
from tests.coopemploi.imports.initiatives import UPLOAD, address, apply, downloaded, send
from tests.factories import InitiativeFactory, ThemeFactory
from tests.importing import counts


def test_of_several_sheets_one_is_chosen(animateur_client):
    book = Workbook()
    book.active.title = "2024"
    for name, title in (("2024", "Un garage"), ("2025", "Un verger")):
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        sheet.append(["titre", "résumé"])
        sheet.append([title, ""])
    file = io.BytesIO()
    book.save(file)

    def sent(**data):
        named = SimpleUploadedFile("deux.xlsx", file.getvalue())
        return animateur_client.post(address("import"), {"file": named, **data})

    asked = sent()
    assert (asked.status_code, ImportBatch.objects.exists()) == (400, False)
    assert "Ce classeur a 2 feuilles" in asked.text
    assert 'type="radio" name="sheet" value="2025"' in asked.text
    assert sent(sheet="2026").status_code == 400

    assert sent(sheet="2025").status_code == 302
    assert ImportBatch.objects.get().table["rows"] == [[2, ["Un verger"]]]


def test_template_has_lists_help_and_an_example_that_is_not_read(animateur_client):
    ThemeFactory(name="Mobilité")
    content = downloaded(animateur_client.get(address("import_template")))

    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    headers = [cell.value for cell in sheet[1]]
    assert headers[:3] == ["réf", "titre *", "résumé"]
    assert "Aide" in book.sheetnames
    listed = [cell.value for column in book["Listes"].columns for cell in column]
    assert {"en projet", "Mobilité", "brouillon"} <= set(listed)
    assert len(sheet.data_validations.dataValidation) == 4  # stage, level, themes, status
    sheet.append(["", "La mienne"])
    file = io.BytesIO()
    book.save(file)
    batch = send(animateur_client, file.getvalue(), "modele.xlsx")
    assert list(batch.rows.values_list("label", flat=True)) == ["La mienne"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Ce fichier est vide."),
        (b"%PDF-1.7\n", "pas un tableau"),
        (b"PK\x03\x04abc", "abîmé"),
        (b"titre;avancement\n", "que des en-têtes"),
        (b"a" * (readers.MOST_BYTES + 1), "dépasse 10 Mo"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_file_that_cannot_be_read_is_answered_400_with_its_reason(animateur_client, content, said):
    response = animateur_client.post(UPLOAD, {"file": SimpleUploadedFile("f.xlsx", content)})

    assert response.status_code == 400
    assert said in response.context["form"].errors["file"][0]
    assert not ImportBatch.objects.exists()


def test_no_file_at_all_is_answered_400(animateur_client):
    response = animateur_client.post(UPLOAD, {"file": "un texte"})

    assert response.status_code == 400
    assert response.context["form"].errors == {"file": ["Choisissez un fichier."]}


@pytest.mark.parametrize("model", importations, ids=lambda model: model._meta.label)
def test_every_field_of_a_form_has_its_column(model):
    fields = {field.name for field in model._meta.many_to_many}
    fields |= {field.name for field in model._meta.concrete_fields if field.editable}

    missing = fields - set(importations[model].fields) - {"id", "slug"}

    # Only an EPCI has a nature, a file opens no account nor registrations, and the site counts
    # what it asked: no import writes them.
    asked = {"asked_on", "silences"}
    registration = {
        "capacity",
        "needs_registration",
        "online_url",  # told to those who have a seat alone: no export shows it either
        "registration_closes_at",
        "registration_opens_at",
    }
    left = {
        "territories.Territory": {"nature"},
        "territories.Person": {"user"},
        "initiatives.Need": asked,
        "initiatives.Offer": asked,
        "events.Event": registration,
    }
    assert missing == left.get(model._meta.label, set())


@pytest.mark.parametrize("model", importations, ids=lambda model: model._meta.label)
def test_template_of_each_model_is_a_valid_import(model, animateur_client):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    content = downloaded(animateur_client.get(reverse(f"{name}_import_template")))

    _, (_, example) = readers.read_rows(content)

    assert example[0] == "EXEMPLE (ligne non lue)"
    known = mapping.known_headers(importations[model].columns())
    headers, _ = mapping.split(readers.read_rows(content), known)
    assert mapping.guess(headers, known) == ["slug", *importations[model].fields]


def test_what_no_database_holds_is_left_out_of_a_file(animateur_client):
    content = "titre;résumé\nUn\x7ftitre;\ufffedeux\n".encode()

    batch = apply(animateur_client, send(animateur_client, content, name="fi\0chier.csv"))

    assert counts(batch) == {"created": 1}
    assert Initiative.objects.values_list("title", "summary").get() == ("Untitre", "deux")


def test_pages_hold_no_inline_script_or_style(animateur_client):
    batch = send(animateur_client, "titre;avancement\n<b>Neuve</b>;en panne\n<i>Bonne</i>;\n")

    for url in (UPLOAD, address("export"), address("import_batch", batch.pk)):
        html = animateur_client.get(url).content.decode()
        assert " style=" not in html
        assert "<b>Neuve" not in html


HOSTILE = ["\0", "\ud800", "x" * 5000, "-1", "9" * 40, "<script>", "1 OR 1=1", ""]


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_whatever_is_sent_is_answered_without_an_error(animateur_client, value):
    InitiativeFactory(title="Une", stage="idea")
    written = value.encode("utf-8", "surrogatepass")
    batch = send(animateur_client, "titre;avancement\nUne;\nDeux;\n")
    answers = [
        animateur_client.post(
            UPLOAD, {"file": SimpleUploadedFile("f.csv", b"titre\n" + written + b"\n")}
        ),
        animateur_client.post(address("import_mapping", batch.pk), {"column_0": written}),
        animateur_client.post(
            address("import_duplicates", batch.pk), {"shown": [written], "wanted": [written]}
        ),
        animateur_client.get(address("import_batch", batch.pk), {"page": written, "etat": written}),
        animateur_client.get(address("export_file", "csv"), {"q": written, "p": written}),
    ]

    assert all(answer.status_code < 500 for answer in answers)
    for answer in answers:
        if answer.streaming:
            downloaded(answer)
