"""Members ask, and answer, for their actor."""

import pytest

from initiatives.models import Introduction
from tests.factories import (
    ActorFactory,
    BelongingFactory,
    InitiativeFactory,
    InvolvementFactory,
    MatchFactory,
    PersonFactory,
)

from .asking import HELPER, SEEKER, ask_as_seeker, asked, member_of, participant, sent_to

pytestmark = pytest.mark.django_db


def test_a_member_asks_for_what_their_actor_seeks(client, match, actors):
    client.force_login(member_of(actors[0], "mia@example.org", first_name="Mia", last_name="Mb"))

    assert client.post(*asked(match)).status_code == 302

    introduction = Introduction.objects.get()
    assert (introduction.seeker.email, introduction.helper.email) == ("mia@example.org", HELPER)
    assert (introduction.seeker_answer, introduction.helper_answer) == ("accepted", "waiting")
    [mail] = sent_to(HELPER)
    assert "Mia Mb cherche" in mail.message
    assert (sent_to(SEEKER), "mia@example.org" in mail.message) == ([], False)


def test_a_member_asks_for_what_their_actor_offers(client, match, actors):
    client.force_login(member_of(actors[1], "mia@example.org"))

    client.post(*asked(match))

    introduction = Introduction.objects.get()
    assert (introduction.seeker.email, introduction.helper.email) == (SEEKER, "mia@example.org")
    assert (len(sent_to(SEEKER)), sent_to(HELPER)) == (1, [])


def test_who_only_asked_to_belong_asks_for_nothing(client, match, actors):
    user = participant("mia@example.org")
    BelongingFactory(person=PersonFactory(user=user), actor=actors[0])
    client.force_login(user)

    assert client.post(*asked(match)).status_code == 403
    assert not Introduction.objects.exists()


def test_a_member_answers_for_an_actor_that_names_nobody(client, match, actors):
    match.offer.person = None
    match.offer.save()
    member_of(actors[1], "mia@example.org")

    ask_as_seeker(client, match)

    assert Introduction.objects.get().helper.email == "mia@example.org"
    assert len(sent_to("mia@example.org")) == 1


def test_a_member_of_who_leads_asks_for_a_latent_offer(client, match):
    carrier, partner = ActorFactory(), ActorFactory()
    initiative = InitiativeFactory()
    InvolvementFactory(initiative=initiative, actor=carrier, role="carrier")
    InvolvementFactory(initiative=initiative, actor=partner, role="partner")
    latent = MatchFactory(need=match.need, offer=None, initiative=initiative)

    client.force_login(member_of(partner, "pol@example.org"))
    assert client.post(*asked(latent)).status_code == 403
    client.force_login(member_of(carrier, "mia@example.org"))
    assert client.post(*asked(latent)).status_code == 302

    assert Introduction.objects.get().helper.email == "mia@example.org"


def test_nobody_meets_themselves(client, match, actors):
    """A member of both actors, who is the only one that one can write to."""
    user = member_of(actors[0], "mia@example.org")
    BelongingFactory(person=user.person, actor=actors[1], state="approved")
    match.offer.person = None
    match.offer.save()
    client.force_login(user)

    assert "pas d'adresse" in client.get(asked(match)[0]).text
    client.post(*asked(match))
    assert not Introduction.objects.exists()
