"""The files of the site in an S3 bucket: the same addresses, the same rights, backed up as well."""

import datetime
import io
import json

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from moto import mock_aws
from PIL import Image

from coopemploi.derived import registry
from coopemploi.media.orphans import KEPT, erase_orphans
from tests.conftest import SignedInClient
from tests.events.test_media import get, photo, recap_data
from tests.factories import (
    RecapDocumentFactory,
    RecapFactory,
    RecapPictureFactory,
    UserFactory,
)
from tests.test_settings import read_settings

ENDPOINT = "https://s3.eu-west-3.amazonaws.com"
ENVIRONMENT = {
    "S3_BUCKET": "reseau",
    "S3_ENDPOINT": ENDPOINT,
    "S3_REGION": "eu-west-3",
    "S3_ACCESS_KEY": "key",
    "S3_SECRET_KEY": "secret",
}


@pytest.fixture(scope="module")
def storages_read():
    """What settings make of the environment."""
    said = read_settings("STORAGES", DEBUG="1", **ENVIRONMENT)
    return json.loads(said.stdout)["STORAGES"]


@pytest.fixture
def bucket(settings, storages_read):
    with mock_aws():
        made = boto3.resource("s3", region_name="eu-west-3").create_bucket(
            Bucket="reseau", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
        )
        settings.STORAGES = storages_read
        yield made


def keys(bucket):
    return {each.key for each in bucket.objects.all()}


@pytest.mark.django_db
def test_picture_sent_is_drawn_anew_kept_there_and_given_by_the_site(bucket, animateur_client):
    recap = RecapFactory(status="draft")
    values = {
        "pictures-TOTAL_FORMS": 1,
        "pictures-0-upload": photo(),
        "pictures-0-alternative": "Trois élus",
        "documents-TOTAL_FORMS": 1,
        "documents-0-title": "Diaporama",
        "documents-0-upload": SimpleUploadedFile("d.pdf", b"%PDF-1.7 contenu"),
    }
    page = reverse("admin:events_recap_change", args=[recap.pk])
    assert animateur_client.post(page, recap_data(recap, **values)).status_code == 302

    [picture], [document] = recap.pictures.all(), recap.documents.all()
    files = [picture.small, picture.medium, picture.large, document.file]
    assert keys(bucket) == {f"media/{file.name}" for file in files}
    assert {file.url for file in files} == {f"/fichiers/{file.name}" for file in files}
    given = get(animateur_client, picture.medium.url)
    assert (given.status_code, given["Content-Type"]) == (200, "image/webp")
    assert given["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert Image.open(io.BytesIO(given.sent)).size == (800, 400)
    assert get(animateur_client, document.file.url).sent == b"%PDF-1.7 contenu"

    # Not yet published: the site refuses visitors, and so does the bucket.
    assert get(SignedInClient(), document.file.url).status_code == 404
    for each in bucket.objects.all():
        grantees = {grant["Grantee"]["Type"] for grant in each.Acl().grants}
        assert grantees == {"CanonicalUser"}


@pytest.mark.django_db
def test_file_that_left_the_bucket_is_not_found(bucket, client):
    document = RecapDocumentFactory()
    assert get(client, document.file.url).status_code == 200
    bucket.objects.delete()
    assert get(client, document.file.url).status_code == 404


@pytest.mark.django_db
def test_two_files_of_one_name_are_both_kept(bucket):
    names = [default_storage.save("contenus/a.pdf", ContentFile(each)) for each in (b"1", b"2")]
    assert len(set(names)) == 2
    found = []
    for name in names:
        with default_storage.open(name) as file:
            found.append(file.read())
    assert found == [b"1", b"2"]


@pytest.mark.django_db
def test_orphans_leave_the_bucket(bucket):
    now = timezone.now()
    kept, deleted = RecapDocumentFactory(), RecapPictureFactory()
    deleted.recap.delete()
    assert len(keys(bucket)) == 4

    assert erase_orphans(now + KEPT - datetime.timedelta(days=1)) == 0
    assert erase_orphans(now + KEPT + datetime.timedelta(days=1)) == 3
    assert keys(bucket) == {f"media/{kept.file.name}"}


@pytest.mark.django_db(transaction=True)
def test_backup_comes_back_in_an_empty_bucket(bucket, settings, tmp_path):
    settings.BACKUP_DIR, settings.BACKUP_HOOK = tmp_path, ""
    RecapPictureFactory(), RecapDocumentFactory()
    registry.flush()
    before = {each.key: each.get()["Body"].read() for each in bucket.objects.all()}
    call_command("backup", stdout=io.StringIO())
    bucket.objects.delete()

    call_command("restore_backup", "latest", "--replace", stdout=io.StringIO())

    assert len(before) == 4
    assert {each.key: each.get()["Body"].read() for each in bucket.objects.all()} == before


@pytest.mark.django_db(transaction=True)
def test_restoring_moves_aside_the_file_that_differs(bucket, settings, tmp_path):
    settings.BACKUP_DIR, settings.BACKUP_HOOK = tmp_path, ""
    name = RecapDocumentFactory().file.name
    registry.flush()
    call_command("backup", stdout=io.StringIO())
    bucket.put_object(Key=f"media/{name}", Body=b"autre")

    call_command("restore_backup", "latest", "--replace", stdout=io.StringIO())

    [aside] = keys(bucket) - {f"media/{name}"}
    assert aside.endswith(f"Z/{name}")
    assert bucket.Object(aside).get()["Body"].read() == b"autre"
    assert bucket.Object(f"media/{name}").get()["Body"].read() != b"autre"


@pytest.mark.django_db
def test_bucket_that_does_not_answer_is_said(settings, storages_read):
    document = RecapDocumentFactory()
    down = storages_read["default"]
    options = {**down["OPTIONS"], "endpoint_url": "http://127.0.0.1:9"}
    settings.STORAGES = {**storages_read, "default": {**down, "OPTIONS": options}}
    client = SignedInClient(raise_request_exception=False)

    given = client.get(document.file.url)
    assert (given.status_code, given["Retry-After"]) == (503, "30")
    assert "Ce qui garde ses fichiers ne répond pas" in given.text

    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    recap = RecapFactory()
    values = {
        "pictures-TOTAL_FORMS": 1,
        "pictures-0-upload": photo(),
        "pictures-0-alternative": "Trois élus",
    }
    page = reverse("admin:events_recap_change", args=[recap.pk])
    assert client.post(page, recap_data(recap, **values)).status_code == 503
    assert not recap.pictures.exists()
