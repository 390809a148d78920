"""A third person sees nothing of an introduction, but how many there were."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from initiatives import introductions
from initiatives.models import Introduction, Match
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    InvolvementFactory,
    MatchFactory,
    NetworkFactory,
    NetworkMembershipFactory,
)

from .asking import HELPER, NOW, SEEKER, ask_as_seeker, asked, participant

pytestmark = pytest.mark.django_db


def test_a_third_person_can_neither_ask_nor_read(client, match):
    ask_as_seeker(client, match)
    introduction = Introduction.objects.get()
    client.force_login(participant("curieuse@example.org"))

    assert client.post(*asked(match)).status_code == 403
    for kind in ("introduction_answer", "introduction_outcome"):
        assert client.get(reverse(kind, args=[f"{introduction.pk}"])).status_code == 404
        other_purpose = introductions.OUTCOME if kind.endswith("answer") else introductions.ANSWER
        forged = other_purpose.sign([introduction.pk, "seeker"])
        assert client.get(reverse(kind, args=[forged])).status_code == 404
    assert client.get(f"/admin/initiatives/introduction/{introduction.pk}/change/").status_code in (
        302,
        403,
    )


def test_a_match_says_for_whom_its_link_is(client, match):
    page = BeautifulSoup(client.get(match.need.get_absolute_url()).content, "html.parser")

    said = page.select_one(".match__introduction").text
    assert "si l'une de ces deux fiches est la vôtre" in said


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_third_person_sees_the_same_pages_before_and_after(client, match, is_signed_in):
    if is_signed_in:
        client.force_login(participant("curieuse@example.org"))
    pages = [match.need.get_absolute_url(), match.offer.get_absolute_url(), reverse("home")]
    before = [client.get(page).text for page in pages]

    introduction = introductions.ask(
        Introduction(
            need=match.need,
            offer=match.offer,
            seeker=match.need.person,
            helper=match.offer.person,
            message="Un message privé",
        ),
        user=participant(SEEKER),
        is_animateur=False,
        at=NOW,
    )
    introductions.answer(introduction=introduction, side="helper", accepts=True, at=NOW)

    assert Introduction.objects.get().is_introduced
    after = [client.get(page).text for page in pages]
    assert after == before
    for text in after:
        assert SEEKER not in text
        assert HELPER not in text


def test_a_network_counts_its_introductions_once_they_are_several(client):
    network = NetworkFactory()
    actor = ActorFactory()
    NetworkMembershipFactory(network=network, actor=actor)
    statuses = ("introduced", "under_way", "helped", "suggested")
    for number, status in enumerate(statuses):
        if number == 2:
            assert "Mises en relation" not in client.get(network.get_absolute_url()).text
        MatchFactory(need__actor=actor, status=status)

    assert "<dd>3, dont 1 qui a aidé</dd>" in client.get(network.get_absolute_url()).text


def test_a_match_counts_once_however_many_members_it_concerns():
    network = NetworkFactory()
    one, other = ActorFactory.create_batch(2)
    initiative = InitiativeFactory()
    for actor in (one, other):
        NetworkMembershipFactory(network=network, actor=actor)
        InvolvementFactory(initiative=initiative, actor=actor)
    MatchFactory(need__actor=one, offer=None, initiative=initiative, status="helped")

    counts = Match.objects.of_network(network).acted_upon()

    assert counts == {"introduced": 1, "helped": 1}
