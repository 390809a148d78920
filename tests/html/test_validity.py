"""Every page and sheet is valid, says the Nu checker of the W3C (VNU_JAR; needs Java)."""

import json
import os
import subprocess

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from tests.browser.test_accessibility import FOR_ADMIN, FOR_MEMBERS, NO_PAGE, STATES
from tests.coopemploi.test_public_urls import PUBLIC, PUBLIC_RECORDS
from tests.factories import UserFactory
from tests.full_site import fill

pytestmark = [pytest.mark.html, pytest.mark.django_db]
# Django writes it, in the copy of a value that it compares with at the sending.
OF_DJANGO = "type” attribute whose value is “hidden” must not have any “aria-*” attributes"

# What this version of the checker does not know of the CSS of today, and why we write it.
NOT_KNOWN = {
    "@import are not allowed after any valid statement": "CSS Cascade 5: @layer may come first",
    "Property “vector-effect” doesn't exist": "SVG 2: a stroke as thin at any size of a map",
    "Property “field-sizing” doesn't exist": "CSS Basic UI 4: a field as tall as its text",
    "Property “container” doesn't exist": "CSS Containment 3: a list laid out by its own room",
    "Unrecognized at-rule “@container”": "CSS Containment 3: the same",
    "“--map-0”: Cannot invoke": "light-dark() of two var(): the checker fails, not the sheet",
    "“content”: “element(origin)”": "CSS GCPM: the running foot of a PDF, for WeasyPrint",
    "“position”: “running(origin)”": "CSS GCPM: the running foot of a PDF, for WeasyPrint",
}


def said_of(*arguments):
    """The messages of the checker."""
    command = ["java", "-jar", os.environ["VNU_JAR"], "--errors-only", "--format", "json"]
    checked = subprocess.run(  # noqa: S603 - the checker, over files we wrote
        [*command, *arguments], capture_output=True, check=False, text=True
    )
    return json.loads(checked.stderr)["messages"]


def errors_of(pages, folder):
    """What the checker says of {address: HTML}, as (address, line, message)."""
    names = {}
    for number, (address, html) in enumerate(pages.items()):
        (folder / f"{number}.html").write_bytes(html)
        names[f"{number}.html"] = address
    return [
        (names[message["url"].rsplit("/", 1)[-1]], message.get("lastLine"), message["message"])
        for message in said_of(folder)
        if OF_DJANGO not in message["message"]
    ]


def css_errors_of(sheets):
    """What the checker says of sheets of style, as (name, line, message)."""
    return [
        (message["url"].rsplit("/", 1)[-1], message.get("lastLine"), message["message"])
        for message in said_of("--css", *sheets)
    ]


def test_checker_finds_an_error(tmp_path):
    assert errors_of({"/": b"<!doctype html><title>x</title><p><ul></ul></p>"}, tmp_path)


def test_public_pages_are_valid(client, tmp_path):
    cache.clear()
    content = fill()
    addresses = [reverse(name) for name in sorted(PUBLIC - NO_PAGE)]
    addresses += [content[name].get_absolute_url() for name in sorted(PUBLIC_RECORDS)]

    pages = {a: client.get(a, follow=True).content for a in [*addresses, *STATES]}

    assert errors_of(pages, tmp_path) == []


def test_pages_of_the_team_are_valid(client, tmp_path):
    cache.clear()
    content = fill()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    addresses = [reverse(name) for name in [*FOR_MEMBERS, *FOR_ADMIN]]
    change = reverse("admin:initiatives_initiative_change", args=[content["initiative_detail"].pk])
    addresses.append(change)

    pages = {address: client.get(address).content for address in addresses}
    pages["refused"] = client.post(reverse("admin:events_event_add"), {}).content

    assert errors_of(pages, tmp_path) == []


def test_checker_finds_an_error_of_style(tmp_path):
    (tmp_path / "wrong.css").write_text("p { colour: red }")

    assert css_errors_of([tmp_path / "wrong.css"])


def test_sheets_of_style_are_valid():
    folder = settings.BASE_DIR / "static"
    said = css_errors_of(sorted(folder.rglob("*.css")))

    assert [error for error in said if not any(known in error[2] for known in NOT_KNOWN)] == []
    # Nothing stands in the list that the checker has learnt since.
    told = " ".join(message for _, _, message in said)
    assert [known for known in NOT_KNOWN if known not in told] == []
