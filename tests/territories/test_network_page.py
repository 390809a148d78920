"""The page of a network, and who meets there."""

import pytest

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from territories.models import NetworkMembership
from tests.factories import (
    ActorFactory,
    EventFactory,
    NetworkMembershipFactory,
    SourceFactory,
    StageChangeFactory,
    TerritoryFactory,
)

from .pages import make_network, text_of

pytestmark = pytest.mark.django_db

DRAFT = Publishable.Status.DRAFT
NETWORK_QUERIES = 10


@pytest.mark.parametrize("rows", [1, 30])
def test_network_page_costs_the_same_however_rich(client, django_assert_num_queries, rows):
    network = make_network()
    for _ in range(rows):
        for role in NetworkMembership.Role:
            membership = NetworkMembershipFactory(network=network, role=role)
            StageChangeFactory(actor=membership.actor)
        for day in ("01/01/2010", "01/01/2900"):
            EventFactory(
                network=network,
                start=PartialDate.parse(day),
                town=TerritoryFactory(),
                source=SourceFactory(),
            )

    with django_assert_num_queries(NETWORK_QUERIES):
        response = client.get(network.get_absolute_url())

    assert len(response.context["upcoming"]) == len(response.context["past"]) == rows


def test_network_page_shows_the_dates_and_stage_of_its_members(client):
    change = StageChangeFactory(actor__name="Un projet", stage="accredited")
    membership = NetworkMembershipFactory(
        actor=change.actor, since=PartialDate.parse("2019"), until=PartialDate.parse("2021")
    )

    text = text_of(client.get(membership.network.get_absolute_url()))

    for shown in ("Un projet", "habilité", "depuis : ", "2019", "jusqu'à : ", "2021"):
        assert shown in text


def test_network_page_names_a_member_by_label(client):
    membership = NetworkMembershipFactory(
        actor=ActorFactory(name="Fuite", status=DRAFT), label="une fondation privée"
    )

    text = text_of(client.get(membership.network.get_absolute_url()))

    assert "une fondation privée" in text
    assert "Fuite" not in text
