"""axe-core over every page, in every state, and the main flows by keyboard alone.

`docs/accessibilite.md` says what this shows, and what only a person can judge.
"""

import re

import pytest
from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import expect

from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from tests.conftest import SignedInClient
from tests.coopemploi.test_public_urls import PUBLIC, PUBLIC_RECORDS
from tests.factories import EventFactory, UserFactory
from tests.full_site import fill

from .audit import NARROW, WCAG, WIDE, faults, focused

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What is no page: a sheet, a fragment, a file.
NO_PAGE = {
    "actor_names",
    "favicon",
    "health",
    "identity_stylesheet",
    "manifest",
    "ready",
    "recap_feed",
    "robots",
    "sitemap",
    "suggestions",
    "territory_names",
    "touch_icon",
}
STATES = [
    "/recherche/?q=initiative",
    "/recherche/?q=zzzzz",
    "/recherche/?q=initiative&type=initiative",
    "/initiatives/?vue=carte",
    "/initiatives/?q=zzzzz",
    "/initiatives/?lieu=Dax&theme=inconnu&tri=hasard",
    "/evenements/?periode=passees",
    "/besoins-et-offres/?voir=offres",
    "/territoires/?q=dax",
    "/glossaire/?q=zzzzz",
    "/alertes/suivre/?liste=/initiatives/",
    "/page-qui-n-existe-pas/",
]
FOR_ADMIN = [
    "admin:index",
    "admin:initiatives_initiative_changelist",
    "admin:initiatives_initiative_add",
    "admin:initiatives_need_add",
    "admin:events_event_changelist",
    "admin:events_event_add",
    "admin:events_recap_add",
    "admin:events_action_changelist",
    "admin:territories_person_add",
    "admin:territories_actor_changelist",
    "admin:identity_identity_add",
]
FOR_MEMBERS = ["account", "account_email", "account_change_password", "mfa_index", "style"]


@pytest.fixture
def content():
    cache.clear()
    content = fill()
    registry.flush()
    return content


def sign_in(page, site, user):
    """What a sign-in leaves in a browser, without typing it."""
    client = SignedInClient()
    client.force_login(user)
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": site,
            }
        ]
    )


def audited(page, site, addresses, tags, **options):
    found = {}
    for address in addresses:
        page.goto(f"{site}{address}")
        if wrong := faults(page, tags, **options):
            found[address] = wrong
    return found


@pytest.mark.parametrize("part", ["pages", "records", "states"])
def test_public_pages_have_no_fault(quiet_page, site, content, part):
    addresses = {
        "pages": [reverse(name) for name in sorted(PUBLIC - NO_PAGE)],
        "records": [
            *(content[name].get_absolute_url() for name in sorted(PUBLIC_RECORDS)),
            content["coming"].get_absolute_url(),
        ],
        "states": STATES,
    }[part]

    assert audited(quiet_page, site, addresses, [*WCAG, "best-practice"]) == {}


def test_fault_is_found_in_what_is_folded(quiet_page):
    quiet_page.set_content(
        "<!doctype html><html lang=fr><title>Essai</title><main><h1>Essai</h1>"
        '<details><summary>Plus</summary><img src=x><p style="width: 700px">Large'
        "</details></main></html>"
    )

    found = faults(quiet_page, WCAG)

    assert {state: len(wrong) for state, wrong in found.items()} == {
        "unfolded": 1,  # no alternative
        "200 %": 1,  # too wide
        "320 px": 1,
    }


def test_empty_site_has_no_fault(quiet_page, site):
    names = ["home", "initiative_list", "event_list", "exchange_list", "action_list", "glossary"]

    found = audited(quiet_page, site, map(reverse, names), [*WCAG, "best-practice"], narrow=False)

    assert found == {}


