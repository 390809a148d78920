"""A page as a PDF."""

import re
import zlib

import pytest

from coopemploi.formats import pdf
from coopemploi.publishing import Publishable
from tests.factories import InitiativeFactory, InitiativeLinkFactory

pytestmark = pytest.mark.django_db

PAGE = "http://testserver/initiatives/x/"
needs_pango = pytest.mark.skipif(not pdf.is_available(), reason="Pango n'est pas installé")


@pytest.fixture
def without_pango(monkeypatch):
    monkeypatch.setattr(pdf, "find_library", lambda name: None)
    pdf.is_available.cache_clear()
    yield
    pdf.is_available.cache_clear()


@pytest.fixture
def initiative():
    return InitiativeFactory(title="Le garage", slug="le-garage")


def address(initiative):
    return f"{initiative.get_absolute_url()}?format=pdf"


def decompressed(content):
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    texts = []
    for stream in streams:
        try:
            texts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return content + b"".join(texts)


@needs_pango
def test_page_is_given_as_a_pdf(client, initiative):
    InitiativeLinkFactory(initiative=initiative, url="https://example.org/guide")

    response = client.get(address(initiative))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="le-garage.pdf"'
    assert response["X-Robots-Tag"] == "noindex"
    content = decompressed(response.content)
    assert content.startswith(b"%PDF-")
    assert "Le garage · Coopemploi".encode("utf-16-be").hex().encode() in content
    assert b"https://example.org/guide" in content
    assert b"http://testserver/contact/" in content
    assert b"/MarkInfo" in content


@needs_pango
def test_pdf_holds_the_text_in_pages_with_its_origin(monkeypatch, client, initiative):
    drawn = []
    draw = pdf.draw
    monkeypatch.setattr(pdf, "draw", lambda html, url: drawn.append(html) or draw(html, url))
    initiative.body = "Une ligne.\n\n" * 120
    initiative.save()

    response = client.get(address(initiative))

    assert decompressed(response.content).count(b"/Type /Page/") > 1
    assert "Une ligne." in drawn[0]
    assert "Coopemploi · http://testserver/initiatives/le-garage/ · " in drawn[0]
    assert "format=pdf" not in drawn[0].split("print-origin")[1].split("</p>")[0]


@needs_pango
def test_page_offers_its_pdf(client, initiative):
    assert b'href="?format=pdf"' in client.get(initiative.get_absolute_url()).content


def test_without_pango_the_link_is_absent_and_the_address_says_to_print(
    without_pango, client, initiative
):
    page = client.get(initiative.get_absolute_url())
    asked = client.get(address(initiative))

    assert page.status_code == 200
    assert b"format=pdf" not in page.content
    assert asked.status_code == 404
    assert "imprimez-la depuis votre navigateur" in asked.content.decode()


@needs_pango
def test_pdf_of_a_draft_is_for_animateurs(client, animateur_client):
    draft = InitiativeFactory(status=Publishable.Status.DRAFT)

    assert animateur_client.get(address(draft)).status_code == 200
    client.logout()
    assert client.get(address(draft)).status_code == 404


def test_unknown_format_is_refused_in_french(client, initiative):
    response = client.get(initiative.get_absolute_url(), {"format": "exe"})

    assert response.status_code == 404
    assert "Format possible" in response.content.decode()


# What the drawing may read


def test_own_style_sheet_is_read():
    content, media_type = pdf.read_own_file("http://testserver/static/css/print.css?v=1", PAGE)

    assert b"@page" in content
    assert media_type == "text/css"


def test_picture_sent_to_the_site_is_read(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "photo.png").write_bytes(b"image")

    assert pdf.read_own_file("http://testserver/fichiers/photo.png", PAGE)[0] == b"image"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/static/css/print.css",
        "http://testserver.example.org/static/css/print.css",
        "http://testserver/comptes/connexion/",
        "http://testserver/fichiers/import.csv",
        "file:///etc/hostname",
        "http://testserver/static/",
        "data:text/css,a{}",
    ],
)
def test_anything_else_is_not_read(url):
    with pytest.raises(ValueError, match="not ours"):
        pdf.read_own_file(url, PAGE)


@pytest.mark.parametrize(
    "url",
    [
        "http://testserver/static/../manage.py",
        "http://testserver/static/%2e%2e/manage.py",
        "http://testserver/fichiers/%2e%2e/%2e%2e/static/icon.svg",
        "http://testserver/static//etc/hostname",
    ],
)
def test_nothing_is_read_outside_our_folders(url):
    with pytest.raises(Exception, match=r"outside|joined path|No such file|not ours"):
        pdf.read_own_file(url, PAGE)


@needs_pango
def test_foreign_picture_opens_no_connection():
    """Sockets are closed in tests: an attempt would be an error of another kind."""
    html = '<img src="https://example.org/a.png" alt=""><link rel=stylesheet href="file:///etc/x">'

    assert pdf.draw(html, PAGE).startswith(b"%PDF-")
