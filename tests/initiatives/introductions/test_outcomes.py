"""What became of an introduction, and what it leaves."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.utils import timezone

from coopemploi.dates import day_label
from initiatives import introductions
from initiatives.models import Introduction, Match, Need
from tests.factories import IntroductionFactory

from .asking import HELPER, NOW, SEEKER, ask_as_seeker, link_in, sent_to

pytestmark = pytest.mark.django_db


def introduced(match, **values):
    return IntroductionFactory(
        need=match.need,
        offer=match.offer,
        seeker=match.need.person,
        helper=match.offer.person,
        seeker_answer="accepted",
        helper_answer="accepted",
        introduced_at=NOW - datetime.timedelta(days=31),
        created_at=NOW - datetime.timedelta(days=32),
        **values,
    )


def test_thirty_days_after_both_are_asked_once(match, time_machine):
    introduction = introduced(match)
    time_machine.move_to(NOW - datetime.timedelta(days=2), tick=False)
    call_command("run_due")
    assert sent_to(SEEKER) == []
    time_machine.move_to(NOW, tick=False)
    call_command("run_due")
    call_command("run_due")

    for address in (SEEKER, HELPER):
        assert [mail.subject for mail in sent_to(address)] == ["Est-ce que cela a aidé ?"]
    introduction.refresh_from_db()
    assert introduction.followed_up_at == NOW


@pytest.mark.parametrize(("address", "other"), [(SEEKER, "Noé Aide"), (HELPER, "Léa Cherche")])
def test_who_is_asked_whether_it_helped_reads_with_whom(client, match, address, other):
    introduced(match)
    introductions.follow_up(NOW)

    page = BeautifulSoup(client.get(link_in(sent_to(address)[0], "suite")).content, "html.parser")

    day = day_label(timezone.localtime(NOW - datetime.timedelta(days=31)))
    assert page.select_one(".lead").text == f"Votre mise en relation avec {other}, le {day}."


def test_who_sought_tells_that_it_helped_and_the_need_is_answered(client, match):
    introduced(match)
    introductions.follow_up(NOW)

    client.post(
        link_in(sent_to(SEEKER)[0], "suite"), {"outcome": "helped", "story": "La charte est là."}
    )

    match.refresh_from_db()
    need = Need.objects.get(pk=match.need_id)
    assert match.status == Match.Status.HELPED
    assert (need.state, need.answer, need.answered_by_offer) == (
        "answered",
        "La charte est là.",
        match.offer,
    )


def test_who_helped_does_not_answer_the_need_of_another(client, match):
    introduced(match)
    introductions.follow_up(NOW)

    client.post(link_in(sent_to(HELPER)[0], "suite"), {"outcome": "helped", "story": "C'est moi !"})

    match.refresh_from_db()
    need = Need.objects.get(pk=match.need_id)
    assert (match.status, need.state, need.answer) == (Match.Status.HELPED, "open", "")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (("under_way", ""), "under_way"),
        (("not_helped", ""), "introduced"),
        (("not_helped", "not_helped"), "declined"),
        (("not_helped", "helped"), "helped"),
    ],
)
def test_the_match_follows_what_both_say(match, told, status):
    introduction = introduced(match)
    for side, outcome in zip(Introduction.SIDES, told, strict=True):
        if outcome:
            introductions.tell_outcome(introduction=introduction, side=side, outcome=outcome)

    match.refresh_from_db()
    assert match.status == status


def test_what_nobody_answers_is_closed_and_told_to_who_asked(client, match):
    ask_as_seeker(client, match)

    assert introductions.close_unanswered(NOW + datetime.timedelta(days=20)) == 0
    assert introductions.close_unanswered(NOW + datetime.timedelta(days=22)) == 1

    assert "n'a pas abouti" in sent_to(SEEKER)[-1].message
    assert len(sent_to(HELPER)) == 1


def test_messages_are_erased_after_a_year(match):
    introduced(match)

    assert introductions.forget(NOW) == 0
    assert introductions.forget(NOW + datetime.timedelta(days=400)) == 1
