"""Pictures and documents of a recap: checked by content, drawn anew, served apart."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image

from coopemploi.media import documents, pictures
from events.models import RecapDocument, RecapPicture
from tests.factories import RecapDocumentFactory, RecapFactory, RecapPictureFactory, UserFactory

pytestmark = pytest.mark.django_db
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def photo(size=(2000, 1000), kind="JPEG", **options):
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **options)
    return SimpleUploadedFile("photo.jpg", written.getvalue())


def office(*names, mimetype=None):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "<x/>")
    return SimpleUploadedFile("fichier.bin", written.getvalue())


def get(client, url):
    """The answer of an address, its file read to the end: the client closes it then."""
    response = client.get(url)
    response.sent = response.getvalue()
    return response


ODT = "application/vnd.oasis.opendocument.text"


def test_picture_is_drawn_at_each_width_without_its_exif():
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (44.0, 50.0, 0.0)}  # where it was taken
    exif[0x010F] = "Appareil de quelqu'un"
    drawn = pictures.draw_anew(photo(exif=exif))

    opened = {which: Image.open(file) for which, file in drawn.files.items()}
    assert {which: each.size for which, each in opened.items()} == {
        "small": (400, 200),
        "medium": (800, 400),
        "large": (1600, 800),
    }
    assert {each.format for each in opened.values()} == {"WEBP"}
    assert not any(dict(each.getexif()) or each.info.get("exif") for each in opened.values())
    assert (drawn.width, drawn.height) == (1600, 800)


def test_picture_lying_on_its_side_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn = pictures.draw_anew(photo((600, 300), exif=exif))
    assert (drawn.width, drawn.height) == (300, 600)


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (SimpleUploadedFile("logo.svg", SVG), "invalid"),
        (SimpleUploadedFile("photo.jpg", SVG, content_type="image/jpeg"), "invalid"),
        (SimpleUploadedFile("photo.jpg", b""), "invalid"),
        (SimpleUploadedFile("photo.gif", b"GIF89a" + bytes(50)), "invalid"),
        (SimpleUploadedFile("p.jpg", photo().read()[:200] + bytes(20)), None),
    ],
)
def test_what_is_no_picture_is_refused(upload, code):
    with pytest.raises(ValidationError) as refused:
        pictures.draw_anew(upload)
    assert code is None or refused.value.code == code


def test_picture_that_unfolds_too_large_is_refused():
    bomb = photo((8000, 8000), "PNG")
    assert bomb.size < 1_000_000
    with pytest.raises(ValidationError) as refused:
        pictures.draw_anew(bomb)
    assert refused.value.code == "large"


@pytest.mark.parametrize(
    ("upload", "extension"),
    [
        (SimpleUploadedFile("x.exe", b"%PDF-1.7 ..."), "pdf"),
        (office("content.xml", mimetype=ODT), "odt"),
        (office("[Content_Types].xml", "word/document.xml"), "docx"),
        (office("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
    ],
)
def test_document_is_told_by_its_content(upload, extension):
    media_type, name = documents.recognise(upload)
    assert documents.EXTENSIONS[media_type] == extension
    assert name.endswith(f".{extension}")


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (SimpleUploadedFile("a.pdf", b"<html><script>alert(1)</script>"), "invalid"),
        (SimpleUploadedFile("a.pdf", b""), "invalid"),
        (office("something.txt"), "invalid"),
        (office("x", mimetype="text/html"), "invalid"),
        (office("word/document.xml", "word/vbaProject.bin"), "program"),
        (office("Basic/Standard/Module1.xml", mimetype=ODT), "program"),
    ],
)
def test_what_is_no_document_is_refused(upload, code):
    with pytest.raises(ValidationError) as refused:
        documents.recognise(upload)
    assert refused.value.code == code


def test_document_that_unfolds_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(documents, "MAX_UNFOLDED", 3)
    with pytest.raises(ValidationError) as refused:
        documents.recognise(office("word/document.xml"))
    assert refused.value.code == "large"


def test_files_are_seen_by_whoever_may_read_the_recap(client, animateur_client):
    recap = RecapFactory(status="draft")
    files = [RecapPictureFactory(recap=recap).small, RecapDocumentFactory(recap=recap).file]
    for file in files:
        seen = get(animateur_client, file.url)
        assert (seen.status_code, seen["Cache-Control"]) == (200, "private, no-store")
    client.logout()
    assert [get(client, file.url).status_code for file in files] == [404, 404]

    recap.publish()
    recap.save()
    assert [get(client, file.url).status_code for file in files] == [200, 200]
    recap.event.status = "draft"
    recap.event.save()
    assert [get(client, file.url).status_code for file in files] == [404, 404]
    # Nor does a server in between keep them of whoever may see them.
    client.force_login(UserFactory(is_staff=True))
    seen = [get(client, file.url) for file in files]
    assert [each["Cache-Control"] for each in seen] == ["private, no-store"] * 2


def test_files_are_given_able_to_do_nothing(client):
    picture = RecapPictureFactory()
    document = RecapDocumentFactory(title='Guide "des" clauses\r\nX: y')
    shown, sent = get(client, picture.large.url), get(client, document.file.url)
    for response in (shown, sent):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert not response.cookies
    assert (shown["Content-Type"], sent["Content-Type"]) == ("image/webp", "application/pdf")
    assert sent["Content-Disposition"] == 'attachment; filename="guide-des-clauses-x-y.pdf"'


@pytest.mark.parametrize(
    "name", ["inconnu.pdf", "../../etc/passwd", "%2e%2e/settings.py", "a" * 400]
)
def test_file_of_no_record_is_not_found(client, name):
    assert client.get(f"/fichiers/{name}").status_code == 404


def test_page_shows_pictures_and_documents(client, django_assert_num_queries):
    picture = RecapPictureFactory(alternative="Trois élus", credit="Photo : le réseau")
    document = RecapDocumentFactory(recap=picture.recap, title="Le diaporama")
    page = client.get(picture.recap.event.get_absolute_url()).content.decode()
    assert 'alt="Trois élus"' in page
    assert f"{picture.small.url} 400w" in page
    assert "Photo : le réseau" in page
    assert document.file.url in page


def recap_data(recap, **values):
    data = {"event": recap.event.pk, "status": "draft", "standfirst": "", **values}
    for prefix in ("sections", "key_ideas", "verbatims", "pictures", "documents", "links"):
        data.setdefault(f"{prefix}-TOTAL_FORMS", 0)
        data.setdefault(f"{prefix}-INITIAL_FORMS", 0)
    return data


def test_animateur_sends_a_picture_and_a_document(animateur_client):
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
    assert (picture.width, picture.height) == (1600, 800)
    assert get(animateur_client, picture.medium.url).status_code == 200
    sent = get(animateur_client, document.file.url).sent
    assert (sent, document.size) == (b"%PDF-1.7 contenu", 16)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"pictures-0-upload": photo, "pictures-0-alternative": ""}, "obligatoire"),
        ({"pictures-0-alternative": "Trois élus"}, "obligatoire"),
        (
            {
                "pictures-0-upload": lambda: SimpleUploadedFile("a.svg", SVG),
                "pictures-0-alternative": "Un logo",
            },
            "exporter",
        ),
    ],
)
def test_picture_without_alternative_or_content_is_refused(animateur_client, values, message):
    recap = RecapFactory(status="draft")
    sent = {name: value() if callable(value) else value for name, value in values.items()}
    page = reverse("admin:events_recap_change", args=[recap.pk])
    data = recap_data(recap, **{"pictures-TOTAL_FORMS": 1}, **sent)
    response = animateur_client.post(page, data)
    assert message in response.content.decode()
    assert not RecapPicture.objects.exists()


def test_database_holds_the_rules_too():
    for broken in (
        lambda: RecapPictureFactory(alternative=""),
        lambda: RecapDocumentFactory(title=""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()
    assert not RecapDocument.objects.exists()
