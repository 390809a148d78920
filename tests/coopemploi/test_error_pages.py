"""Pages of errors stand alone: they are read when the database, or the static files, fail."""

import re
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

PAGES = ["400.html", "500.html", "503.html"]
DECLARATION = re.compile(r"(--[\w-]+): ([^;]+);")


def links_of(html):
    soup = BeautifulSoup(html, "html.parser")
    return {tag.get("href") or tag.get("src") for tag in soup.select("link, img, script")}


@pytest.mark.parametrize("name", PAGES)
def test_page_needs_no_manifest_of_static_files(settings, tmp_path, name):
    """As when `collectstatic` was forgotten: every other page then fails."""
    settings.STATIC_ROOT = tmp_path
    backend = "coopemploi.static_storage.BundledStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}

    assert links_of(render_to_string(name)) == {"/static/errors.css", "/static/icon.svg"}


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_style_nor_script_of_its_own(name):
    soup = BeautifulSoup(render_to_string(name), "html.parser")

    assert soup.select("style, script, [style], [onclick]") == []


# No database: pytest refuses any access to it here.
@pytest.mark.parametrize("path", ["/static/errors.css", "/static/icon.svg"])
def test_what_a_page_asks_for_is_served_without_the_database(settings, path):
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    response = Client().get(path)

    assert response.status_code == 200
    assert b"".join(response.streaming_content)


def test_sheet_has_the_colours_of_the_site():
    tokens = DECLARATION.findall((settings.BASE_DIR / "static/css/tokens.css").read_text())
    sheet = (settings.BASE_DIR / "static/errors.css").read_text()
    said = DECLARATION.findall(sheet)

    assert said
    assert [each for each in said if each not in tokens] == []
    assert "@import" not in sheet
    assert "url(" not in sheet


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", {"message": "x" * 2000}),
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS", {str(n): "" for n in range(2000)}),
    ],
)
@pytest.mark.django_db
def test_what_is_too_long_is_said_to_be(settings, limit, sent):
    settings.DEBUG = False
    setattr(settings, limit, 1000)

    response = Client().post(
        "/comptes/login/", urlencode(sent), content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code == 413
    assert "trop long pour être envoyé d'un coup" in response.text
    assert "n'a pas compris" not in response.text


def test_what_is_not_understood_is_no_matter_of_length(settings):
    settings.DEBUG = False
    response = Client(headers={"host": "un autre site"}).get("/")
    assert response.status_code == 400
    assert "n'a pas compris cette demande" in response.text
