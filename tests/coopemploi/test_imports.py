"""Imports and exports in the admin, from the file to its taking back, on initiatives."""

import datetime
import io

import pytest
import time_machine
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from coopemploi.imports import applying, mapping, readers, tasks, views
from coopemploi.imports.declarations import importations
from coopemploi.imports.models import ImportBatch, ImportRow
from coopemploi.publishing import Publishable
from coopemploi.vocabulary.models import Theme
from events.models import Event
from initiatives.models import Initiative, Involvement, Need, Offer, Resource, Step
from territories.models import Actor, Mandate, Person
from tests import importing
from tests.factories import (
    CompositionFactory,
    GlossaryTermFactory,
    InitiativeFactory,
    MandateFactory,
    PositionFactory,
    SchemeFactory,
    SourceFactory,
    StepFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)
from tests.importing import counts, problems

LIST = reverse("admin:initiatives_initiative_changelist")
UPLOAD = reverse("admin:initiatives_initiative_import")
STATES = ImportRow.State
LEFT_OUT = "Cette case n'est pas écrite : complétez la fiche dans sa page."


def address(name, *args):
    return reverse(f"admin:initiatives_initiative_{name}", args=args)


def send(client, content, name="fichier.csv", **choices):
    return importing.send(client, Initiative, content, name, **choices)


def apply(client, batch):
    return importing.apply(client, Initiative, batch)


def take_back(client, batch):
    importing.take_back(client, Initiative, batch)


