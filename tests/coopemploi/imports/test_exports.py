"""Lists of the admin as files, that an import takes back unchanged."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopemploi.imports import readers, views
from coopemploi.publishing import Publishable
from initiatives.models import Initiative
from tests.coopemploi.imports.initiatives import address, apply, downloaded, send
from tests.factories import (
    InitiativeFactory,
    PositionFactory,
    SourceFactory,
    TerritoryFactory,
    ThemeFactory,
)
from tests.importing import counts, problems


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
