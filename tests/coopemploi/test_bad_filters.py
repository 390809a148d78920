"""A value that a filter does not know, asked of each filter of each list."""

import datetime
import html
from xml.etree import ElementTree

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse
from icalendar import Calendar

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from events.filters import ActionFilter, EventFilter, ManifestationFilter, VerbatimFilter
from initiatives.filters import ExchangeFilter, InitiativeFilter, ResourceFilter
from territories.filters import ActorFilter, NetworkFilter, TerritoryListFilter
from tests.factories import CampaignFactory, EventFactory, InitiativeFactory, StepFactory

pytestmark = pytest.mark.django_db
LISTS = {
    "action_list": ActionFilter,
    "actor_list": ActorFilter,
    "campaign_detail": ManifestationFilter,
    "event_list": EventFilter,
    "exchange_list": ExchangeFilter,
    "initiative_list": InitiativeFilter,
    "network_list": NetworkFilter,
    "resource_list": ResourceFilter,
    "territory_list": TerritoryListFilter,
    "verbatim_list": VerbatimFilter,
}
ATOM = "{http://www.w3.org/2005/Atom}"
# What any words may be asked of, and what only unfolds.
TAKES_ANYTHING = {"q", "tout"}


PLAIN = {
    "tri": "« rien » n'existe pas, la liste est dans l'ordre habituel.",
    "territoire": "« rien » est inconnu, la liste n'y est pas limitée.",
    "mois": "Ce mois est illisible : écrivez par exemple 2030-10.",
    "position": "Cette position est illisible : indiquez une commune ou un code postal.",
    "lieu": "Aucun territoire ne s'appelle « rien » : "
    "essayez une commune, une intercommunalité, un code postal.",
}


@pytest.mark.parametrize("name", LISTS)
def test_bad_value_is_told_in_plain_words(client, name):
    campaign = CampaignFactory()
    EventFactory(campaign=campaign)
    address = reverse(name, args=[campaign.slug] if name == "campaign_detail" else [])

    for asked in LISTS[name].base_filters:
        if asked in TAKES_ANYTHING:
            continue
        response = client.get(address, {asked: "rien"})

        page = BeautifulSoup(response.content, "html.parser").main
        (notice,) = [each.text for each in page.select(".notices li")]
        plain = PLAIN.get(asked, "« rien » n'existe pas, ce filtre est ignoré.")
        assert (response.status_code, notice.split(" : ", 1)[1]) == (400, plain)
        assert "Sélectionnez un choix" not in page.text


@pytest.mark.parametrize("name", [name for name in LISTS if name != "campaign_detail"])
def test_words_and_unfolding_take_anything(client, name):
    for asked in TAKES_ANYTHING:
        assert client.get(reverse(name), {asked: "rien"}).status_code == 200


@pytest.mark.parametrize("year", ["2031", "2032"])
def test_year_of_a_draft_alone_is_told_as_a_year_of_nothing(client, year):
    draft = InitiativeFactory(status=Publishable.Status.DRAFT)
    StepFactory(initiative=draft, date="2031")
    shown = InitiativeFactory()
    StepFactory(initiative=shown, date="2030")

    response = client.get(reverse("initiative_list"), {"annee": year})

    assert response.status_code == 200
    [facet] = [each for each in response.context["filters"].facets if each.name == "annee"]
    told = [(each.value, each.count, each.is_selected) for each in facet.choices]
    assert told == [(year, 0, True), ("2030", 1, False)]


def test_what_is_no_year_is_a_bad_value(client):
    response = client.get(reverse("initiative_list"), {"annee": "demain"})
    assert response.status_code == 400


# What one follows


def read(client, name, **asked):
    response = client.get(reverse(name), asked)
    return response.status_code, b"".join(response).decode()


def test_feed_whose_filter_is_gone_says_so_and_gives_nothing_else(client):
    InitiativeFactory(title="Garage solidaire")

    with time_machine.travel("2026-11-25 10:30 +0100", tick=False):
        status, text = read(client, "initiative_list", theme="<partie>", format="atom")

    [entry] = ElementTree.fromstring(text).findall(f"{ATOM}entry")  # noqa: S314
    page = "http://testserver/initiatives/?theme=%3Cpartie%3E"
    assert status == 200
    assert entry.find(f"{ATOM}title").text == "Plus rien à suivre ici : initiatives"
    assert "n'existe pas, ou plus : Thématique « <partie> »." in html.unescape(
        entry.find(f"{ATOM}summary").text
    )
    assert entry.find(f"{ATOM}link").get("href") == page
    assert entry.find(f"{ATOM}id").text == f"{page}#2026-11"
    assert "Garage" not in text


def test_feed_says_once_a_month_that_its_filter_is_gone(client):
    told = []
    for day in ("2026-11-02", "2026-11-30", "2026-12-01"):
        with time_machine.travel(f"{day} 10:30 +0100", tick=False):
            _, text = read(client, "initiative_list", theme="partie", format="atom")
        [entry] = ElementTree.fromstring(text).findall(f"{ATOM}entry")  # noqa: S314
        told.append((entry.find(f"{ATOM}id").text, entry.find(f"{ATOM}updated").text))

    assert told[0] == told[1] != told[2]


def test_calendar_whose_filter_is_gone_says_so_on_the_day(client):
    EventFactory(title="Atelier", start=PartialDate.parse("17/10/2030"))

    with time_machine.travel("2026-11-25 10:30 +0100", tick=False):
        status, text = read(client, "event_list", reseau="parti", format="ics")

    [entry] = Calendar.from_ical(text).walk("VEVENT")
    assert status == 200
    assert entry["summary"] == "Plus rien à suivre ici : rencontres"
    assert "Réseau « parti »" in entry["description"]
    days = entry.decoded("dtstart"), entry.decoded("dtend")
    assert days == (datetime.date(2026, 11, 25), datetime.date(2026, 11, 26))


@pytest.mark.parametrize(("list_", "name"), [("initiative_list", "ics"), ("event_list", "pdf")])
def test_what_is_no_format_of_the_list_is_not_followed(client, list_, name):
    assert client.get(reverse(list_), {"theme": "partie", "format": name}).status_code == 400
