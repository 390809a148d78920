"""Two questions of a newcomer on a phone, from the home page, by what its pages show.

Each way is bounded in gestures: a field filled, a button or a link touched. Without JavaScript
as with it.
"""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from coopemploi.dates import PartialDate
from tests import factories as made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 375, "height": 800}
DAX = {"latitude": 43.7077, "longitude": -1.0524}
LIMOGES = {"latitude": 45.85, "longitude": 1.25}
MEETING = "Rencontre régionale de la grappe Auvergne-Rhône-Alpes"


@pytest.fixture(autouse=True)
def content():
    """As in the demonstration: what answers, and what could be taken for the answer."""
    cache.clear()
    dax = made.TerritoryFactory(name="Dax", kind="commune", code="40088", **DAX)
    grand_dax = made.TerritoryFactory(name="CA du Grand Dax", kind="epci", code="244000675", **DAX)
    made.CompositionFactory(whole=grand_dax, part=dax)
    made.CompositionFactory(whole=grand_dax, part__kind="commune", part__name="Narrosse")
    far = made.TerritoryFactory(name="Limoges", kind="commune", code="87085", **LIMOGES)
    titles = {
        "GPECT du Grand Dax": grand_dax,
        "Clauses d'insertion du Grand Dax": grand_dax,
        "GPECT de Monts et Barrages": far,
    }
    for title, place in titles.items():
        made.InitiativeFactory(title=title).territories.add(place)
    made.GlossaryTermFactory(term="GPECT")
    grappe = made.NetworkFactory(name="Grappe Auvergne-Rhône-Alpes")
    made.EventFactory(
        title=f"{MEETING}, à Lyon", start=PartialDate.parse("février 2020"), network=grappe
    )
    meeting = made.EventFactory(
        title=MEETING, start=PartialDate.parse("17 octobre 2019"), network=grappe
    )
    made.ObjectiveFactory(event=meeting)
    made.SessionFactory(event=meeting)
    made.RecapFactory(
        event=meeting, standfirst="La grappe s'est réunie, et voici ce qu'il en sort."
    )
    made.EventFactory(title="Journée de clôture", start=PartialDate.parse("15 décembre 2023"))


class Newcomer:
    """Somebody who sees what the window shows, and counts what they do."""

    def __init__(self, page):
        self.page = page
        self.gestures = 0

    def fill(self, label, words):
        self.gestures += 1
        self.page.get_by_label(label).fill(words)

    def touch(self, role, name, **options):
        self.gestures += 1
        self.page.get_by_role(role, name=name, **options).first.tap()


@pytest.fixture(params=[True, False], ids=["scripts", "no script"])
def newcomer(browser, site, request):
    context = browser.new_context(
        locale="fr-FR", viewport=PHONE, has_touch=True, java_script_enabled=request.param
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(site)
    yield Newcomer(page)
    context.close()


def expect_title(newcomer, title):
    expect(newcomer.page.get_by_role("heading", level=1)).to_have_text(title)


def test_gpect_near_dax_is_found_by_words(newcomer):
    newcomer.fill("Rechercher sur le site", "GPECT près de Dax")
    newcomer.touch("button", "Rechercher")
    first = newcomer.page.locator(".results h3").first
    expect(first).to_have_text("GPECT du Grand Dax")
    expect(first).to_be_in_viewport()
    newcomer.touch("link", "GPECT du Grand Dax")

    expect_title(newcomer, "GPECT du Grand Dax")
    expect(newcomer.page.get_by_role("link", name="CA du Grand Dax").first).to_be_in_viewport()
    assert newcomer.gestures == 3


def test_gpect_near_dax_is_found_by_place(newcomer):
    newcomer.fill("Votre commune ou votre code postal", "Dax")
    newcomer.touch("button", "Voir ce qui existe")
    newcomer.touch("link", "Dax", exact=True)
    newcomer.touch("link", "Voir les initiatives à moins de")
    newcomer.touch("link", "GPECT du Grand Dax")

    expect_title(newcomer, "GPECT du Grand Dax")
    assert newcomer.gestures == 5


def test_gpect_near_dax_is_found_by_the_directory(newcomer):
    newcomer.gestures += 1
    newcomer.page.locator("summary", has_text="Menu").tap()
    newcomer.touch("link", "Initiatives", exact=True)
    newcomer.fill("Mots", "GPECT")
    newcomer.fill("Près de", "Dax")
    newcomer.touch("button", "Chercher", exact=True)
    newcomer.touch("link", "Dans CA du Grand Dax")
    newcomer.touch("link", "GPECT du Grand Dax")

    expect_title(newcomer, "GPECT du Grand Dax")
    assert newcomer.gestures == 7


def test_what_came_out_of_the_meeting_of_the_grappe_is_found(newcomer):
    newcomer.fill("Rechercher sur le site", "rencontre de la grappe")
    newcomer.touch("button", "Rechercher")
    newcomer.touch("link", "Comptes rendus (1)")
    recaps = newcomer.page.get_by_role("region", name="Comptes rendus")
    newcomer.gestures += 1
    recaps.get_by_role("link", name=MEETING).tap()

    came_out = newcomer.page.get_by_role("heading", name="Compte rendu")
    expect(came_out).to_be_in_viewport()
    assert newcomer.gestures == 4


def test_what_came_out_of_the_meeting_of_the_grappe_is_found_by_dates(newcomer):
    newcomer.touch("link", "Toutes les rencontres passées")
    newcomer.touch("link", MEETING, exact=True)
    newcomer.touch("link", "Compte rendu", exact=True)

    came_out = newcomer.page.get_by_role("heading", name="Compte rendu")
    expect(came_out).to_be_in_viewport()
    assert newcomer.gestures == 3
