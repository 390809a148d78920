"""A value that a filter does not know, asked of each filter of each list."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

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
