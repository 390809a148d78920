"""« Toujours d'actualité ? »."""

import datetime
from html import unescape

import pytest
from django.core.management import call_command
from django.utils import timezone
from post_office.models import Email

from coopemploi.dates import PartialDate
from coopemploi.mail.models import Refusal
from initiatives.ageing import ask, due_questions, put_silent_to_rest, token_of
from initiatives.models import Need
from tests.factories import NeedFactory, OfferFactory, PersonFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@pytest.fixture(autouse=True)
def _links_are_signed_at_one_time(time_machine):
    time_machine.move_to(NOW, tick=False)


def days_ago(count):
    return TODAY - datetime.timedelta(days=count)


def old_need(**values):
    person = PersonFactory(email="camille@example.org")
    return NeedFactory(person=person, last_confirmed_on=days_ago(91), **values)


def link_of(exchange):
    return f"/besoins-et-offres/toujours-d-actualite/{token_of(exchange)}/"


def test_after_ninety_days_the_author_is_asked():
    need = old_need()
    NeedFactory(person=PersonFactory(email="a@example.org"), last_confirmed_on=days_ago(90))
    NeedFactory(last_confirmed_on=days_ago(91))

    [question] = due_questions(TODAY)

    assert (question.exchange, question.recipient) == (need, "camille@example.org")
    assert question.path == link_of(need)


def test_one_is_not_asked_again_before_thirty_days():
    need = old_need()
    need.note_question(TODAY)

    assert due_questions(TODAY + datetime.timedelta(days=30)) == []
    assert len(due_questions(TODAY + datetime.timedelta(days=31))) == 1


def test_two_silences_put_to_rest():
    need = old_need()
    need.note_question(days_ago(70))
    need.note_question(days_ago(31))

    assert put_silent_to_rest(TODAY) == 1

    need.refresh_from_db()
    assert need.state == Need.State.RESTING


def test_reading_the_link_writes_nothing(client):
    need = old_need()

    assert client.get(link_of(need)).status_code == 200

    need.refresh_from_db()
    assert need.last_confirmed_on == days_ago(91)


@pytest.mark.parametrize(
    ("outcome", "state"), [("stands", "open"), ("answered", "answered"), ("over", "resting")]
)
def test_each_answer_is_kept(client, outcome, state):
    need = old_need()

    sent = {"outcome": outcome, "answer": "Un club voisin."}
    response = client.post(link_of(need), sent, follow=True)

    assert response.redirect_chain == [(need.get_absolute_url(), 302)]
    assert "Merci, c'est noté." in unescape(response.text)
    need.refresh_from_db()
    assert need.state == state
    assert need.answer == ("Un club voisin." if outcome == "answered" else "")


def test_a_link_serves_once(client):
    need = old_need()
    link = link_of(need)
    client.post(link, {"outcome": "stands"})

    assert client.post(link, {"outcome": "over"}).status_code == 410
    need.refresh_from_db()
    assert need.state == Need.State.OPEN


def test_a_forged_link_is_refused(client):
    need = old_need()

    assert client.get(f"{link_of(need)[:-2]}x/").status_code == 410


def test_no_answer_is_said_beside_its_question(client):
    shown = client.post(link_of(old_need()), {})

    assert shown.status_code == 400
    assert "une des trois réponses" in shown.text


def test_an_offer_is_not_answered(client):
    offer = OfferFactory(last_confirmed_on=days_ago(91))

    assert client.post(link_of(offer), {"outcome": "answered"}).status_code == 400


@pytest.mark.parametrize(("days", "is_due"), [(90, False), (91, True)])
def test_what_was_never_confirmed_is_as_old_as_its_statement(days, is_due):
    need = NeedFactory(stated_on=PartialDate.day(days_ago(days)))

    assert Need.objects.due_for_question(TODAY).filter(pk=need.pk).exists() == is_due


def test_a_need_that_awakes_tells_no_more_what_answered_it():
    need = old_need()
    need.resolve("La convention d'un voisin.")
    assert need.is_told

    need.confirm(TODAY)

    assert not need.is_told


def test_the_story_of_an_answer_is_told(client):
    need = old_need()
    need.resolve("La convention d'un voisin.", offer=OfferFactory(text="Modèle de convention"))

    shown = client.get(need.get_absolute_url()).text

    assert "Résolu grâce à" in shown
    assert "Modèle de convention" in shown


def sent_to(address):
    return list(Email.objects.filter(to=address).order_by("pk"))


def test_the_author_is_mailed_once_about_all_that_aged():
    first, second = old_need(text="Un minibus à partager"), old_need(text="Un modèle de charte")
    NeedFactory(person=second.person, text="Tout récent", last_confirmed_on=days_ago(3))

    assert ask(NOW) == 2
    assert ask(NOW) == 0

    [mail] = sent_to("camille@example.org")
    assert mail.subject == "Toujours d'actualité ? 2 fiches"
    assert "« Un minibus à partager »" in mail.message
    assert f"{link_of(first)}" in mail.message
    assert f"{link_of(second)}" in mail.message
    assert "Tout récent" not in mail.message
    assert "List-Unsubscribe" in mail.headers


def test_the_link_of_the_mail_answers(client):
    need = old_need()
    ask(NOW)
    [mail] = sent_to("camille@example.org")
    link = mail.message[mail.message.index("/besoins-et-offres/") :].split()[0]

    client.post(link, {"outcome": "stands"})

    need.refresh_from_db()
    assert (need.last_confirmed_on, need.silences) == (TODAY, 0)


def test_the_command_asks_then_puts_to_rest(capsys, time_machine):
    need = old_need()
    for days, silences, state in (
        (0, 1, Need.State.OPEN),
        (30, 1, Need.State.OPEN),
        (31, 2, Need.State.OPEN),
        (61, 2, Need.State.OPEN),
        (62, 2, Need.State.RESTING),
        (100, 2, Need.State.RESTING),
    ):
        time_machine.move_to(NOW + datetime.timedelta(days=days), tick=False)
        call_command("run_due")
        need.refresh_from_db()
        assert (days, need.silences, need.state) == (days, silences, state)
    assert len(sent_to("camille@example.org")) <= 2
    assert "1 questions posées, 0 mis en sommeil" in capsys.readouterr().out


def test_who_refuses_these_mails_is_neither_mailed_nor_silent():
    need = old_need()
    Refusal.objects.create(address="camille@example.org", topic=Refusal.Topic.FRESHNESS)

    assert ask(NOW) == 0

    need.refresh_from_db()
    assert (need.silences, sent_to("camille@example.org")) == (0, [])
