"""« Qu'est devenue cette action ? », asked by mail and answered by a signed link."""

import datetime
import itertools

import pytest
from django.core.management import call_command
from post_office.models import Email

from coopemploi.dates import PartialDate
from coopemploi.mail.models import Refusal
from coopemploi.publishing import Publishable
from events import follow_up
from events.models import Action, ActionNote, FollowUpMail
from tests.factories import (
    ActionFactory,
    ActionPartyFactory,
    EventFactory,
    FollowUpMailFactory,
    PersonFactory,
    RefusalFactory,
)

pytestmark = pytest.mark.django_db

MET = datetime.date(2026, 1, 5)
ADDRESS = "camille@example.org"


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to("2026-01-05 12:00+01:00", tick=False)


def day(count):
    return MET + datetime.timedelta(days=count)


def at(count):
    return datetime.datetime.combine(day(count), datetime.time(9), datetime.UTC)


def promise(person=None, *, days_later=0, **values):
    """The party that carries an action retained some days after the first meeting."""
    event = EventFactory(start=PartialDate.parse(day(days_later).isoformat()))
    person = person or PersonFactory(email=ADDRESS)
    return ActionPartyFactory(action=ActionFactory(event=event, **values), contact=person)


def days_asked(person, last_day):
    """The days, from the first meeting, when `run_due` mails somebody."""
    for count in range(last_day + 1):
        follow_up.ask(at(count))
    mails = FollowUpMail.objects.filter(person=person).order_by("sent_on")
    return [(mail.sent_on - MET).days for mail in mails]


def link_of(party):
    return follow_up.answer_url(party).partition("://")[2].partition("/")[2].join(["/", ""])


def test_asked_after_30_and_90_days_then_each_quarter():
    party = promise()

    assert days_asked(party.contact, 280) == [30, 90, 180, 270]


def test_never_more_than_one_mail_a_month_for_all_actions():
    person = PersonFactory(email=ADDRESS)
    for later in (0, 10, 20, 45):
        promise(person, days_later=later)

    asked = days_asked(person, 200)

    assert len(asked) > 4
    assert min(b - a for a, b in itertools.pairwise(asked)) >= 31
    assert Email.objects.count() == len(asked)


def test_one_mail_lists_all_open_actions_and_only_those():
    person = PersonFactory(email=ADDRESS)
    promise(person, title="Prêter des vélos")
    promise(person, title="Ouvrir un guichet", days_later=29)
    promise(person, title="FINIE", progress=Action.Progress.DONE)
    promise(person, title="SECRÈTE", status=Publishable.Status.DRAFT)
    promise(person, title="FONDUE", merged_into=ActionFactory())
    promise(PersonFactory(email="autre@example.org"), title="D'UN AUTRE", days_later=29)

    follow_up.ask(at(30))

    [email] = Email.objects.all()
    assert email.to == [ADDRESS]
    assert "Prêter des vélos" in email.message
    assert "Ouvrir un guichet" in email.message
    for absent in ("FINIE", "SECRÈTE", "FONDUE", "D'UN AUTRE"):
        assert absent not in email.message
    assert "List-Unsubscribe" in email.headers


def test_two_sheets_of_one_address_are_asked_once():
    promise(PersonFactory(email=ADDRESS))
    promise(PersonFactory(email=ADDRESS.upper()))

    follow_up.ask(at(30))
    follow_up.ask(at(31))

    assert Email.objects.count() == 1
    assert FollowUpMail.objects.count() == 2


def test_command_run_twice_mails_once(time_machine):
    promise()
    time_machine.move_to(at(30), tick=False)

    call_command("run_due")
    call_command("run_due")

    assert Email.objects.count() == 1


@pytest.mark.parametrize(
    "person", [{"email": ""}, {"email": ADDRESS, "attribution_withdrawn": True}]
)
def test_who_cannot_or_will_not_be_asked_is_not(person):
    promise(PersonFactory(**person))

    assert follow_up.ask(at(30)) == 0


