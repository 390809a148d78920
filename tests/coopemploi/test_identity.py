"""The name, colour and logo of an installation."""

import re
import struct
import zlib
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse
from PIL import Image

from coopemploi.identity import colours
from coopemploi.identity.forms import IdentityForm
from coopemploi.identity.models import Identity
from coopemploi.pages.accessibility import checks
from tests.test_consistency import ROOT

pytestmark = pytest.mark.django_db
TOKENS = (ROOT / "static/css/tokens.css").read_text()
PLUM = "#7a1f4a"


def token(name):
    """(light, dark) of a colour of ours."""
    return re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", TOKENS).groups()


def picture(name="logo.png", size=(300, 120), kind="PNG", **saved):
    content = BytesIO()
    Image.new("RGBA", size, "#7a1f4a80").convert("RGBA" if kind == "PNG" else "RGB").save(
        content, kind, **saved
    )
    return SimpleUploadedFile(name, content.getvalue())


def unfolding():
    """A small file that says it unfolds into four hundred million pixels."""
    content = bytearray(picture().read())
    content[16:24] = struct.pack(">II", 20_000, 20_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return SimpleUploadedFile("logo.png", bytes(content))


def form(logo=None, **data):
    identity = Identity(pk=1)
    data = {"name": "Réseau", "tagline": "Ensemble", **data}
    return IdentityForm(data, {"logo": logo} if logo else {}, instance=identity)


@pytest.fixture(autouse=True)
def _media(tmp_path):
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


# Colour


def test_grounds_are_those_of_the_tokens():
    assert token("surface-2") == (colours.LIGHT_GROUND, colours.DARK_GROUND)
    assert token("surface") == (colours.LIGHT_SURFACE, colours.DARK_SURFACE)
    assert token("accent-ink") == (colours.WHITE, colours.DARK_INK)
    assert token("accent")[0] == colours.DEFAULT


@pytest.mark.parametrize("text", ["ink", "ink-soft", "accent", "warm", "danger"])
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_our_colours_are_legible_on_every_ground(text, theme):
    grounds = ["paper", "surface", "surface-2"]
    grounds += [f"{text}-soft"] if text in {"accent", "warm", "danger"} else []

    pale = {
        ground: round(colours.contrast(token(text)[theme], token(ground)[theme]), 2)
        for ground in grounds
    }

    assert {ground: ratio for ground, ratio in pale.items() if ratio < colours.MINIMUM} == {}


def test_contrast_is_that_of_wcag():
    assert colours.contrast("#ffffff", "#000000") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("colour", [PLUM, "#000000", "#0055aa", "#b34700", colours.DEFAULT])
def test_shade_for_the_dark_is_legible(colour):
    colours.validate_colour(colour)

    dark = colours.for_dark(colour)

    assert colours.contrast(dark, colours.DARK_GROUND) >= colours.MINIMUM
    assert colours.contrast(dark, colours.soft(dark, colours.DARK_SURFACE)) >= colours.MINIMUM


def test_pale_colour_is_refused_with_the_nearest_that_suits():
    with pytest.raises(ValidationError, match="contraste est de 1,3 pour 1") as refused:
        colours.validate_colour("#ffcc00")

    colours.validate_colour(re.search("#[0-9a-f]{6}", refused.value.messages[0])[0])


@pytest.mark.parametrize("colour", ["rouge", "#12345", "#1f5f5b;}*{display:none", "#GGGGGG"])
def test_what_is_no_colour_is_refused(colour):
    assert form(accent=colour).errors["accent"]


def test_stylesheet_gives_the_colour(client):
    assert PLUM not in client.get(reverse("identity_stylesheet")).content.decode()
    Identity.objects.create(pk=1, accent=PLUM)

    response = client.get(reverse("identity_stylesheet"), {"v": "7a1f4a"})

    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert f"--accent: light-dark({PLUM}, " in response.content.decode()
    assert "immutable" in response["Cache-Control"]
    assert (
        "immutable" not in client.get(reverse("identity_stylesheet"), {"v": "x"})["Cache-Control"]
    )


def test_page_asks_for_the_stylesheet_of_a_colour_of_its_own_only(client):
    address = reverse("identity_stylesheet")
    assert address not in client.get(reverse("home")).content.decode()
    Identity.objects.create(pk=1, accent=PLUM)

    assert f'href="{address}?v=7a1f4a"' in client.get(reverse("home")).content.decode()


# Logo


def test_logo_is_drawn_anew_without_what_the_file_held(client):
    secret = b"taken at 45.85 N"
    sent = picture(kind="JPEG", name="photo.jpg", size=(900, 600), comment=secret)
    assert secret in sent.read()
    sent.seek(0)
    filled = form(logo=sent)
    assert filled.is_valid(), filled.errors
    identity = filled.save()

    response = client.get(reverse("identity_logo"), {"v": identity.logo_version})
    content = b"".join(response.streaming_content)

    assert response["Content-Type"] == "image/webp"
    assert "immutable" in response["Cache-Control"]
    assert secret not in content
    assert Image.open(BytesIO(content)).size == (144, 96)
    assert (identity.logo_width, identity.logo_height) == (144, 96)
    page = client.get(reverse("home")).content.decode()
    assert f"{reverse('identity_logo')}?v={identity.logo_version}" in page


@pytest.mark.parametrize(
    "sent",
    [
        SimpleUploadedFile("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
        SimpleUploadedFile("logo.png", b"<svg onload='alert(1)'/>"),
        SimpleUploadedFile("logo.png", picture().read()[:200]),
        SimpleUploadedFile("logo.png", b"x" * 2_000_001),
        unfolding(),
    ],
    ids=["svg", "svg called png", "cut", "heavy", "unfolding"],
)
def test_what_is_no_picture_is_refused(sent):
    assert form(logo=sent).errors["logo"]


def test_logo_can_be_taken_away(client):
    filled = form(logo=picture())
    filled.save()

    bare = IdentityForm(
        {"name": "Réseau", "tagline": "Ensemble", "logo-clear": "on"},
        instance=Identity.objects.get(),
    )
    bare.save()

    assert Identity.objects.get().logo.name == ""
    assert client.get(reverse("identity_logo")).status_code == 404


def test_page_of_a_site_with_its_own_look_costs_no_query_more(client, django_assert_num_queries):
    form(logo=picture(), accent=PLUM).save()
    with django_assert_num_queries(1):
        client.get(reverse("legal_notice"))


# Icons of a browser or of a phone


def drawing(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return Image.open(BytesIO(response.getvalue()))


@pytest.mark.parametrize("size", [192, 512])
def test_icon_of_a_site_without_logo_is_our_mark(client, size):
    drawn = drawing(client, reverse("identity_icon", args=[size]))

    assert drawn.size == (size, size)
    assert drawn.getpixel((0, 0)) == tuple(colours.channels(colours.DEFAULT))


def test_icon_is_the_logo_whole_in_a_square(client):
    identity = form(logo=picture(size=(400, 100))).save()

    drawn = drawing(client, reverse("identity_icon", args=[192]), v=identity.logo_version)

    assert drawn.size == (192, 192)
    assert drawn.getpixel((96, 0)) == drawn.getpixel((5, 96)) == (255, 255, 255)
    assert drawn.getpixel((96, 96)) == drawn.getpixel((20, 80)) != (255, 255, 255)
    assert drawing(client, reverse("touch_icon")) == drawn


def test_favicon_is_the_logo_too(client):
    before = drawing(client, reverse("favicon"))
    form(logo=picture()).save()

    after = drawing(client, reverse("favicon"))

    assert {(16, 16), (32, 32), (48, 48)} == after.info["sizes"] == before.info["sizes"]
    assert after.convert("RGB") != before.convert("RGB")


def test_icon_of_another_size_or_of_a_lost_logo_is_not_found(client, tmp_path):
    identity = form(logo=picture(size=(70, 30))).save()
    assert client.get(reverse("identity_icon", args=[40_000])).status_code == 404

    (tmp_path / identity.logo.name).unlink()

    assert client.get(reverse("favicon")).status_code == 404


def test_manifest_names_the_site_and_its_icons(client):
    identity = form(logo=picture(), accent=PLUM).save()
    Identity.objects.update(name="Réseau des Landes")

    response = client.get(reverse("manifest"))
    told = response.json()

    assert response["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["theme_color"]) == ("Réseau des Landes", PLUM)
    for icon in told["icons"]:
        assert icon["src"].endswith(f"?v={identity.logo_version}")
        assert "x".join(map(str, drawing(client, icon["src"]).size)) == icon["sizes"]


@pytest.mark.parametrize("name", ["home", "admin:index"])
def test_pages_lead_to_the_icons_of_the_logo(animateur_client, name):
    def icons():
        page = BeautifulSoup(animateur_client.get(reverse(name)).content, "html.parser")
        return [link["href"] for link in page.select("link[rel$=icon], link[rel=manifest]")]

    own = reverse("identity_icon", args=[192])
    assert icons() == ["/static/icon.svg", f"{own}?v=", reverse("manifest")]
    identity = form(logo=picture()).save()

    version = f"?v={identity.logo_version}"
    assert icons() == [own + version, own + version, reverse("manifest")]


# Style page and icons


def test_style_page_is_for_the_team(client, animateur_client):
    response = animateur_client.get(reverse("style"))
    assert response.status_code == 200
    assert "Adresse incomplète." in response.content.decode()


def test_style_page_draws_every_component(animateur_client):
    sheets = ("cards", "forms", "components")
    styles = "".join((ROOT / f"static/css/{name}.css").read_text() for name in sheets)
    named = set(re.findall(r"^\.([a-z_-]+)", styles, re.MULTILINE))

    page = BeautifulSoup(animateur_client.get(reverse("style")).content, "html.parser").main
    drawn = {name for tag in page.find_all(class_=True) for name in tag["class"]}

    # What is told of a gesture stands above the content of a page.
    assert named - drawn == {"messages"}
    assert drawn >= {"breadcrumb", "counts", "paths", "facet", "sorts", "bars", "agenda"}
    assert drawn >= {"lesson", "redo", "session", "contribution", "cell--empty"}


def test_style_page_is_refused_to_a_participant(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("participant@example.org"))
    assert client.get(reverse("style")).status_code == 403


def test_every_icon_exists_and_serves():
    sources = [*(ROOT / "templates").rglob("*.html")]
    used = {
        name for path in sources for name in re.findall(r'\{% icon "([^"]+)" %\}', path.read_text())
    }
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))

    assert drawn == used


def test_style_page_shows_every_token():
    sheet = (ROOT / "static/css/style-page.css").read_text()
    tokens = set(re.findall(r"--((?:step|space)-[0-9-]+):", TOKENS))
    tokens |= set(re.findall(r"--([a-z0-9-]+): light-dark", TOKENS))

    assert {name for name in tokens if f"var(--{name});\n}}" not in sheet} == set()


def test_accessibility_statement_names_tests_that_exist():
    written = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = {name for check in checks() for name in check.tests}

    assert {name for name in named if f"def {name}(" not in written} == set()


def test_accessibility_page_tells_every_theme(client):
    page = client.get(reverse("accessibility")).content.decode()

    assert len(checks()) == 13
    assert [check.theme for check in checks() if check.theme not in page] == []
