"""« Mettez-nous en relation », from the page of a match: what each sees and receives."""

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup

from initiatives.models import Introduction, Match, Need
from territories.models import Person
from tests.factories import (
    InitiativeFactory,
    MatchFactory,
    PersonFactory,
    PositionFactory,
    UserFactory,
)

from .asking import HELPER, SEEKER, ask_as_seeker, asked, link_in, participant, say, sent_to

pytestmark = pytest.mark.django_db


def test_one_asks_the_other_through_the_site(client, match):
    response = ask_as_seeker(client, match)

    assert response.url == match.need.get_absolute_url()
    [mail] = sent_to(HELPER)
    assert "Parlons-en ?" in mail.message
    assert "Léa Cherche" in mail.message
    assert SEEKER not in f"{mail.message}{mail.headers}{mail.from_email}"
    assert sent_to(SEEKER) == []


def test_addresses_are_told_once_both_accept(client, match):
    ask_as_seeker(client, match)
    client.logout()
    link = link_in(sent_to(HELPER)[0])
    assert SEEKER not in client.get(link).text

    page = say(client, HELPER).text

    assert SEEKER in page
    assert SEEKER in sent_to(HELPER)[-1].message
    assert HELPER in sent_to(SEEKER)[-1].message
    match.refresh_from_db()
    assert match.status == Match.Status.INTRODUCED


def test_who_took_their_address_back_meanwhile_is_not_written_to(client, match):
    ask_as_seeker(client, match)
    Person.objects.filter(email=SEEKER).update(email="", user=None)

    say(client, HELPER)

    told = sent_to(HELPER)[-1].message
    assert "Pour lui écrire" not in told
    assert "Son adresse a quitté le site depuis" in told
    assert sent_to(SEEKER) == []


def test_reading_the_link_writes_nothing(client, match):
    ask_as_seeker(client, match)
    client.logout()

    assert "Parlons-en ?" in client.get(link_in(sent_to(HELPER)[0])).text

    assert Introduction.objects.get().helper_answer == "waiting"


def test_what_is_no_more_shown_is_named_without_a_link(client, match):
    ask_as_seeker(client, match)
    client.logout()
    link, addresses = link_in(sent_to(HELPER)[0]), []
    for _ in range(2):
        page = BeautifulSoup(client.get(link).content, "html.parser")
        assert [each.get_text() for each in page.select(".facts dd")] == [
            "Un modèle de charte",
            "Une charte toute prête",
        ]
        addresses.append([each["href"] for each in page.select(".facts a")])
        Need.objects.update(status="draft")

    need, offer = match.need.get_absolute_url(), match.offer.get_absolute_url()
    assert addresses == [[need, offer], [offer]]


def test_no_answer_is_said_beside_its_question(client, match):
    ask_as_seeker(client, match)

    assert say(client, HELPER, answer="").status_code == 400


def test_a_refusal_tells_no_address(client, match):
    ask_as_seeker(client, match)

    page = say(client, HELPER, answer="declined").text

    assert SEEKER not in page
    [told] = sent_to(SEEKER)
    assert "n'a pas abouti" in told.message
    assert HELPER not in told.message
    match.refresh_from_db()
    assert match.status == Match.Status.SUGGESTED


def test_an_answer_is_given_once(client, match):
    ask_as_seeker(client, match)
    say(client, HELPER, answer="declined")
    say(client, HELPER, answer="accepted")

    assert not Introduction.objects.get().is_introduced
    assert len(sent_to(SEEKER)) == 1


def test_a_message_has_no_link(client, match):
    client.force_login(participant(SEEKER))

    response = client.post(*asked(match, message="Voyez https://spam.example"))

    assert (response.status_code, "Retirez les liens" in response.text) == (400, True)
    assert sent_to(HELPER) == []


def test_without_an_address_for_the_other_one_it_is_said(client, match):
    match.offer.person.email = ""
    match.offer.person.save()
    client.force_login(participant(SEEKER))

    assert "pas d'adresse" in client.get(asked(match)[0]).text
    assert client.post(*asked(match)).status_code == 200
    assert not Introduction.objects.exists()


def test_the_contact_of_an_initiative_is_asked(client, match):
    contact = PositionFactory(person=PersonFactory(email="contact@example.org"))
    initiative = InitiativeFactory(contact=contact)
    latent = MatchFactory(need=match.need, offer=None, initiative=initiative)
    client.force_login(participant(SEEKER))

    client.post(*asked(latent))

    assert len(sent_to("contact@example.org")) == 1


def test_a_vanished_suggestion_takes_no_introduction_away(client, match):
    ask_as_seeker(client, match)
    match.delete()

    say(client, HELPER)

    assert Match.objects.get().status == Match.Status.INTRODUCED


def test_an_unproved_address_is_nobody(client, match):
    user = UserFactory(email=SEEKER)
    EmailAddress.objects.create(user=user, email=SEEKER, verified=False, primary=True)
    client.force_login(user)

    assert client.post(*asked(match)).status_code == 403