def test_who_stopped_these_mails_hears_no_more():
    promise()
    RefusalFactory(address=ADDRESS, topic=Refusal.Topic.FOLLOW_UP)

    assert follow_up.ask(at(30)) == 0
    assert not FollowUpMail.objects.exists()


def test_undated_meeting_counts_from_the_sheet():
    party = ActionPartyFactory(contact=PersonFactory(email=ADDRESS))

    assert days_asked(party.contact, 40) == [30]


# Answering


def test_reading_the_link_writes_nothing(client):
    party = promise(title="Prêter des vélos")

    response = client.get(link_of(party))

    assert response.status_code == 200
    assert "Prêter des vélos" in response.text
    client.head(link_of(party))
    party.action.refresh_from_db()
    assert party.action.progress == Action.Progress.RETAINED
    assert not ActionNote.objects.exists()


def test_one_click_says_the_status(client):
    party = promise()

    response = client.post(link_of(party), {"progress": "done", "text": ""})

    assert response.status_code == 302
    party.action.refresh_from_db()
    assert party.action.progress == Action.Progress.DONE
    [note] = party.action.notes.all()
    assert (note.text, note.progress, note.said_by_carrier) == ("", "done", True)
    assert note.date.latest == MET


def test_a_line_is_a_dated_note_of_the_carrier_and_names_nobody(client):
    party = promise(PersonFactory(last_name="SECRET", email=ADDRESS))

    client.post(link_of(party), {"progress": "", "text": "Les vélos roulent 🚲"})

    party.action.refresh_from_db()
    assert party.action.progress == Action.Progress.RETAINED
    page = client.get(party.action.get_absolute_url()).text
    assert "Les vélos roulent 🚲" in page
    assert "dit par qui la porte" in page
    assert "5 janvier 2026" in page
    assert "SECRET" not in page
    assert ADDRESS not in page


def test_sent_twice_is_noted_once(client):
    party = promise()
    for _ in range(2):
        client.post(link_of(party), {"progress": "under_way", "text": "On avance."})

    assert party.action.notes.count() == 1


@pytest.mark.parametrize(
    "sent", [{}, {"text": "   "}, {"progress": "inventé"}, {"text": "x" * 501}, {"text": "\0"}]
)
def test_bad_answer_is_said_and_writes_nothing(client, sent):
    response = client.post(link_of(promise()), sent)

    assert response.status_code == 400
    assert "Votre réponse n'est pas partie" in response.text
    assert not ActionNote.objects.exists()


def test_link_of_another_person_or_forged_opens_nothing(client):
    party = promise()
    link = link_of(party)
    party.contact = PersonFactory(email="autre@example.org")
    party.save()

    assert client.get(link).status_code == 410
    assert client.post(link, {"progress": "done"}).status_code == 410
    assert client.post(f"{link[:-3]}xx/", {"progress": "done"}).status_code == 404
    assert not ActionNote.objects.exists()


def test_link_of_an_old_mail_has_expired(client, time_machine):
    link = link_of(promise())
    time_machine.move_to(at(401), tick=False)

    assert client.post(link, {"progress": "done"}).status_code == 410


def test_answers_of_a_day_are_limited(client, monkeypatch):
    monkeypatch.setattr("events.follow_up_views.has_left", lambda *args, **kwargs: False)
    response = client.post(link_of(promise()), {"text": "Encore une."})

    assert response.status_code == 429
    assert "Encore une." in response.text
    assert not ActionNote.objects.exists()


def test_draft_event_is_not_named_on_the_page_of_the_link(client):
    party = promise()
    party.action.event.status = Publishable.Status.DRAFT
    party.action.event.title = "RENCONTRE SECRÈTE"
    party.action.event.save()

    text = client.get(link_of(party)).text

    assert party.action.title in text
    assert "SECR" not in text


@pytest.mark.parametrize("rows", [1, 30])
def test_asking_costs_the_same_to_read_at_any_number_of_actions(django_assert_num_queries, rows):
    person = FollowUpMailFactory(person__email=ADDRESS).person
    for _ in range(rows):
        promise(person)

    with django_assert_num_queries(2):
        follow_up.carriers()
