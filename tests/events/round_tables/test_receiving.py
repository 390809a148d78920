"""Receiving a tour de table: what is a table, which sheet, and who may."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from events.models import Event, RoundTableBatch, RoundTableDraft, RoundTableEntry
from events.round_tables import services
from tests.factories import RoundTableBatchFactory, RoundTableDraftFactory, TerritoryFactory

from .pages import TABLE, animateur_of, page, receive, received

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "why"), [("", "Collez un tableau"), ("Une phrase.", "ligne de titres")]
)
def test_what_is_no_table_is_said_beside_the_field(animateur_client, event, text, why):
    response = receive(animateur_client, event, text)
    assert response.status_code == 400
    assert why in response.content.decode()
    assert RoundTableBatch.objects.count() == 0


def test_script_pasted_is_never_run(animateur_client, event):
    text = TABLE.replace("un guide", "<b onclick=x()>un guide</b><script>x()</script> <img src=x>")
    batch = received(animateur_client, event, text)
    shown = animateur_client.get(page("review", batch)).content.decode()
    assert "<dd>un guide</dd>" in shown
    assert "onclick" not in shown


def workbook(**sheets):
    book = Workbook()
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split("\t"))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(client, event, content, **data):
    url = reverse("admin:events_event_round_table", args=[event.pk])
    return client.post(url, {"file": SimpleUploadedFile("mars.xlsx", content), **data})


OTHER = TABLE.replace("Paul Morin", "Zoé Autre").replace("Lise Armandou", "Luc Autre")


def test_the_one_sheet_that_is_a_tour_de_table_is_read(animateur_client, event):
    content = workbook(Consignes="À lire\tavant\nMerci\tà tous", Mars=TABLE)

    assert send(animateur_client, event, content).status_code == 302

    assert {each.data["people"][0]["name"] for each in RoundTableDraft.objects.all()} == {
        "Lise Armandou",
        "Paul Morin",
    }


def test_of_several_sheets_one_is_chosen(animateur_client, event):
    content = workbook(Mars=TABLE, Avril=OTHER, Vide="")

    asked = send(animateur_client, event, content)
    assert (asked.status_code, RoundTableBatch.objects.exists()) == (400, False)
    assert "Ce classeur a 2 feuilles" in asked.text
    assert [choice for choice, _ in asked.context["form"]["sheet"].field.widget.choices] == [
        "Mars",
        "Avril",
    ]

    send(animateur_client, event, content, sheet="Avril")

    batch = RoundTableBatch.objects.get()
    assert batch.file_name == "mars.xlsx (Avril)"
    assert {each.data["people"][0]["name"] for each in batch.drafts.all()} == {
        "Luc Autre",
        "Zoé Autre",
    }


@pytest.mark.parametrize("sheet", ["Mai", "\0", "x" * 201])
def test_a_sheet_that_is_not_there_is_said_so(animateur_client, event, sheet):
    response = send(animateur_client, event, workbook(Mars=TABLE, Avril=OTHER), sheet=sheet)

    assert (response.status_code, RoundTableBatch.objects.exists()) == (400, False)


def test_round_table_of_an_event_just_deleted_is_not_received(animateur_client, monkeypatch, event):
    receive_it = services.receive

    def late(**kwargs):
        Event.objects.all().delete()
        return receive_it(**kwargs)

    monkeypatch.setattr(services, "receive", late)
    response = receive(animateur_client, event)

    assert response.status_code == 404
    assert "Cette rencontre n&#x27;existe plus." in response.text
    assert not RoundTableBatch.objects.exists()


def test_only_who_may_change_the_event_receives_its_round_table(client, event):
    here, elsewhere = TerritoryFactory.create_batch(2)
    event.territories.add(here)
    url = reverse("admin:events_event_round_table", args=[event.pk])

    client.force_login(animateur_of(elsewhere))
    batch = RoundTableBatchFactory(event=event)
    draft = RoundTableDraftFactory(batch=batch)
    assert client.post(url, {"text": TABLE}).status_code == 403
    assert client.get(page("review", batch)).status_code == 403
    assert client.post(page("write", batch), {"version": 0}).status_code == 403
    assert client.post(page("edit", batch, draft), {}).status_code == 403
    assert RoundTableEntry.objects.count() == 0

    client.force_login(animateur_of(here))
    assert client.post(url, {"text": TABLE}).status_code == 302
    assert client.post(page("write", batch), {"version": 0}).status_code == 302
    assert RoundTableEntry.objects.count() == 1


def test_empty_tour_de_table_leads_to_receive_one(animateur_client, event):
    listed = reverse("admin:events_roundtableentry_changelist")
    address = reverse("admin:events_event_round_table", args=[event.pk])
    sort = reverse("admin:events_event_round_table_sort", args=[event.pk])

    def leads(query):
        return f'href="{address}"' in animateur_client.get(query).text

    assert leads(f"{listed}?event__exact={event.pk}")
    assert [leads(f"{listed}?event__exact={key}") for key in (event.pk + 1, "x", "9" * 30)] == [
        False,
        False,
        False,
    ]
    assert leads(sort)
    assert "Tout est trié" not in animateur_client.get(sort).text


def test_list_of_a_tour_de_table_that_one_may_not_fill_leads_nowhere(client, event):
    here, elsewhere = TerritoryFactory.create_batch(2)
    event.territories.add(here)
    listed = reverse("admin:events_roundtableentry_changelist")
    client.force_login(animateur_of(elsewhere))

    shown = client.get(f"{listed}?event__exact={event.pk}&perimetre=tout")

    assert (shown.status_code, "Recevoir un tour de table" in shown.text) == (200, False)