def test_refused_forms_have_no_fault(quiet_page, site, content):
    page = quiet_page
    page.goto(f"{site}{reverse('account_login')}")
    page.get_by_label("E-mail").fill("personne@example.org")
    page.locator("main input[type=password]").fill("faux")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()

    assert faults(page, [*WCAG, "best-practice"]) == {}


def test_names_proposed_leave_a_field_its_purpose(quiet_page, site, content):
    event = EventFactory(start=PartialDate.parse("2099"), needs_registration=True)
    quiet_page.goto(f"{site}{reverse('registration_add', args=[event.slug])}")
    fields = quiet_page.locator("name-suggestions input[list]")
    expect(fields).to_have_count(2)

    purposes = fields.evaluate_all("all => all.map((one) => one.autocomplete)")
    assert purposes == ["organization", "off"]


def test_pages_of_errors_have_no_fault(quiet_page, site):
    found = {}
    for name in ("400.html", "500.html", "503.html"):
        html = render_to_string(name)
        quiet_page.route(f"{site}/{name}", lambda route, _, html=html: route.fulfill(body=html))
        quiet_page.goto(f"{site}/{name}")
        background = "getComputedStyle(document.querySelector('.button')).backgroundColor"
        assert quiet_page.evaluate(background) == "rgb(31, 95, 91)"
        if wrong := faults(quiet_page, [*WCAG, "best-practice"]):
            found[name] = wrong

    assert found == {}


@pytest.mark.parametrize("names", [FOR_MEMBERS, FOR_ADMIN], ids=["account", "admin"])
def test_pages_of_the_team_have_no_fault(quiet_page, site, content, names):
    sign_in(quiet_page, site, UserFactory(is_staff=True, is_superuser=True))

    assert audited(quiet_page, site, map(reverse, names), WCAG, narrow=False) == {}


def test_refused_sheet_of_the_admin_has_no_fault(quiet_page, site, content):
    page = quiet_page
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    page.goto(f"{site}{reverse('admin:events_event_add')}")
    page.locator("input[name=_save]").first.click()
    expect(page.locator(".errornote")).to_be_visible()

    assert faults(page, WCAG, narrow=False) == {}


# By keyboard alone


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    "address", ["/", "/initiatives/", "/initiatives/?vue=carte", "/contact/", "/comptes/login/"]
)
def test_focus_is_always_seen(quiet_page, site, content, address, size):
    page = quiet_page
    page.set_viewport_size(size)
    page.goto(f"{site}{address}")
    lost = []
    for _ in range(45):
        page.keyboard.press("Tab")
        where = focused(page)
        if where["isPage"]:
            break
        if not (where["isSeen"] and where["isOutlined"]):
            lost.append(where["what"])

    assert lost == []


def test_skip_link_leads_to_the_content(quiet_page, site, content):
    page = quiet_page
    page.goto(f"{site}/initiatives/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_filters_are_passed_by_keyboard(quiet_page, site, content):
    page = quiet_page
    page.goto(f"{site}/initiatives/")
    skip = page.get_by_role("link", name="Passer les filtres")
    page.get_by_role("link", name="Se connecter").first.focus()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    assert focused(page)["isSeen"]
    page.keyboard.press("Enter")
    expect(page.locator(".directory__results")).to_be_focused()
    page.keyboard.press("Tab")

    assert page.evaluate("!!document.activeElement.closest('.directory__results')")


def test_menu_of_a_phone_opens_by_keyboard(quiet_page, site, content):
    page = quiet_page
    page.set_viewport_size(NARROW)
    page.goto(f"{site}/")
    summary = page.locator(".site-nav summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Territoires", exact=True)).to_be_focused()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/territoires/$"))


def test_sheet_is_found_by_keyboard(quiet_page, site, content):
    page = quiet_page
    page.goto(f"{site}/initiatives/")
    page.get_by_label("Mots").focus()
    page.keyboard.type(content["initiative_detail"].title)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q="))  # the list has come
    page.locator(".card__link").first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(content["initiative_detail"].title)
