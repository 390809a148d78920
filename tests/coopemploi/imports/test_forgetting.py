"""What is kept of the files sent."""

import datetime

import time_machine
from django.core.management import call_command
from django.utils import timezone

from coopemploi.imports.models import ImportBatch
from tests.coopemploi.imports.initiatives import address, apply, send


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
