"""Sending a spreadsheet to the admin, as a person does."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coopemploi.imports.models import ImportBatch


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def send(client, model, content, name="fichier.csv", **choices):
    """Send a file and accept its columns; return its batch as it now is."""
    if isinstance(content, str):
        content = content.encode()
    response = client.post(page(model, "import"), {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302
    batch = ImportBatch.objects.latest("pk")
    columns = {f"column_{place}": name for place, name in enumerate(batch.mapping)}
    response = client.post(response.url, columns | choices)
    assert response.status_code == 302
    batch.refresh_from_db()
    return batch


def apply(client, model, batch):
    client.post(page(model, "import_apply", batch.pk))
    batch.refresh_from_db()
    assert batch.failure == ""
    assert batch.state == ImportBatch.State.APPLIED
    return batch


def take_back(client, model, batch):
    client.post(page(model, "import_take_back", batch.pk))
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.TAKEN_BACK


def export(client, model, extension="csv"):
    response = client.get(page(model, "export_file", extension))
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def counts(batch):
    return {str(state): count for state, count in batch.counts().items() if count}


def problems(batch):
    return {row.line: row.problems for row in batch.rows.all() if row.problems}
