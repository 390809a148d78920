"""A page of a real browser, before the site served as it is."""

import os

import pytest
from playwright.sync_api import sync_playwright

from coopemploi.derived import registry

from .audit import WIDE

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
THIERS = {"latitude": 45.8561, "longitude": 3.5478}


@pytest.fixture(scope="session")
def browser():
    # Playwright runs an event loop in this thread, where Django would refuse its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def site(live_server):
    """The address of the site, which knows what the test has written."""
    registry.flush()
    return live_server.url


@pytest.fixture
def page(browser):
    """A page that fails the test on any error of a script or of the content policy.

    Not on an answer that says « 409 »: the browser logs it, people read the page.
    """
    context = browser.new_context(locale="fr-FR", geolocation=THIERS, permissions=["geolocation"])
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda said: (
            said.type == "error" and "409 (Conflict)" not in said.text and errors.append(said.text)
        ),
    )
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def quiet_page(browser):
    """A page that may answer 400 or 404: that is part of what is audited."""
    context = browser.new_context(locale="fr-FR", viewport=WIDE, reduced_motion="reduce")
    yield context.new_page()
    context.close()
