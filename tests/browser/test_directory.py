"""Searching and choosing a place by keyboard, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from coopemploi.derived import registry
from tests.factories import InitiativeFactory, TerritoryFactory, ThemeFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def content():
    InitiativeFactory(title="Garage solidaire")
    InitiativeFactory(title="Garage associatif")
    InitiativeFactory(title="Garage secret", status="draft")


def test_suggestion_is_chosen_by_keyboard(page, site):
    page.goto(f"{site}/initiatives/")
    field = page.get_by_role("combobox", name="Rechercher sur le site")
    field.press_sequentially("garag")

    options = page.get_by_role("listbox", name="Propositions").get_by_role("option")
    expect(options).to_have_text(["Garage associatif", "Garage solidaire"])
    expect(field).to_have_attribute("aria-expanded", "true")

    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "site-search-suggestions-1")

    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/initiatives/garage-solidaire/$"))


def test_escape_closes_suggestions_and_keeps_the_words(page, site):
    page.goto(f"{site}/initiatives/")
    field = page.get_by_role("combobox", name="Rechercher sur le site")
    field.press_sequentially("garage")
    expect(page.get_by_role("listbox", name="Propositions").get_by_role("option")).to_have_count(2)

    field.press("Escape")

    expect(page.get_by_role("listbox", name="Propositions").get_by_role("option")).to_have_count(0)
    expect(field).to_have_value("garage")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/recherche/\?q=garage$"))


def test_place_is_asked_only_on_request(page, site):
    TerritoryFactory(name="Thiers", code="63430", kind="commune", latitude=45.86, longitude=3.55)
    page.goto(f"{site}/initiatives/")
    page.get_by_label("Mots").fill("garage")

    page.get_by_role("button", name="Près de moi").click()

    expect(page).to_have_url(
        re.compile(r"/initiatives/\?q=garage&territoire=commune:63430&rayon=30&tri=proximite$")
    )


def test_list_works_without_javascript(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/initiatives/")

    page.get_by_label("Mots").fill("associatif")
    page.get_by_role("button", name="Chercher", exact=True).click()

    expect(page.get_by_role("heading", name="Garage associatif")).to_be_visible()
    expect(page.get_by_role("heading", name="Garage solidaire")).to_have_count(0)
    expect(page.get_by_role("button", name="Près de moi")).to_have_count(0)
    context.close()


def test_map_leads_by_keyboard_to_the_list_of_a_region(page, site):
    TerritoryFactory(kind="region", code="53", name="Bretagne")
    page.goto(f"{site}/initiatives/?vue=carte")

    shape = page.get_by_role("link", name=re.compile("^Bretagne"))
    shape.focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"vue=carte&territoire=region:53$"))


def test_filter_refreshes_the_list_in_place(page, site):
    stages = {"Garage en cours": "ongoing", "Garage fini": "completed"}
    for title, stage in stages.items():
        InitiativeFactory(title=title, stage=stage)
    registry.flush()
    page.goto(f"{site}/initiatives/")
    page.evaluate("window.isSamePage = true")
    expect(page.locator(".result-count")).to_have_text("4 initiatives")

    box = page.get_by_role("checkbox", name=re.compile("^en cours"))
    box.check()

    expect(page.locator(".result-count")).to_have_text("1 initiative")
    expect(page).to_have_url(re.compile(r"avancement=ongoing"))
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    expect(page.locator("body > [role=status]").last).to_have_text("1 initiative")

    page.go_back()

    expect(page.locator(".result-count")).to_have_text("4 initiatives")
    expect(page).to_have_url(re.compile(r"/initiatives/$"))
    assert page.evaluate("window.isSamePage")


def test_focus_stays_by_what_was_chosen_or_goes_to_what_comes_next(page, site):
    for stage in ("ongoing", "completed"):
        InitiativeFactory.create_batch(2, stage=stage, summary="")
    registry.flush()
    page.goto(f"{site}/initiatives/?avancement=ongoing&avancement=completed&tri=recent")
    chips = page.locator(".chips").get_by_role("link")
    expect(chips).to_have_count(3)

    page.get_by_role("link", name="A → Z").press("Enter")
    expect(page).to_have_url(re.compile("tri=nom"))
    expect(page.get_by_role("link", name="A → Z")).to_be_focused()
    chips.first.press("Enter")
    expect(chips).to_have_count(2)
    expect(chips.first).to_be_focused()
    page.get_by_role("link", name="Tout retirer").press("Enter")
    expect(chips).to_have_count(0)
    expect(page.locator(".result-count")).to_be_focused()


def test_menu_of_a_phone_is_closed_where_it_was_opened(page, site):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{site}/initiatives/")
    button = page.locator(".site-nav__menu summary")
    for is_open in (True, False):
        button.click()
        expect(page.locator(".site-nav__menu a").first).to_be_visible(visible=is_open)
    expect(page).to_have_url(re.compile("/initiatives/$"))


def test_words_typed_while_the_list_comes_are_kept(page, site):
    page.goto(f"{site}/initiatives/")
    held = []
    page.route(re.compile(r"\?q=garage"), lambda route: held.append(route))
    field = page.get_by_label("Mots")
    field.fill("garage")
    field.press("Enter")
    expect(page.locator(".directory")).to_have_attribute("aria-busy", "true")
    for _ in range(100):  # the list is said to come before its request is seen from here
        if held:
            break
        page.wait_for_timeout(50)

    field.press_sequentially(" solidaire")
    held[0].continue_()

    expect(page).to_have_url(re.compile(r"\?q=garage$"))
    expect(field).to_have_value("garage solidaire")
    expect(field).to_be_focused()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_long_facet_unfolds_by_keyboard_and_keeps_what_was_ticked(browser, site, has_scripts):
    for n in range(15):
        InitiativeFactory().themes.add(ThemeFactory(name=f"Thème {n:02}"))
    registry.flush()
    context = browser.new_context(java_script_enabled=has_scripts)
    page = context.new_page()
    page.goto(f"{site}/initiatives/?theme=theme-14")
    themes = page.get_by_role("group", name="Thématique").get_by_role("checkbox")
    expect(themes).to_have_count(13)

    page.get_by_role("button", name="2 autres : Thématique").press("Enter")

    expect(themes).to_have_count(15)
    expect(page).to_have_url(re.compile(r"\?.*theme=theme-14.*tout=theme"))
    expect(page.locator("#facette-theme")).to_be_focused()
    expect(page.get_by_role("group", name="Thématique").get_by_label("Thème 14")).to_be_checked()
    context.close()
