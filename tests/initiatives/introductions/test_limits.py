"""Limits, blocks and reports."""

import datetime
from html import unescape

import pytest
from django.urls import reverse

from coopemploi.mail.models import Refusal
from initiatives import introductions
from initiatives.models import Introduction, IntroductionBlock
from tests.factories import IntroductionFactory, MatchFactory, OfferFactory, UserFactory

from .asking import (
    HELPER,
    NOW,
    SEEKER,
    animateur,
    ask_as_seeker,
    asked,
    block_who_asks,
    participant,
    say,
    sent_to,
)

pytestmark = pytest.mark.django_db


def test_so_many_requests_a_day(client, match):
    user = participant(SEEKER)
    client.force_login(user)
    for _ in range(introductions.PER_PARTICIPANT):
        IntroductionFactory(asked_by=user, created_at=NOW - datetime.timedelta(hours=23))

    response = client.post(*asked(match, message="Gardé pour demain"))

    assert (response.status_code, "Gardé pour demain" in response.text) == (429, True)
    assert "Vous avez fait assez de demandes" in response.text
    assert sent_to(HELPER) == []
    Introduction.objects.update(created_at=NOW - datetime.timedelta(hours=25))
    assert client.post(*asked(match)).status_code == 302


@pytest.mark.parametrize("is_blocked", [False, True])
def test_so_many_requests_to_one_person(client, match, is_blocked):
    """Who asks for the first time is not told that they ask too much; nor of a block."""
    for _ in range(introductions.PER_RECEIVER):
        IntroductionFactory(helper=match.offer.person, asked_by=UserFactory(), created_at=NOW)
    if is_blocked:
        block_who_asks(match)

    response = ask_as_seeker(client, match)

    assert response.status_code == 429
    assert "Cette personne a reçu assez de demandes pour aujourd'hui" in unescape(response.text)
    assert "Vous avez fait" not in response.text
    assert sent_to(HELPER) == []


def test_the_animateur_is_told_that_one_of_the_two_was_asked_enough(client, match):
    for _ in range(introductions.PER_RECEIVER):
        IntroductionFactory(helper=match.offer.person, asked_by=UserFactory(), created_at=NOW)
    client.force_login(animateur(match))
    people = {"seeker": match.need.person_id, "helper": match.offer.person_id}

    response = client.post(*asked(match, **people))

    assert (response.status_code, "une de ces deux personnes" in response.text) == (429, True)


def test_who_blocked_one_hears_no_more_of_them_who_is_not_told(client, match):
    ask_as_seeker(client, match)
    say(client, HELPER, answer="accepted", blocks="on")
    assert IntroductionBlock.objects.filter(by=match.offer.person).exists()
    assert not Introduction.objects.get().is_introduced
    other = MatchFactory(need=match.need, offer=OfferFactory(person=match.offer.person))

    client.force_login(match.need.person.__class__.objects.get(pk=match.need.person_id).user)
    response = client.post(*asked(other))

    assert response.status_code == 302
    assert len(sent_to(HELPER)) == 1


def test_who_refuses_these_mails_receives_none(client, match):
    Refusal.objects.create(address=HELPER, topic=Refusal.Topic.INTRODUCTION)

    assert ask_as_seeker(client, match).status_code == 302
    assert sent_to(HELPER) == []


def test_a_report_awaits_the_animateur(client, match):
    ask_as_seeker(client, match)
    say(client, HELPER, answer="declined", report="Ton déplacé")
    assert [each.report for each in Introduction.objects.reported()] == ["Ton déplacé"]

    user = animateur(match)
    client.force_login(user)

    assert "Mises en relation signalées" in client.get(reverse("admin:index")).text
    shown = client.get("/admin/initiatives/introduction/?a-suivre=signalees").text
    assert "Un modèle de charte" in shown
