"""Asking again for what is asked already: said so, and sent once."""

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from coopemploi.dates import day_label
from coopemploi.mail.models import Refusal
from initiatives import introductions
from initiatives.models import Introduction
from territories.models import Person
from tests.factories import IntroductionFactory

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
UNANSWERED = "Vous l'avez déjà demandé le {}, sans réponse encore."


def test_the_same_is_asked_once(client, match):
    first = ask_as_seeker(client, match)
    again = client.post(*asked(match))

    assert (again.status_code, again.url) == (302, first.url)
    assert len(sent_to(HELPER)) == 1


def said_of_the_first(response):
    page = BeautifulSoup(response.content, "html.parser").main
    return page.form, page.select_one(".lead").text


def let_it_be(match):
    pass


def refuse_mail(match):
    Refusal.objects.create(address=HELPER, topic=Refusal.Topic.INTRODUCTION)


def have_declined(match):
    about = {"need": match.need, "offer": match.offer}
    people = {"seeker": match.need.person, "helper": match.offer.person}
    IntroductionFactory(**about, **people, helper_answer="declined", closed_at=NOW)


@pytest.mark.parametrize("other_one", [let_it_be, refuse_mail, block_who_asks, have_declined])
def test_a_second_message_is_not_said_to_be_sent(client, match, other_one):
    """The same is said whatever the other one does."""
    other_one(match)
    ask_as_seeker(client, match)
    told = UNANSWERED.format(day_label(timezone.localtime(NOW)))

    page = client.get(asked(match)[0])
    refused = client.post(*asked(match, message="Je peux aussi venir."))

    assert (page.status_code, said_of_the_first(page)) == (200, (None, told))
    assert (refused.status_code, said_of_the_first(refused)) == (409, (None, told))
    assert "Je peux aussi venir." in refused.text
    assert Introduction.objects.open().get().message == "Parlons-en ?"


def test_the_second_touch_of_the_last_request_of_the_day_is_no_refusal(client, match):
    user = participant(SEEKER)
    IntroductionFactory.create_batch(introductions.PER_PARTICIPANT - 1, asked_by=user)
    client.force_login(user)

    assert [client.post(*asked(match)).status_code for _ in range(2)] == [302, 302]


def test_who_was_asked_first_is_led_to_their_answer(client, match):
    ask_as_seeker(client, match)
    client.force_login(participant(HELPER))

    page = client.get(asked(match)[0])

    form, said = said_of_the_first(page)
    day = day_label(timezone.localdate(NOW))
    assert (form, said) == (None, f"Cela a déjà été demandé le {day}, sans réponse encore.")
    assert page.context["answer_address"] in page.text
    client.logout()
    client.post(page.context["answer_address"], {"answer": "accepted"})
    assert Introduction.objects.get().is_introduced


def test_who_said_yes_to_the_animateur_is_led_to_no_answer(client, match):
    client.force_login(animateur(match))
    people = {"seeker": match.need.person_id, "helper": match.offer.person_id}
    client.post(*asked(match, **people))
    say(client, SEEKER)
    client.force_login(participant(SEEKER))

    page = client.get(asked(match)[0])

    assert "sans réponse encore" in said_of_the_first(page)[1]
    assert page.context["answer_address"] is None


def test_who_blocked_the_other_one_may_still_answer(client, match):
    """No mail told them: the page they come to does."""
    block_who_asks(match)
    ask_as_seeker(client, match)
    client.force_login(participant(HELPER))

    page = client.get(asked(match)[0])

    assert sent_to(HELPER) == []
    assert page.context["answer_address"] in page.text


def test_those_who_met_are_told_so(client, match):
    ask_as_seeker(client, match)
    say(client, HELPER)
    client.force_login(Person.objects.get(email=SEEKER).user)

    form, said = said_of_the_first(client.get(asked(match)[0]))

    assert (form, said.startswith("Vous êtes déjà en relation")) == (None, True)


def test_the_animateur_is_told_that_it_is_asked_already(client, match):
    client.force_login(animateur(match))
    people = {"seeker": match.need.person_id, "helper": match.offer.person_id}
    client.post(*asked(match, **people))

    refused = client.post(*asked(match, message="Parlez-vous donc.", **people))

    page = BeautifulSoup(refused.content, "html.parser").main
    assert refused.status_code == 409
    assert "C'est déjà demandé à ces deux personnes" in page.select_one("[role=alert]").text
    assert page.textarea.text.strip() == "Parlez-vous donc."
    assert len(sent_to(HELPER)) == 1