def downloaded(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def full_initiative():
    """An initiative whose every column says something, whatever spreadsheets do to it."""
    initiative = InitiativeFactory(
        title="=Démarche « à l'essai » ; suite",
        summary="Un résumé\nde deux lignes",
        body="Un paragraphe.\r\n\r\n- une puce\r\n- une autre",
        stage=Initiative.Stage.ONGOING,
        level=Initiative.Level.COMMUNE,
        worked="-- un tiret",
        contact=PositionFactory(person__slug="lea-roux"),
        source=SourceFactory(title="Compte rendu | annexe"),
    )
    initiative.territories.set(TerritoryFactory.create_batch(2))
    initiative.themes.set([ThemeFactory(name="Mobilité, transports"), ThemeFactory()])
    return initiative


# The file


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_export_is_a_valid_import_that_changes_nothing(animateur_client, extension):
    full_initiative()
    InitiativeFactory(status=Publishable.Status.DRAFT)
    content = downloaded(animateur_client.get(address("export_file", extension)))

    batch = send(animateur_client, content, f"export.{extension}")

    assert counts(batch) == {"unchanged": 2}
    assert "" not in batch.mapping


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_apostrophe_of_a_record_is_no_mark_of_ours(animateur_client, extension):
    InitiativeFactory(title="'-- entre tirets", summary="'+ 12 places")
    content = downloaded(animateur_client.get(address("export_file", extension)))

    assert counts(send(animateur_client, content, f"export.{extension}")) == {"unchanged": 1}


@pytest.mark.parametrize("name", ["Eau ; air", "Eau | air", "Aides [Région]"])
def test_term_whose_name_separates_is_kept_beside_another(animateur_client, name):
    initiative = InitiativeFactory()
    initiative.themes.add(ThemeFactory(name=name))
    ThemeFactory(name="Mobilité")
    content = downloaded(animateur_client.get(address("export_file", "xlsx")))
    headers, cells = (cells for _, cells in readers.read_rows(content))
    themes = f"{cells[headers.index('thématiques')]} | Mobilité"

    batch = send(animateur_client, f'réf;thématiques\n{cells[0]};"{themes}"\n')

    assert problems(batch) == {}
    apply(animateur_client, batch)
    assert {theme.name for theme in initiative.themes.all()} == {name, "Mobilité"}


def test_export_holds_only_what_the_list_is_filtered_by(animateur_client):
    InitiativeFactory(title="Une publiée")
    InitiativeFactory(title="Un brouillon", status=Publishable.Status.DRAFT)

    response = animateur_client.get(address("export_file", "csv") + "?status__exact=draft")

    rows = readers.read_rows(downloaded(response))
    assert [cells[1] for _, cells in rows] == ["titre", "Un brouillon"]


def test_export_takes_the_same_queries_at_1_and_30_records(animateur_client):
    def count():
        with CaptureQueriesContext(connection) as queries:
            downloaded(animateur_client.get(address("export_file", "csv")))
        return len(queries)

    full_initiative()
    count()
    one = count()
    for _ in range(29):
        full_initiative_alike()

    assert count() == one


def full_initiative_alike():
    initiative = InitiativeFactory(contact=PositionFactory(), source=SourceFactory())
    initiative.territories.add(TerritoryFactory())
    initiative.themes.add(ThemeFactory())


def test_long_list_is_not_offered_in_the_format_held_in_memory(animateur_client, monkeypatch):
    InitiativeFactory.create_batch(2)
    monkeypatch.setattr(views, "MOST_ROWS", 1)

    page = animateur_client.get(address("export"))

    assert [label for label, _ in page.context["addresses"]] == [
        "Tableur (XLSX)",
        "Tableau de texte (CSV)",
    ]
    assert animateur_client.get(address("export_file", "ods")).url == address("export")


def test_unknown_format_of_export_does_not_exist(animateur_client):
    assert animateur_client.get(address("export_file", "exe")).status_code == 404


def test_unknown_filter_of_export_leads_to_the_whole_list(animateur_client):
    for name in (address("export"), address("export_file", "csv")):
        assert animateur_client.get(f"{name}?rien__exact=1").url == address("export")


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


# The columns


@pytest.mark.parametrize(
    ("model", "headers"),
    [
        (
            Initiative,
            {
                "Intitulé du projet": "title",
                "Descriptif": "body",
                "Statut": "stage",
                "Territoire concerné": "territories",
                "Structure(s) porteuse(s)": "involvements.carrier",
                "Domaine": "themes",
                "Difficultés rencontrées": "did_not_work",
                "Nom du contact": "contact",
            },
        ),
        (Initiative, {"Territoire": "territories", "Commune": "territories", "Action": "title"}),
        (Initiative, {"Lieu": "territories", "Commune": "territories", "Action": "title"}),
        (Initiative, {"Territoire": "territories", "Lieu": "", "Action": "title"}),
        (Event, {"Titre": "title", "Commune": "town", "Territoire": "territories"}),
        (
            Actor,
            {
                "Nom de l'organisme": "name",
                "Type d'acteur": "kind",
                "Acronyme": "aliases",
                "Territoires d'intervention": "territories",
                "Rattachée à": "parents",
                "Présentation": "description",
            },
        ),
        (
            Person,
            {
                "Nom": "last_name",
                "Intitulé du poste": "positions__title",
                "Nom de la structure": "positions__actor",
                "En poste depuis": "positions__since",
                "N° de téléphone": "phone",
            },
        ),
        (
            Event,
            {
                "Nom de l'événement": "title",
                "Type de rencontre": "kind",
                "Jour": "start",
                "Modalités": "format",
                "Statut": "state",
                "Territoire concerné": "territories",
            },
        ),
        (Need, {"Besoin": "text", "Demandeur": "actor", "Depuis": "stated_on"}),
        # A person's name is no record's, unless the record is a person.
        (Actor, {"Structure": "name", "Nom": "", "Prénom": "", "Type": "kind"}),
        (Actor, {"Prénom": "", "Nom": "", "Structure": "name"}),
        (Actor, {"Structure": "", "Nom": "name", "Type": "kind"}),
        (Person, {"Nom": "last_name", "Prénom": "first_name"}),
        (Initiative, {"Projet": "title", "Nom": "", "Prénom": ""}),
        (Event, {"Rencontre": "title", "Date": "start", "Nom": ""}),
        (Need, {"Besoin": "text", "Date": "stated_on", "Titre": ""}),
        (Resource, {"Type de ressource": "kind", "Année de parution": "dated"}),
        (Step, {"Projet": "initiative", "Date de début": "date", "Jalon": "label"}),
        (Involvement, {"Nom du projet": "initiative", "Financement (€)": "amount"}),
    ],
)
def test_headers_of_the_tables_of_a_network_are_known(model, headers):
    known = mapping.known_headers(importations[model].columns())

    guessed = mapping.guess(list(headers), known, importations[model].gathered)

    assert dict(zip(headers, guessed, strict=True)) == headers


@pytest.mark.parametrize(
    ("model", "headers", "cells", "column"),
    [
        (Initiative, "titre;statut", ("Publié", "Brouillon"), "status"),
        (Initiative, "titre;statut", ("terminé", "en cours", "publié"), "stage"),
        (Initiative, "titre;statut", ("validé",), "status"),
        (Initiative, "titre;avancement;statut", ("idée;publié",), "status"),
        (Need, "texte;statut", ("publié",), "status"),
        (Need, "texte;statut", ("résolu",), "state"),
        (Offer, "texte;statut", ("brouillon",), "status"),
        (Event, "titre;statut", ("publié",), "status"),
        (Event, "titre;statut", ("annulée",), "state"),
    ],
)
def test_header_of_two_columns_is_told_by_its_cells(
    animateur_client, model, headers, cells, column
):
    rows = "".join(f"A;{cell}\n" for cell in cells)

    batch = importing.send(animateur_client, model, f"{headers}\n{rows}")

    assert batch.mapping[-1] == column


def test_what_is_imported_apart_is_said_where_columns_are_chosen(animateur_client):
    file = SimpleUploadedFile("f.csv", b"titre;porteur\nA;B\n")
    page = animateur_client.post(UPLOAD, {"file": file}, follow=True)
    parties = reverse("admin:initiatives_involvement_import")
    assert f'S\'importent à part, dans un autre tableau : <a href="{parties}">' in page.text


def test_columns_chosen_are_remembered_for_the_same_headers(animateur_client):
    first = send(animateur_client, "nom;Truc\nA;B\n", column_1="summary")
    assert first.mapping == ["title", "summary"]

    animateur_client.post(UPLOAD, {"file": SimpleUploadedFile("f.csv", b"Nom;truc\nC;D\n")})

    assert ImportBatch.objects.latest("pk").mapping == ["title", "summary"]


NEWLY_PROPOSED = "Non lue la dernière fois, proposée depuis."


def sent_again(client, content):
    """(the columns proposed for a file, the labels of those said to be new)."""
    page = client.post(UPLOAD, {"file": SimpleUploadedFile("f.csv", content.encode())}, follow=True)
    new = [field.label for field in page.context["form"] if field.field.is_new]
    assert page.text.count(NEWLY_PROPOSED) == len(new)
    return ImportBatch.objects.latest("pk").mapping, new


def test_column_that_no_rule_read_then_is_proposed_since(animateur_client):
    text = "nom;Depuis;Truc\nA;2019;C\n"
    first = send(animateur_client, text, column_1="")
    for guessed in (["title", "", ""], []):  # of today's batches, and of those of before
        ImportBatch.objects.filter(pk=first.pk).update(guessed=guessed)

        found = sent_again(animateur_client, text)

        assert found == (["title", "steps.start", ""], ["Depuis"])


def test_column_left_out_by_choice_stays_so_however_often_the_file_is_sent(animateur_client):
    text = "nom;Depuis\nA;2019\n"
    send(animateur_client, text, column_1="")

    for _ in range(2):
        assert sent_again(animateur_client, text) == (["title", ""], [])
        send(animateur_client, text)


def test_column_read_elsewhere_by_choice_is_not_proposed_again(animateur_client):
    text = "nom;Depuis;Truc\nA;2019;2020\n"
    first = send(animateur_client, text, column_1="", column_2="steps.start")
    ImportBatch.objects.filter(pk=first.pk).update(guessed=[])

    assert sent_again(animateur_client, text) == (["title", "", "steps.start"], [])


def test_commune_left_beside_a_territory_is_proposed_since(animateur_client):
    text = "nom;Territoire;Commune\nA;Dax;Dax\n"
    first = send(animateur_client, text, column_2="")
    ImportBatch.objects.filter(pk=first.pk).update(guessed=["title", "territories", ""])

    mapping, new = sent_again(animateur_client, text)

    assert (mapping, new) == (["title", "territories", "territories"], ["Commune"])


def test_column_proposed_since_is_no_longer_said_new_once_chosen(animateur_client):
    text = "nom;Depuis\nA;2019\n"
    first = send(animateur_client, text, column_1="")
    ImportBatch.objects.filter(pk=first.pk).update(guessed=[])
    second = send(animateur_client, text)

    page = animateur_client.get(address("import_mapping", second.pk))

    assert (second.mapping, NEWLY_PROPOSED in page.text) == (["title", "steps.start"], False)
    assert sent_again(animateur_client, text) == (["title", "steps.start"], [])


def test_column_read_twice_is_refused_beside_its_choice(animateur_client):
    response = animateur_client.post(
        UPLOAD, {"file": SimpleUploadedFile("f.csv", b"Titre;Autre\nC;D\n")}
    )

    response = animateur_client.post(response.url, {"column_0": "title", "column_1": "title"})

    assert response.status_code == 400
    assert response.context["form"].errors == {
        "column_1": ["La colonne « Titre » est déjà lue ainsi."]
    }


def test_commune_and_territory_are_read_together_and_said(animateur_client):
    dax = TerritoryFactory(name="Dax", code="40088", kind="commune")
    around = TerritoryFactory(name="Pays d'essai", code="p", kind="pays")
    text = "titre;Territoire;Commune\nUne;Pays d'essai;Dax\nDeux;;Dax\nTrois;Pays d'essai;\n"

    batch = send(animateur_client, text)

    assert batch.mapping == ["title", "territories", "territories"]
    assert problems(batch) == {2: [["territoires", "lu dans « Territoire » et « Commune »."]]}
    apply(animateur_client, batch)
    found = {
        initiative.title: set(initiative.territories.all())
        for initiative in Initiative.objects.all()
    }
    assert found == {"Une": {dax, around}, "Deux": {dax}, "Trois": {around}}
    assert counts(send(animateur_client, text)) == {"unchanged": 3}


def test_commune_or_territory_that_is_unknown_refuses_its_row(animateur_client):
    TerritoryFactory(name="Dax", code="40088", kind="commune")

    batch = send(animateur_client, "titre;Territoire;Commune\nUne;Nulle part;Dax\n")

    assert counts(batch) == {"refused": 1}
    assert "« Nulle part »" in problems(batch)[2][0][1]


@pytest.mark.parametrize("name", ["Saint-Denis", "Valence"])
def test_territory_beside_a_commune_tells_its_homonyms_apart(animateur_client, name):
    here = TerritoryFactory(name=name, code="11111", kind="commune", population=1_000)
    # Alone, the town would be meant.
    TerritoryFactory(name=name, code="22222", kind="commune", population=90_000)
    around = TerritoryFactory(name="Pays d'essai", code="p", kind="pays")
    CompositionFactory(whole=around, part=here)
    text = f"titre;Territoire;Commune\nUne;Pays d'essai;{name}\n"

    batch = send(animateur_client, text)

    assert problems(batch) == {
        2: [
            ["territoires", "lu dans « Territoire » et « Commune »."],
            ["territoires", f"« {name} » : compris « {name} [commune:11111] »."],
        ]
    }
    apply(animateur_client, batch)
    assert set(Initiative.objects.get().territories.all()) == {here, around}


def test_columns_without_a_name_or_a_ref_are_refused(animateur_client):
    response = animateur_client.post(
        UPLOAD, {"file": SimpleUploadedFile("f.csv", b"Titre;Autre\nC;D\n")}
    )

    response = animateur_client.post(response.url, {"column_1": "stage"})

    assert response.status_code == 400
    assert "Dites quelle colonne est « titre »" in response.context["form"].non_field_errors()[0]


# The preview


def test_preview_tells_new_changed_unchanged_and_refused_rows_apart(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea")
    InitiativeFactory(slug="deux", title="Deux", stage="idea")

    batch = send(
        animateur_client,
        "réf;titre;avancement\nune;Une;en projet\ndeux;Deux;idée\n;Trois;idée\n;Quatre;en panne\n",
    )

    assert counts(batch) == {"changed": 1, "unchanged": 1, "created": 1, "refused": 1}
    changed = batch.rows.get(state=STATES.CHANGED)
    assert changed.changes == {"stage": ["idea", "planned", "idée", "en projet"]}
    assert Initiative.objects.count() == 2


def test_error_is_said_at_its_cell_with_the_nearest_value(animateur_client):
    ThemeFactory(name="Mobilité")
    send(animateur_client, "titre;avancement;thématiques\nA;en cours de route;Mobilité douce\n")

    html = animateur_client.get(address("import_batch", ImportBatch.objects.get().pk))

    text = html.content.decode()
    assert "ligne 2, colonne Avancement : « en cours de route » n" in text
    assert "vouliez-vous dire « en cours » ?" in text
    assert "vouliez-vous dire « Mobilité » ?" in text


@pytest.mark.parametrize(
    ("cell", "found", "remarks"),
    [
        ("mobilite", ["Mobilité"], []),
        ("Mobilités", ["Mobilité"], ["« Mobilités » : compris « Mobilité »."]),
        ("aller vers", ["Aller-vers"], []),
        (
            "mobilté, allers-vers | Santé",
            ["Aller-vers", "Mobilité", "Santé"],
            [
                "« mobilté » : compris « Mobilité ».",
                "« allers-vers » : compris « Aller-vers ».",
            ],
        ),
    ],
)
def test_term_written_nearly_is_understood_and_said(animateur_client, cell, found, remarks):
    for name in ("Mobilité", "Aller-vers", "Santé"):
        ThemeFactory(name=name)

    batch = send(animateur_client, f"titre;thématiques\nA;{cell}\n")

    assert [message for _, message in batch.rows.get().problems] == remarks
    apply(animateur_client, batch)
    themes = Initiative.objects.get().themes
    assert sorted(themes.values_list("name", flat=True)) == sorted(found)
    assert Theme.objects.count() == 3


def test_scheme_is_known_by_what_the_glossary_calls_it(animateur_client):
    scheme = SchemeFactory(name="Contrat de ville", acronym="")
    GlossaryTermFactory(term="CV", aliases=["Quartiers 2030"], scheme=scheme)
    GlossaryTermFactory(term="Emploi franc", scheme=None)

    batch = send(
        animateur_client, "titre;dispositif\nA;quartiers 2030 | contrat de ville\nB;Emploi franc\n"
    )

    assert problems(batch)[2] == [
        ["dispositifs", "« quartiers 2030 » : compris « Contrat de ville »."]
    ]
    assert counts(batch) == {"created": 1, "refused": 1}
    apply(animateur_client, batch)
    assert Initiative.objects.get().schemes.get() == scheme


@pytest.mark.parametrize(
    "cell", ["Mobilité douce", "moins de 27 ans", "Sante mentale", "Formatien", "Emploi"]
)
def test_term_in_doubt_is_refused(animateur_client, cell):
    for name in ("Mobilité", "moins de 26 ans", "Santé", "Formation", "Formatie"):
        ThemeFactory(name=name)

    batch = send(animateur_client, f"titre;thématiques\nA;{cell}\n")

    [[[column, message]]] = problems(batch).values()
    assert (column, f"« {cell} » n'est le nom" in message) == ("thématiques", True)
    assert Theme.objects.count() == 5


def test_counts_agree_with_what_is_done_or_will_be(animateur_client):
    text = "titre;avancement\nUne;\nDeux;\nTrois;en panne\n"
    batch = send(animateur_client, text)

    def labels():
        tabs = animateur_client.get(address("import_batch", batch.pk)).context["tabs"]
        return [f"{count} {label}" for _, count, label in tabs if count]

    assert labels() == ["1 refusée", "2 à créer"]
    apply(animateur_client, batch)
    assert labels() == ["1 refusée", "2 créées"]


def test_missing_title_and_too_long_text_are_refused(animateur_client):
    batch = send(animateur_client, f"titre;résumé\n;B\nC;{'x' * 601}\n")

    assert problems(batch) == {
        2: [["titre", "il manque une valeur."]],
        3: [["résumé", "601 caractères, 600 au plus."]],
    }


def test_cell_in_error_and_cut_text_are_refused(animateur_client):
    batch = send(animateur_client, f"titre;résumé;thématiques\nA;#N/A;#REF!\nB;{'x' * 32767};\n")

    assert [label for label, _ in problems(batch)[2]] == ["résumé", "thématiques"]
    assert "erreur de calcul" in problems(batch)[2][0][1]
    assert "il est coupé" in problems(batch)[3][0][1]


def test_unknown_ref_is_refused_with_the_nearest(animateur_client):
    InitiativeFactory(slug="garage-solidaire", title="Garage")

    batch = send(animateur_client, "réf;titre\ngarage-solidair;Garage\n")

    ((label, message),) = problems(batch)[2]
    assert label == "réf"
    assert "vouliez-vous dire « garage-solidaire » ?" in message


def test_ref_written_twice_is_refused_the_second_time(animateur_client):
    InitiativeFactory(slug="une", title="Une")

    batch = send(animateur_client, "réf;titre\nune;Autre\nune;Encore\n")

    assert problems(batch) == {3: [["réf", "la ligne 2 parle déjà de cette fiche."]]}


def test_row_of_a_ref_alone_is_said_to_be_left(animateur_client):
    InitiativeFactory(slug="une", title="Une", summary="Un résumé.")
    InitiativeFactory(slug="deux", title="Deux", summary="")

    batch = send(animateur_client, "réf;résumé\nune;\ndeux;\nEXEMPLE;\n")

    assert counts(batch) == {"refused": 1, "unchanged": 1}
    assert problems(batch) == {2: [["", "hors sa réf, cette ligne est vide : elle n'est pas lue."]]}


@pytest.mark.parametrize(
    "row",
    [
        "Total;;",
        "TOTAL GÉNÉRAL;;12 000 €",
        "Sous-total;;3",
        "Sous total Landes;;3",
        ";Total :;40 %",
        "3;Totaux;#REF!",
        "Total des actions;;",
        "Total 2024 : 12 actions;-;",
    ],
)
def test_total_is_left_out_and_said(animateur_client, row):
    batch = send(animateur_client, f"titre;résumé;Budget\nUn garage;;1000\n{row}\n")

    assert counts(batch) == {"created": 1, "unread": 1}
    assert problems(batch) == {3: [["", "un total, pas une fiche."]]}
    preview = animateur_client.get(address("import_batch", batch.pk))
    assert "La <a href=\"?etat=unread\">ligne 3</a> n'est pas lue : c'est un total" in preview.text
    told = animateur_client.get(address("import_batch", batch.pk), {"etat": "unread"})
    assert "<li>ligne 3 : un total, pas une fiche.</li>" in told.text
    apply(animateur_client, batch)
    assert [initiative.title for initiative in Initiative.objects.all()] == ["Un garage"]
    assert counts(batch) == {"created": 1, "unread": 1}


@pytest.mark.parametrize(
    "row",
    ["Total immersion;;12", "Total;Une entreprise;12", "Totale liberté;;", "Le total;;", "12;;12"],
)
def test_record_whose_name_is_like_a_total_is_read(animateur_client, row):
    batch = send(animateur_client, f"titre;résumé;Budget\n{row}\n")

    assert counts(batch) == {"created": 1}


def test_total_beneath_an_export_is_no_unknown_ref(animateur_client):
    InitiativeFactory(slug="une", title="Une")

    batch = send(animateur_client, "réf;titre;Budget\nune;Une;3\nTOTAL;;3\n")

    assert counts(batch) == {"unchanged": 1, "unread": 1}


def test_totals_alone_leave_nothing_to_write(animateur_client):
    batch = send(animateur_client, "titre;Budget\nSous-total A;3\nSous-total B;3\nTotal;6\n")

    preview = animateur_client.get(address("import_batch", batch.pk))

    assert '<a href="?etat=unread">lignes 2, 3, 4</a> ne sont pas lues' in preview.text
    assert "Il n'y a rien à enregistrer." in preview.text


def test_row_is_never_matched_by_its_name_alone(animateur_client):
    InitiativeFactory(slug="une", title="Une démarche", stage="idea")

    batch = send(animateur_client, "titre;avancement\nUNE DEMARCHE;en projet\nNeuve;\nneuve;\n")

    assert counts(batch) == {"duplicate": 2, "created": 1}
    assert "réf « une »" in problems(batch)[2][0][1]
    assert problems(batch)[4] == [["titre", "la ligne 3 porte déjà ce nom."]]
    apply(animateur_client, batch)
    assert sorted(Initiative.objects.values_list("title", "stage")) == [
        ("Neuve", ""),
        ("Une démarche", "idea"),
    ]


def test_duplicate_is_created_once_ticked(animateur_client):
    InitiativeFactory(title="Une démarche", stage="idea")
    batch = send(animateur_client, "titre;avancement\nUne démarche;en projet\n")

    animateur_client.post(
        address("import_duplicates", batch.pk), {"shown": ["2"], "wanted": ["2", "x", "9" * 30]}
    )
    apply(animateur_client, batch)

    assert counts(batch) == {"created": 1}
    assert list(Initiative.objects.order_by("pk").values_list("slug", "stage")) == [
        ("une-demarche", "idea"),
        ("une-demarche-2", "planned"),
    ]


def test_empty_cell_empties_and_missing_column_is_left(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea", summary="Un résumé")

    apply(animateur_client, send(animateur_client, "réf;titre;avancement\nune;Une;\n"))

    assert Initiative.objects.values_list("stage", "summary").get() == ("", "Un résumé")


def test_place_is_found_by_ref_or_name_and_doubt_gives_candidates(animateur_client):
    TerritoryFactory(name="Dax", code="40088", kind="commune")
    TerritoryFactory(name="Saint-Denis", code="93066", kind="commune")
    TerritoryFactory(name="Saint-Denis", code="97411", kind="commune")

    batch = send(
        animateur_client,
        "titre;territoires\nA;Dax\nB;commune:40088 | commune:93066\nC;Saint-Denis\n",
    )

    assert counts(batch) == {"created": 2, "refused": 1}
    message = problems(batch)[4][0][1]
    assert "Saint-Denis [commune:93066]" in message
    assert "Saint-Denis [commune:97411]" in message


def test_preview_takes_the_same_queries_at_1_and_30_rows(animateur_client):
    theme = ThemeFactory(name="Mobilité")
    place = TerritoryFactory(name="Dax", code="40088", kind="commune")
    for number in range(30):
        initiative = InitiativeFactory(slug=f"n-{number}", title=f"N {number}")
        initiative.themes.add(theme)
        initiative.territories.add(place)

    def count(size):
        rows = "".join(f"n-{n};Neuf {n};Mobilité;commune:40088\n" for n in range(size))
        rows += "".join(f";Créé {n};Mobilité;commune:40088\n" for n in range(size))
        batch = send(animateur_client, f"réf;titre;thématiques;territoires\n{rows}")
        with CaptureQueriesContext(connection) as queries:
            applying.check(batch, checker=tasks.checker_of(batch))
        assert counts(batch) == {"changed": size, "created": size}
        return len(queries)

    count(1)
    assert count(30) == count(1)


# What is written


def test_apply_writes_fields_links_author_and_history(animateur_client):
    theme = ThemeFactory(name="Mobilité")
    place = TerritoryFactory(name="Dax", code="40088", kind="commune")
    initiative = InitiativeFactory(slug="une", title="Une")
    initiative.themes.add(ThemeFactory())

    batch = send(
        animateur_client,
        "réf;titre;thématiques;territoires;état de publication\n"
        "une;Autre nom;Mobilité;;publié\n;Neuve;Mobilité;Dax;publié\n",
    )
    apply(animateur_client, batch)

    initiative.refresh_from_db()
    assert (initiative.title, initiative.slug) == ("Autre nom", "une")
    assert list(initiative.themes.all()) == [theme]
    created = Initiative.objects.get(title="Neuve")
    assert created.slug == "neuve"
    assert created.created_by == batch.user
    assert created.published_at is not None
    assert list(created.themes.all()) == [theme]
    assert list(created.territories.all()) == [place]
    logged = LogEntry.objects.order_by("pk").values_list("object_id", "change_message")
    assert list(logged) == [
        (str(created.pk), f"Importée de « fichier.csv » (import {batch.pk})."),
        (str(initiative.pk), f"Modifiée par « fichier.csv » (import {batch.pk})."),
    ]


def test_first_version_of_a_created_record_holds_its_relations(animateur_client):
    theme = ThemeFactory(name="Mobilité")
    place = TerritoryFactory(name="Dax", code="40088", kind="commune")
    batch = send(animateur_client, "titre;thématiques;territoires\nNeuve;Mobilité;Dax\n")
    apply(animateur_client, batch)
    created = Initiative.objects.get()

    created.save()

    version = created.history.get()
    assert (version.history_type, version.history_user) == ("+", batch.user)
    held = {name: keys for name, keys in version.relations.items() if keys}
    assert held == {"themes": [theme.pk], "territories": [place.pk]}


def test_draft_that_a_file_publishes_is_dated(animateur_client):
    initiative = InitiativeFactory(slug="une", title="Une", status="draft", published_at=None)

    apply(
        animateur_client, send(animateur_client, "réf;titre;état de publication\nune;Une;publié\n")
    )

    initiative.refresh_from_db()
    assert initiative.status == "published"
    assert initiative.published_at is not None


def test_created_record_is_a_draft_unless_the_file_says_otherwise(animateur_client):
    apply(animateur_client, send(animateur_client, "titre\nNeuve\n"))

    assert Initiative.objects.get().status == Publishable.Status.DRAFT


@pytest.mark.parametrize("header", ["Publié", "En ligne ?", "Validée", "état de publication"])
@pytest.mark.parametrize(
    ("cell", "status"), [("oui", "published"), ("x", "published"), ("Non", "draft"), ("", "draft")]
)
def test_question_of_publication_is_answered_by_yes_or_no(animateur_client, header, cell, status):
    text = f"titre;{header}\nUne;{cell}\nDeux;oui\nTrois;non\n"

    batch = apply(animateur_client, send(animateur_client, text))

    assert batch.mapping == ["title", "status"]
    assert Initiative.objects.get(title="Une").status == status


def test_preview_says_what_yes_publishes(animateur_client):
    batch = send(animateur_client, "titre;Publié\nUne;oui\n")

    assert problems(batch) == {2: [["état de publication", "« oui » : compris « publié »."]]}


@pytest.mark.parametrize("cells", [("12/03/2024", "13/03/2024", "oui"), ("Mme Roux", ""), ("",)])
def test_question_of_publication_answered_otherwise_is_not_read(animateur_client, cells):
    rows = "".join(f"N{n};{cell}\n" for n, cell in enumerate(cells))

    batch = send(animateur_client, f"titre;Validé\n{rows}")

    assert batch.mapping == ["title", ""]


@pytest.mark.parametrize(
    ("status", "cell", "after"),
    [
        ("published", "non", "draft"),
        ("archived", "non", "archived"),
        ("proposed", "non", "proposed"),
        ("archived", "brouillon", "draft"),
        ("published", "oui", "published"),
    ],
)
def test_no_takes_off_the_site_only_what_is_on_it(animateur_client, status, cell, after):
    InitiativeFactory(slug="une", title="Une", status=status)

    apply(animateur_client, send(animateur_client, f"réf;titre;Publié\nune;Une;{cell}\n"))

    assert Initiative.objects.get().status == after


@pytest.mark.parametrize("cell", ["oui", "publié"])
def test_record_of_who_may_not_publish_is_proposed(client, db, cell):
    mandate = MandateFactory(role=Mandate.Role.CONTRIBUTOR)
    client.force_login(mandate.user)
    place = mandate.territory.reference

    batch = send(client, f"titre;territoires;Publié\nUne;{place};{cell}\n")

    told = "vous ne publiez pas : la fiche est proposée, à relire par l'équipe."
    assert problems(batch) == {2: [["état de publication", told]]}
    apply(client, batch)
    assert Initiative.objects.get().status == "proposed"
    again = send(client, f"titre;territoires;Publié\nUne;{place};{cell}\n")
    assert counts(again) == {"unchanged": 1}


def test_who_may_not_publish_archives_nothing(client, db):
    mandate = MandateFactory(role=Mandate.Role.CONTRIBUTOR)
    client.force_login(mandate.user)
    text = f"titre;territoires;publication\nUne;{mandate.territory.reference};archivé\n"

    batch = send(client, text)

    assert problems(batch) == {
        2: [["état de publication", "vous n'avez pas le droit d'archiver une fiche."]]
    }


def test_report_leads_to_its_drafts_until_they_are_published(animateur_client):
    InitiativeFactory(status="draft")  # another
    text = "titre;état de publication\nUne;\nDeux;brouillon\nTrois;publié\n"
    sent = send(animateur_client, text)
    page = address("import_batch", sent.pk)
    said = "2 fiches de cet import sont en brouillon"
    assert said not in animateur_client.get(page).text

    apply(animateur_client, sent)

    assert said in animateur_client.get(page).text
    assert f'href="{LIST}?status__exact=draft"' in animateur_client.get(page).text

    Initiative.objects.get(title="Une").publish()
    assert "1 fiche de cet import est en brouillon" in animateur_client.get(page).text

    Initiative.objects.get(title="Deux").publish()
    assert "en brouillon" not in animateur_client.get(page).text


def test_report_asks_to_publish_nothing_of_who_may_not(client, db):
    mandate = MandateFactory(role=Mandate.Role.CONTRIBUTOR)
    client.force_login(mandate.user)
    batch = send(client, f"titre;territoires\nUne;{mandate.territory.reference}\n")

    apply(client, batch)

    assert Initiative.objects.get().status == Publishable.Status.DRAFT
    assert "en brouillon" not in client.get(address("import_batch", batch.pk)).text


def test_created_record_is_found_by_the_search_of_the_site(animateur_client):
    place = TerritoryFactory(name="Dax", code="40088", kind="commune")
    text = "titre;territoires;état de publication\nMenuiserie;Dax;publié\n"

    apply(animateur_client, send(animateur_client, text))

    found = animateur_client.get(reverse("initiative_list"), {"q": place.name})
    assert "Menuiserie" in found.content.decode()


def test_same_file_sent_again_changes_nothing(animateur_client):
    InitiativeFactory(slug="une", title="Une")
    text = "réf;titre;avancement\nune;Une;idée\n;Neuve;en projet\n"
    apply(animateur_client, send(animateur_client, text))
    before = list(Initiative.objects.order_by("pk").values())

    again = send(animateur_client, text)

    assert counts(again) == {"unchanged": 2}
    assert list(Initiative.objects.order_by("pk").values()) == before


def test_good_rows_are_written_and_the_others_given_back_with_their_reasons(animateur_client):
    text = "titre;avancement;Notes\nBonne;idée;x\nMauvaise;en panne;à garder\n"
    batch = apply(animateur_client, send(animateur_client, text))
    assert [initiative.title for initiative in Initiative.objects.all()] == ["Bonne"]

    content = downloaded(animateur_client.get(address("import_refused", batch.pk)))

    headers, row = (cells for _, cells in readers.read_rows(content))
    assert headers == ["titre", "avancement", "Notes", "Motif du refus"]
    assert row[:3] == ["Mauvaise", "en panne", "à garder"]
    assert row[3].startswith("Colonne Avancement : « en panne » n'est pas un choix possible")


def test_rows_given_back_are_read_with_the_columns_chosen_for_the_first(animateur_client):
    text = "Nom du projet;Où\nMauvaise;Nulle part\n"
    batch = send(animateur_client, text, column_0="title", column_1="summary", column_2="")
    chosen = batch.mapping
    batch = send(animateur_client, "Nom du projet;Où\n;Nulle part\n")

    content = downloaded(animateur_client.get(address("import_refused", batch.pk)))
    again = send(animateur_client, content, "refus.xlsx")

    assert chosen == ["title", "summary"]
    assert again.mapping == chosen
    assert again.table["headers"] == ["Nom du projet", "Où"]
    assert again.table["rows"] == [[2, ["", "Nulle part"]]]


def test_columns_that_refuse_rows_are_told_with_how_many(animateur_client):
    text = "titre;avancement;niveau\nUne;en panne;?\nDeux;en panne;\nTrois;;\nQuatre;en panne;\n"
    batch = send(animateur_client, text)

    refused = animateur_client.get(address("import_batch", batch.pk))
    created = animateur_client.get(address("import_batch", batch.pk), {"etat": "created"})

    assert refused.context["refusing"] == [("avancement", 3), ("échelle", 1)]
    assert created.context["refusing"] == []
    assert "Avancement : 3 lignes" in refused.text


def test_row_whose_record_changed_since_the_preview_is_refused(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea")
    batch = send(animateur_client, "réf;titre;avancement\nune;Une;en projet\n;Neuve;\n")
    Initiative.objects.update(stage="ongoing")

    apply(animateur_client, batch)

    assert counts(batch) == {"created": 1, "refused": 1}
    assert Initiative.objects.get(slug="une").stage == "ongoing"


def test_nothing_is_written_when_the_work_fails_halfway(animateur_client, monkeypatch):
    InitiativeFactory(slug="une", title="Une")
    batch = send(animateur_client, "réf;titre\nune;Autre\n;Neuve\n")

    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(applying, "_change", fail)
    animateur_client.post(address("import_apply", batch.pk))

    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (ImportBatch.State.CHECKED, tasks.FAILURE)
    assert list(Initiative.objects.values_list("title", flat=True)) == ["Une"]


def test_applying_twice_writes_once(animateur_client):
    batch = send(animateur_client, "titre\nNeuve\n")

    for _ in range(2):
        apply(animateur_client, batch)

    assert Initiative.objects.count() == 1


def test_large_file_is_worked_on_in_the_background(
    animateur_client, settings, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks, "AT_ONCE", 1)
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

    batch = send(animateur_client, "titre\nUne\nDeux\n")
    assert batch.state == ImportBatch.State.CHECKING
    page = animateur_client.get(address("import_batch", batch.pk)).content.decode()
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "Actualiser" in page
    with django_capture_on_commit_callbacks(execute=True):
        batch.move(ImportBatch.State.CHECKING, ImportBatch.State.SENT)
        tasks.start(batch, "check")
    batch.refresh_from_db()
    assert counts(batch) == {"created": 2}


def test_versions_written_in_the_background_are_of_who_sent_the_file(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea")
    batch = send(animateur_client, "réf;titre;avancement\nune;Autre;en projet\n;Neuve;\n")
    batch.move(ImportBatch.State.CHECKED, ImportBatch.State.APPLYING)

    tasks.perform.call(batch_id=batch.pk, work="apply")

    for title in ("Autre", "Neuve"):
        latest = Initiative.objects.get(title=title).history.first()
        assert (latest.title, latest.history_user) == (title, batch.user)


# Taking back


def test_taking_back_removes_what_was_created_and_restores_what_was_changed(animateur_client):
    theme = ThemeFactory(name="Avant")
    ThemeFactory(name="Après")
    initiative = InitiativeFactory(slug="une", title="Une", stage="idea")
    initiative.themes.add(theme)
    text = "réf;titre;avancement;thématiques\nune;Autre;;Après\n;Neuve;;Après\n"
    batch = apply(animateur_client, send(animateur_client, text))

    take_back(animateur_client, batch)

    initiative = Initiative.objects.get()
    assert (initiative.title, initiative.stage) == ("Une", "idea")
    assert list(initiative.themes.all()) == [theme]
    assert set(batch.rows.values_list("outcome", flat=True)) == {"taken_back"}


def test_taking_back_is_asked_with_its_counts(animateur_client):
    InitiativeFactory(slug="une", title="Une")
    text = "réf;titre\nune;Autre\n;Neuve\n;Neuve aussi\n"
    batch = apply(animateur_client, send(animateur_client, text))
    address = importing.page(Initiative, "import_take_back", batch.pk)
    shown = animateur_client.get(importing.page(Initiative, "import_batch", batch.pk)).text

    asked = animateur_client.get(address)

    assert (f'href="{address}"' in shown, f'action="{address}"' in shown) == (True, False)
    assert (asked.context["created"], asked.context["changed"]) == (2, 1)
    assert Initiative.objects.count() == 3
    take_back(animateur_client, batch)
    assert animateur_client.get(address).status_code == 302


def test_taking_back_keeps_what_was_changed_or_referred_to_since(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea", summary="Avant")
    text = "réf;titre;avancement;résumé\nune;Une;en projet;Après\n;Liée;;\n;Relue;;\n;Libre;;\n"
    batch = apply(animateur_client, send(animateur_client, text))
    Initiative.objects.filter(slug="une").update(stage="ongoing")
    StepFactory(initiative=Initiative.objects.get(title="Liée"))
    Initiative.objects.get(title="Relue").publish()

    take_back(animateur_client, batch)

    kept = Initiative.objects.order_by("pk").values_list("title", "stage", "summary")
    assert list(kept) == [("Une", "ongoing", "Avant"), ("Liée", "", ""), ("Relue", "", "")]
    assert problems(batch) == {
        2: [["avancement", "modifiée depuis."]],
        3: [["", "ses étapes datées ont changé depuis."]],
        4: [["", "enregistrée de nouveau depuis."]],
    }
    page = animateur_client.get(address("import_batch", batch.pk))
    assert page.context["tabs"][0] == ("kept", 3, "gardées")
    assert [each["row"].line for each in page.context["rows"]] == [2, 3, 4]


def test_taking_back_leaves_a_link_to_what_no_longer_exists(animateur_client):
    theme = ThemeFactory(name="Avant")
    initiative = InitiativeFactory(slug="une", title="Une")
    initiative.themes.add(theme)
    batch = apply(animateur_client, send(animateur_client, "réf;titre;thématiques\nune;Une;\n"))
    theme.delete()

    take_back(animateur_client, batch)

    assert problems(batch) == {2: [["thématiques", "ce qui y était n'existe plus."]]}


@pytest.mark.parametrize(
    ("work", "step"),
    [("apply", "_change"), ("take_back", "_referring")],
    ids=["apply", "take_back"],
)
def test_what_the_file_does_not_say_is_left_as_saved_meanwhile(
    animateur_client, monkeypatch, work, step
):
    InitiativeFactory(slug="une", title="Une", summary="Avant", body="Un texte.")
    batch = send(animateur_client, "réf;titre;résumé\nune;Une;Après\n")
    if work == "take_back":
        apply(animateur_client, batch)
    before = getattr(applying, step)

    def meanwhile(*args):
        Initiative.objects.update(body="Un autre texte.")
        return before(*args)

    monkeypatch.setattr(applying, step, meanwhile)
    {"apply": apply, "take_back": take_back}[work](animateur_client, batch)

    initiative = Initiative.objects.get()
    assert initiative.body == "Un autre texte."
    assert initiative.summary == {"apply": "Après", "take_back": "Avant"}[work]


def test_what_is_computed_follows_what_an_import_changes(animateur_client):
    before = InitiativeFactory(slug="une", title="Une")

    apply(animateur_client, send(animateur_client, "réf;titre\nune;Écluse\n"))

    after = Initiative.objects.get()
    assert after.sort_name.split() == ["ecluse"]
    assert after.updated_at > before.updated_at


@pytest.mark.parametrize("read", ["_lock", "_fingerprints"])
def test_records_are_locked_and_compared_by_as_many_queries_at_1_and_30(
    animateur_client, monkeypatch, read
):
    before, counted = getattr(applying, read), []

    def count(*args, **options):
        with CaptureQueriesContext(connection) as queries:
            found = before(*args, **options)
        counted.append(len(queries))
        return found

    monkeypatch.setattr(applying, read, count)
    for size in (1, 30):
        for number in range(size):
            InitiativeFactory(slug=f"n-{size}-{number}")
        rows = "".join(f"n-{size}-{number};Changé {number}\n" for number in range(size))
        rows += "".join(f";Créé {size} {number}\n" for number in range(size))
        take_back(
            animateur_client, apply(animateur_client, send(animateur_client, f"réf;titre\n{rows}"))
        )

    half = len(counted) // 2
    assert counted[:half] == counted[half:]


# Who may


def staff(*codenames):
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.mark.parametrize("name", ["import", "import_template"])
def test_import_needs_the_right_to_add_or_change(client, db, name):
    for codenames, status in (
        ([], 403),
        (["view_initiative", "add_need"], 403),
        (["add_initiative"], 200),
        (["change_initiative"], 200),
    ):
        client.force_login(staff(*codenames))
        response = client.get(address(name))
        assert response.status_code == status
        if response.streaming:
            downloaded(response)


@pytest.mark.parametrize("args", [("export",), ("export_file", "csv")])
def test_export_needs_the_right_to_view(client, db, args):
    client.force_login(staff("add_initiative"))
    assert client.get(address(*args)).status_code == 403

    client.force_login(staff("view_initiative"))
    assert client.get(address(*args)).status_code == 200


def test_visitor_and_participant_reach_no_page(client, db):
    for user in (None, UserFactory()):
        if user:
            client.force_login(user)
        for url in (UPLOAD, address("export_file", "csv"), address("import_batch", 1)):
            response = client.get(url)
            assert response.status_code == 302
            assert "login" in response.url


def test_links_are_shown_to_who_may_follow_them(client, db):
    client.force_login(staff("view_initiative"))
    html = client.get(LIST).content.decode()
    assert ">Exporter</a>" in html
    assert ">Importer</a>" not in html

    client.force_login(staff("view_initiative", "change_initiative"))
    assert ">Importer</a>" in client.get(LIST).content.decode()


def test_import_of_another_does_not_exist(client, animateur_client):
    batch = send(animateur_client, "titre\nUn titre à ne pas montrer\n")
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    for name in ("import_batch", "import_mapping", "import_refused"):
        assert client.get(address(name, batch.pk)).status_code == 404
    for name in ("import_apply", "import_take_back", "import_duplicates"):
        assert client.post(address(name, batch.pk)).status_code == 404
    assert "fichier.csv" not in client.get(UPLOAD).content.decode()
    assert not Initiative.objects.exists()


def test_batch_that_never_was_does_not_exist(animateur_client):
    for pk in (1, 10**30):
        assert animateur_client.get(address("import_batch", pk)).status_code == 404


@pytest.mark.usefixtures("_without_perimeters")
def test_rows_are_refused_to_who_may_only_add_or_only_change(client, db):
    InitiativeFactory(slug="une", title="Une")
    text = "réf;titre\nune;Autre\n;Neuve\n"

    client.force_login(staff("change_initiative"))
    assert counts(send(client, text)) == {"changed": 1, "refused": 1}
    client.force_login(staff("add_initiative"))
    assert counts(send(client, text)) == {"created": 1, "refused": 1}


def test_who_may_not_see_people_learns_no_name_from_a_cell(client, db):
    PositionFactory(person__first_name="Léa", person__last_name="Roux")
    text = "titre;contact\nNeuve;Léa Rou\n"

    client.force_login(staff("add_initiative"))
    hidden = problems(send(client, text))
    client.force_login(staff("add_initiative", "view_position"))
    seen = problems(send(client, text))

    assert hidden == {2: [["contact", f"« Léa Rou » n'est personne de connu. {LEFT_OUT}"]]}
    assert "Léa Roux" in seen[2][0][1]


def test_field_that_the_form_does_not_let_one_write_has_no_column(animateur_client, monkeypatch):
    initiative_admin = admin.site.get_model_admin(Initiative)
    monkeypatch.setattr(initiative_admin, "readonly_fields", ["status"])

    batch = send(animateur_client, "titre;publication\nNeuve;publié\n")

    assert "status" not in batch.mapping
    apply(animateur_client, batch)
    assert Initiative.objects.get().status == Publishable.Status.DRAFT


def test_rights_are_those_of_the_day_it_is_applied(client, db):
    user = staff("add_initiative", "change_initiative")
    client.force_login(user)
    batch = send(client, "titre\nNeuve\n")
    user.user_permissions.set(Permission.objects.filter(codename="change_initiative"))

    client.post(address("import_apply", batch.pk))

    assert counts(batch) == {"refused": 1}
    assert not Initiative.objects.exists()


def test_created_record_stays_when_one_may_not_delete(client, db):
    client.force_login(staff("add_initiative"))
    batch = apply(client, send(client, "titre\nNeuve\n"))

    take_back(client, batch)

    assert Initiative.objects.count() == 1
    assert "supprimer" in problems(batch)[2][0][1]


# What is kept


def test_content_of_files_is_forgotten_after_thirty_days(animateur_client):
    with time_machine.travel(timezone.now() - datetime.timedelta(days=31), tick=False):
        applied = apply(animateur_client, send(animateur_client, "titre\nNeuve\n"))
        send(animateur_client, "titre\nJamais relue\n")
    recent = send(animateur_client, "titre\nD'hier\n")

    call_command("forget_imports", verbosity=0)

    assert list(ImportBatch.objects.order_by("pk")) == [applied, recent]
    applied.refresh_from_db()
    assert applied.table is None
    page = animateur_client.get(address("import_batch", applied.pk) + "?etat=created")
    assert "Neuve" in page.content.decode()
    assert animateur_client.get(address("import_refused", applied.pk)).status_code == 404


def test_rehearsal_of_forgetting_says_how_many_and_erases_nothing(animateur_client, capsys):
    with time_machine.travel(timezone.now() - datetime.timedelta(days=31), tick=False):
        batch = send(animateur_client, "titre\nJamais relue\n")

    call_command("forget_imports", "--dry-run")

    said = "Imports effacés : 1.\nEssai seulement : rien n'a été effacé.\n"
    assert capsys.readouterr().out == said
    assert list(ImportBatch.objects.all()) == [batch]


@pytest.mark.parametrize("query", ["?etat=rien", "?page=99", "?page=x", "?etat=%00"])
def test_list_of_rows_that_does_not_exist_is_not_found(animateur_client, query):
    batch = send(animateur_client, "titre\nNeuve\n")

    assert animateur_client.get(address("import_batch", batch.pk) + query).status_code == 404


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


# Perimeters


def test_rows_out_of_the_perimeter_are_refused_and_the_others_written(client, db):
    mandate = MandateFactory()
    elsewhere = TerritoryFactory(name="Ailleurs")
    mine, other = InitiativeFactory(slug="mienne"), InitiativeFactory(slug="autre")
    mine.territories.add(mandate.territory)
    other.territories.add(elsewhere)
    client.force_login(mandate.user)
    here = mandate.territory.reference
    text = (
        "réf;titre;territoires\n"
        f"mienne;Mienne;{here}\n"
        f"autre;Autre;{elsewhere.reference}\n"
        f";Neuve ici;{here}\n"
        f";Neuve ailleurs;{elsewhere.reference}\n"
    )

    batch = send(client, text)
    assert counts(batch) == {"changed": 1, "refused": 1, "created": 2}
    client.post(address("import_apply", batch.pk))

    written = Initiative.objects.values_list("title", flat=True)
    assert set(written) == {"Mienne", other.title, "Neuve ici"}
    assert problems(batch)[5] == [["", "cette fiche serait hors de votre périmètre."]]
