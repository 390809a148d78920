"""What a screen reader is given: the accessibility tree that Chromium builds of each page.

No screen reader runs here: `docs/accessibilite.md` says what this cannot show.
"""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from coopemploi.derived import registry
from tests.factories import EventFactory, InitiativeFactory, UserFactory
from tests.full_site import past

from .test_accessibility import content, sign_in  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTROLS = {
    *("button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio"),
    *("listbox", "spinbutton", "DisclosureTriangle", "Date", "InputTime"),
}
PICTURES = {"image", "img"}
ONCE = ("banner", "main", "contentinfo")
LANDMARKS = {"navigation", "search", "region", "complementary"}


class Tree:
    """The nodes a screen reader meets, in the order it reads them."""

    def __init__(self, page):
        session = page.context.new_cdp_session(page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        session.detach()
        by_id = {node["nodeId"]: node for node in nodes}
        self.nodes = []
        waiting = [next(node for node in nodes if "parentId" not in node)]
        while waiting:
            node = waiting.pop()
            if not node["ignored"]:
                self.nodes.append(node)
            waiting += [by_id[each] for each in reversed(node["childIds"]) if each in by_id]

    def of(self, *roles):
        return [node for node in self.nodes if role(node) in roles]

    def first(self, wanted):
        """The rank of the first node of a role."""
        return next(rank for rank, node in enumerate(self.nodes) if role(node) == wanted)


def role(node):
    return node["role"]["value"]


def name(node):
    return node.get("name", {}).get("value", "").strip()


def said(node, what):
    """A property of a node, or its description."""
    if what == "description":
        return node.get("description", {}).get("value", "")
    found = [each["value"]["value"] for each in node["properties"] if each["name"] == what]
    return found[0] if found else None


def faults(tree, *, begins_with_title=True):
    """What would mislead whoever listens to a page, in words."""
    found = []
    headings = tree.of("heading")
    levels = [said(node, "level") for node in headings]
    if levels.count(1) != 1:
        found.append(f"{levels.count(1)} titles of level 1")
    for before, after, node in zip(levels, levels[1:], headings[1:], strict=False):
        if after > before + 1:
            found.append(f"from level {before} to {after}: {name(node)}")
    found += [f"heading without words, level {said(n, 'level')}" for n in headings if not name(n)]
    found += [f"{role(node)} without a name" for node in tree.of(*CONTROLS) if not name(node)]
    found += [f"{role(node)} without a name" for node in tree.of(*PICTURES) if not name(node)]
    found += [
        f"{len(tree.of(one))} {one}" for one in ONCE if begins_with_title and len(tree.of(one)) != 1
    ]
    landmarks = [(role(node), name(node)) for node in tree.of(*LANDMARKS)]
    found += [f"{one} twice" for one in sorted(set(landmarks)) if landmarks.count(one) > 1]
    kinds = [kind for kind, _ in landmarks]
    found += [
        f"{kind} without a name"
        for kind, words in landmarks
        if not words and (kind == "region" or kinds.count(kind) > 1)
    ]
    if begins_with_title and not found:
        order = [tree.first(one) for one in ("link", *ONCE)]
        if order != sorted(order) or name(tree.of("link")[0]) != "Aller au contenu":
            found.append("not read as skip link, banner, main, footer")
        inside = tree.nodes[tree.first("main") :]
        if said(next(node for node in inside if role(node) == "heading"), "level") != 1:
            found.append("a heading before the title")
    return found


def test_pages_are_heard_in_order(quiet_page, site, content):  # noqa: F811
    page = quiet_page
    coming = content["coming"]
    coming.needs_registration = True
    coming.save()
    names = "initiative", "territory", "event", "actor", "need", "action", "network"
    addresses = [
        "/",
        "/initiatives/",
        "/initiatives/?vue=carte",
        "/initiatives/?q=zzzzz",
        "/recherche/?q=initiative",
        "/chiffres/",
        "/qui-coopere-avec-qui/",
        "/accessibilite/",
        "/proposer/initiative/",
        reverse("registration_add", args=[coming.slug]),
        *(content[f"{each}_detail"].get_absolute_url() for each in names),
    ]
    heard = {}
    for address in addresses:
        page.goto(f"{site}{address}")
        if wrong := faults(Tree(page)):
            heard[address] = wrong

    assert heard == {}


CARDS = ["/initiatives/", "/evenements/", "/evenements/?periode=passees", "/actions/"]
CARDS += ["/acteurs/", "/reseaux/", "/territoires/", "/besoins-et-offres/", "/ressources/", "/"]


def test_cards_are_heard_from_their_title(quiet_page, site, content):  # noqa: F811
    """Whoever goes from title to title hears of each what follows it."""
    heard, count = {}, 0
    for address in CARDS:
        quiet_page.goto(f"{site}{address}")
        nodes = Tree(quiet_page).nodes
        for rank, node in enumerate(nodes):
            if role(node) != "article":
                continue
            count += 1
            title, link = nodes[rank + 1 : rank + 3]
            if (role(title), role(link), name(link)) != ("heading", "link", name(title)):
                heard[address] = [(role(each), name(each)) for each in (title, link)]
        if drawn := [name(node) for node in nodes if name(node) in {"·", "→", "›"}]:
            heard[f"{address}, drawn"] = drawn

    assert count > len(CARDS)
    assert heard == {}


def test_cockpit_is_heard_in_order(quiet_page, site, content):  # noqa: F811
    sign_in(quiet_page, site, UserFactory(is_staff=True, is_superuser=True))
    heard = {}
    for address in ("admin:index", "admin:events_event_changelist", "admin:events_event_add"):
        quiet_page.goto(site + reverse(address))
        if wrong := faults(Tree(quiet_page), begins_with_title=False):
            heard[address] = wrong

    assert heard == {}


@pytest.mark.parametrize("form", ["registration", "proposal"])
def test_errors_are_heard_with_their_field(quiet_page, site, form):
    page = quiet_page
    event = EventFactory(start=past(-30), needs_registration=True)
    addresses = {
        "registration": reverse("registration_add", args=[event.slug]),
        "proposal": reverse("proposal_add", args=["initiative"]),
    }
    page.goto(site + addresses[form])
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_title(re.compile("^Erreur"))
    tree = Tree(page)

    wrong = [node for node in tree.nodes if said(node, "invalid") == "true"]
    errors = page.locator("main .field .errorlist").all_inner_texts()
    assert len(wrong) == len(errors) > 0
    for field, error in zip(wrong, errors, strict=True):
        assert error in said(field, "description"), name(field)
    alerts = page.locator("main [role=alert]")
    for link in alerts.get_by_role("link").all():
        link.click()
        assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    assert alerts.get_by_role("link").count() == len(wrong)


def test_count_is_said_when_a_filter_changes_the_list(quiet_page, site):
    page = quiet_page
    for title, stage in {"Garage en cours": "ongoing", "Garage fini": "completed"}.items():
        InitiativeFactory(title=title, stage=stage)
    registry.flush()
    page.goto(f"{site}/initiatives/")
    page.get_by_role("checkbox", name=re.compile("^en cours")).check()
    expect(page.locator(".result-count")).to_have_text("1 initiative")
    live = [node for node in Tree(page).of("status") if said(node, "live") == "polite"]

    assert len(live) >= 1
    expect(page.locator("body > [role=status]").last).to_have_text("1 initiative")


def unnamed_figures(page):
    """RGAA 1.9: a picture and its legend are one thing, which has its name."""
    return page.locator("figure:has(img, svg):not([aria-label], [aria-labelledby])")


def test_pictures_have_their_words(quiet_page, site, content):  # noqa: F811
    """A map beside its list, a circle above the same names, bars in the rows of their tables."""
    page = quiet_page
    page.goto(f"{site}/initiatives/?vue=carte")
    shapes = page.locator(".map").get_by_role("link").all()
    counted = [shape.get_attribute("aria-label") for shape in shapes]
    assert counted
    assert [label for label in counted if not re.search(r" : \d+", label)] == []
    expect(page.locator(".directory__results .card").first).to_be_visible()
    expect(unnamed_figures(page)).to_have_count(0)

    page.goto(f"{site}/qui-coopere-avec-qui/")
    drawn = {link.get_attribute("href") for link in page.locator(".ring__node").all()}
    listed = {link.get_attribute("href") for link in page.locator(".ring__list dt a").all()}
    assert drawn
    assert drawn == listed
    expect(unnamed_figures(page)).to_have_count(0)

    page.goto(f"{site}/chiffres/")
    tables = page.locator("main table")
    assert tables.count() > 0
    assert [name(node) for node in Tree(page).of("table") if not name(node)] == []
    bars = page.locator("main svg:not([aria-hidden=true]):not([role=img])")
    assert bars.count() == 0


@pytest.mark.parametrize(("width", "is_drawn"), [(375, False), (928, True), (1280, True)])
def test_ring_shows_whole_or_gives_way_to_its_list(quiet_page, site, content, width, is_drawn):  # noqa: F811
    page = quiet_page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}/qui-coopere-avec-qui/")

    drawing = page.locator(".ring__drawing")
    expect(page.locator(".ring__list dt a").first).to_be_visible()
    expect(drawing).to_be_visible(visible=is_drawn)
    expect(page.get_by_text("Sur un écran plus large")).to_be_visible(visible=not is_drawn)
    if is_drawn:
        box = drawing.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
