"""Who cooperates with whom, as a picture and as a list."""

import math
from itertools import pairwise

import pytest
from django.urls import reverse

from coopemploi.pages import cooperation
from coopemploi.publishing import Publishable
from tests.factories import (
    ActorFactory,
    EventActorFactory,
    EventFactory,
    InitiativeFactory,
    InvolvementFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
)

pytestmark = pytest.mark.django_db
DRAFT = Publishable.Status.DRAFT


def partners(client):
    """{actor: {partner: ways}} of the page."""
    nodes = client.get(reverse("cooperation")).context["nodes"]
    return {node.actor.name: {actor.name: ways for actor, ways in node.partners} for node in nodes}


def sharing(*actors, **initiative):
    shared = InitiativeFactory(**initiative)
    for actor in actors:
        InvolvementFactory(initiative=shared, actor=actor, role="partner")


def test_actors_are_linked_by_what_they_share(client):
    one, other = ActorFactory(name="Adam"), ActorFactory(name="Berthe")
    sharing(one, other)
    sharing(one, other)
    event = EventFactory()
    for actor in (one, other):
        EventActorFactory(event=event, actor=actor)
    MatchFactory(need=NeedFactory(actor=one), offer=OfferFactory(actor=other), status="helped")

    ways = "2\xa0initiatives, 1\xa0mise en relation, 1\xa0rencontre"
    assert partners(client) == {"Adam": {"Berthe": ways}, "Berthe": {"Adam": ways}}


def test_what_is_not_public_links_nobody(client):
    one, other, hidden = ActorFactory(), ActorFactory(), ActorFactory(status=DRAFT)
    sharing(one, other, status=DRAFT)
    sharing(one, hidden)
    event = EventFactory(status=DRAFT)
    for actor in (one, other):
        EventActorFactory(event=event, actor=actor)
    MatchFactory(need=NeedFactory(actor=one), offer=OfferFactory(actor=other), status="suggested")
    MatchFactory(
        need=NeedFactory(actor=one, status=DRAFT), offer=OfferFactory(actor=other), status="helped"
    )

    assert partners(client) == {}


def test_actor_whose_offer_answers_its_own_need_cooperates_with_nobody(client):
    actor = ActorFactory()
    MatchFactory(need=NeedFactory(actor=actor), offer=OfferFactory(actor=actor), status="helped")

    assert partners(client) == {}


def test_crowd_says_nothing_of_two_of_them(client):
    sharing(*[ActorFactory() for _ in range(cooperation.MOST_AT_ONCE + 1)])

    assert partners(client) == {}


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(client, django_assert_num_queries, count):
    for _ in range(count):
        sharing(ActorFactory(), ActorFactory())
    # The identity, initiatives, events, introductions, actors.
    with django_assert_num_queries(5):
        client.get(reverse("cooperation"))


def test_two_hundred_names_do_not_touch():
    count = cooperation.MOST_ACTORS
    around = 2 * math.pi * cooperation.ring_of(count) / count
    assert around >= 13  # the height of a name, in units of the drawing


def drawn(client, count):
    sharing(*(ActorFactory(name=f"Mission locale {number}") for number in range(count)))
    return client.get(reverse("cooperation")).context


@pytest.mark.parametrize("count", range(2, 13))
def test_few_actors_make_a_small_drawing_of_names_that_are_not_turned(client, count):
    context = drawn(client, count)
    nodes, box = context["nodes"], context["box"]

    assert {node.turn for node in nodes} == {0}
    assert box["height"] <= 2 * (144 + 14)
    assert box["width"] < 600
    rows = sorted((node.is_left, node.y) for node in nodes)
    assert all(
        below - above >= 13 for (side, above), (other, below) in pairwise(rows) if side == other
    )
    for node in nodes:
        assert abs(float(node.name_x)) + 7 * len(node.label) <= -box["left"]
        assert box["top"] + 13 <= node.y <= -box["top"] - 13


def test_many_actors_have_room_for_their_names_all_around(client):
    for _ in range(20):
        sharing(*(ActorFactory(name="x" * 60) for _ in range(10)))
    box = client.get(reverse("cooperation")).context["box"]

    assert box["width"] == pytest.approx(box["height"], abs=8)
    assert box["width"] >= 2 * (cooperation.ring_of(200) + 7 * cooperation.NAME_LENGTH)


def test_each_actor_stands_once_beside_its_partners():
    near = {1: {2}, 2: {1}, 3: {4}, 4: {3}, 5: {3}}
    near[3].add(5)

    assert cooperation.ring_order(list(near), near) == [3, 5, 4, 1, 2]
