"""What falls due for those who registered: reminders, changes, and being forgotten."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from icalendar import Calendar

from coopemploi.dates import PartialDate
from coopemploi.due import run_all
from coopemploi.mail.models import Refusal
from coopemploi.mail.services import deliver, refuse
from coopemploi.publishing import Publishable
from events import presences, registrations, reminders
from events.models import Registration
from tests.factories import EventFactory, RegistrationFactory

pytestmark = pytest.mark.django_db

DAY = PartialDate.parse("17/10/2030")
LONG_BEFORE = datetime.datetime(2030, 9, 1, tzinfo=datetime.UTC)
Status = Registration.Status


def at(text):
    return datetime.datetime.fromisoformat(f"{text}T09:00:00+02:00")


LATER = at("2030-10-01") + datetime.timedelta(minutes=15)  # nobody writes any more


def make(event=None, **values):
    event = event or EventFactory(title="Atelier", start=DAY, needs_registration=True)
    return RegistrationFactory(**{"event": event, "created_at": LONG_BEFORE, **values})


def sent():
    deliver()
    found, mail.outbox[:] = list(mail.outbox), []
    return [(message.to[0], message.subject) for message in found]


@pytest.mark.parametrize(
    ("day", "subject"),
    [
        ("2030-10-09", None),
        ("2030-10-10", "Dans 7 jours : Atelier"),
        ("2030-10-13", "Dans 4 jours : Atelier"),  # the machine was down
        ("2030-10-16", "C'est demain : Atelier"),
        ("2030-10-17", None),
        ("2030-10-18", None),
    ],
)
def test_reminder_leaves_in_time_and_once(day, subject):
    registration = make()
    for _ in range(2):
        reminders.send_reminders(at(day))
    assert sent() == ([(registration.email, subject)] if subject else [])


def test_one_is_reminded_a_week_then_a_day_before():
    registration = make()
    for day in range(1, 20):
        with time_machine.travel(at(f"2030-10-{day:02}"), tick=False):
            call_command("run_due")
    assert sent() == [
        (registration.email, "Dans 7 jours : Atelier"),
        (registration.email, "C'est demain : Atelier"),
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"status": Status.WAITING},
        {"status": Status.CANCELLED},
        {"status": Status.WALK_IN},
        {"email": ""},
        {"created_at": at("2030-10-10")},
    ],
)
def test_only_those_who_have_a_seat_since_before_are_reminded(values):
    make(**values)
    assert reminders.send_reminders(at("2030-10-10")) == 0


@pytest.mark.parametrize(
    "values",
    [
        {"state": "cancelled"},
        {"state": "postponed"},
        {"status": Publishable.Status.DRAFT},
        {"start": PartialDate.parse("10/2030")},
        {"start": PartialDate()},
    ],
)
def test_no_reminder_of_what_will_not_be(values):
    make(EventFactory(**{"start": DAY, "needs_registration": True, **values}))
    assert reminders.send_reminders(at("2030-10-10")) == 0


def test_those_registered_are_reminded_once_registration_is_taken_off():
    make(EventFactory(start=DAY, needs_registration=False))
    assert reminders.send_reminders(at("2030-10-10")) == 1


def test_who_refuses_reminders_gets_none():
    registration = make()
    refuse(registration.email, Refusal.Topic.REMINDER)
    assert reminders.send_reminders(at("2030-10-10")) == 0
    assert sent() == []


@time_machine.travel(at("2030-10-01"), tick=False)
def test_reminder_gives_the_link_to_connect_and_the_one_that_stops():
    registration = make()
    registration.event.online_url = "https://visio.example.org/salle"
    registration.event.save()
    reminders.send_reminders(at("2030-10-16"))
    deliver()
    (message,) = mail.outbox
    assert "https://visio.example.org/salle" in message.body
    assert "/courriels/arret/" in message.body
    assert "/inscriptions/" in message.body
    assert message.extra_headers["List-Unsubscribe"]


def test_rehearsal_reminds_nobody():
    make()
    with time_machine.travel(at("2030-10-10"), tick=False):
        said = {outcome.label: outcome.said for outcome in run_all(is_rehearsal=True)}
    assert said["rappels de rencontres"] == "1 envoyés"
    assert sent() == []
    assert Registration.objects.get().week_reminder_at is None


# Called off


@time_machine.travel(at("2030-10-01"), tick=False)
def test_those_registered_are_told_once_that_it_is_called_off():
    coming = make()
    waiting = make(coming.event, status=Status.WAITING)
    make(coming.event, status=Status.CANCELLED)
    coming.event.cancel()
    for _ in range(2):
        reminders.tell_changes(LATER)
    deliver()
    assert [message.to[0] for message in mail.outbox] == [coming.email, waiting.email]
    first, second = mail.outbox
    assert first.subject == "Rencontre annulée : Atelier"
    ((_, content, _),) = first.attachments
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    assert entry["status"] == "CANCELLED"
    assert not second.attachments


@time_machine.travel(at("2030-10-01"), tick=False)
def test_those_registered_are_told_the_new_date():
    registration = make()
    event = registration.event
    event.state = "postponed"
    event.save()
    reminders.tell_changes(LATER)
    event.state, event.start = "planned", PartialDate.parse("5/12/2030")
    event.save()
    reminders.tell_changes(at("2030-10-02"))
    assert [subject.split(" : ")[0] for _, subject in sent()] == [
        "Rencontre reportée",
        "La rencontre aura bien lieu",
    ]


# Moved


def move(event, text):
    event.start = PartialDate.parse(text)
    event.save()


@time_machine.travel(at("2030-10-01"), tick=False)
def test_those_registered_are_told_once_of_a_new_date():
    coming = make()
    waiting = make(coming.event, status=Status.WAITING)
    make(coming.event, status=Status.CANCELLED)
    make(coming.event, email="")
    move(coming.event, "5/12/2030")
    counts = [reminders.tell_changes(LATER) for _ in range(2)]
    assert counts == [2, 0]
    deliver()
    assert [message.to[0] for message in mail.outbox] == [coming.email, waiting.email]
    first, second = mail.outbox
    assert first.subject == "Nouvelle date : Atelier"
    assert "5 décembre 2030" in first.body
    assert reverse("registration_manage", args=["X"])[:-2] in first.body
    assert first.attachments
    assert not second.attachments


@time_machine.travel(at("2030-10-01"), tick=False)
@pytest.mark.parametrize(
    ("before", "after", "subjects"),
    [
        ("", "", []),
        ("17/10/2030", "17/10/2030", []),
        ("", "17/10/2030", ["Nouvelle date : Atelier"]),
        ("17/10/2030", "", ["Date à venir : Atelier"]),
        ("11/2030", "17/11/2030", ["Nouvelle date : Atelier"]),
        ("17/10/2030", "17/9/2030", []),  # over
    ],
)
def test_only_a_date_that_changed_is_told(before, after, subjects):
    event = EventFactory(title="Atelier", start=PartialDate.parse(before), needs_registration=True)
    make(event)
    move(event, after)
    for _ in range(2):
        reminders.tell_changes(LATER)
    assert [subject for _, subject in sent()] == subjects


@time_machine.travel(at("2030-10-01"), tick=False)
def test_new_date_of_a_draft_is_told_once_it_is_published():
    event = make().event
    event.status = Publishable.Status.DRAFT
    move(event, "5/12/2030")
    assert reminders.tell_changes(LATER) == 0
    event.status = Publishable.Status.PUBLISHED
    event.save()
    assert reminders.tell_changes(LATER) == 1


def test_one_is_reminded_again_before_the_new_date():
    registration = make()
    reminders.send_reminders(at("2030-10-10"))
    move(registration.event, "5/12/2030")
    for days in range(60):
        with time_machine.travel(at("2030-10-10") + datetime.timedelta(days=days), tick=False):
            call_command("run_due")
    assert [subject for _, subject in sent()] == [
        "Dans 7 jours : Atelier",
        "Nouvelle date : Atelier",
        "Dans 7 jours : Atelier",
        "C'est demain : Atelier",
    ]


def test_mail_of_a_near_new_date_is_the_reminder():
    registration = make(EventFactory(title="Atelier", start=DAY, needs_registration=True))
    move(registration.event, "14/10/2030")
    for day in (9, 10, 11, 12, 13):
        with time_machine.travel(at(f"2030-10-{day:02}"), tick=False):
            call_command("run_due")
    assert [subject for _, subject in sent()] == [
        "Nouvelle date : Atelier",
        "C'est demain : Atelier",
    ]


def test_one_is_reminded_of_the_date_of_an_event_on_again():
    event = make().event
    reminders.send_reminders(at("2030-10-10"))
    event.state = "postponed"
    event.save()
    reminders.tell_changes(at("2030-10-11"))
    event.state = "planned"
    move(event, "5/12/2030")
    assert reminders.tell_changes(at("2030-10-12")) == 1
    assert reminders.tell_changes(at("2030-10-12")) == 0
    assert reminders.send_reminders(at("2030-11-28")) == 1


def test_who_registers_at_any_door_knows_the_date(animateur_client):
    event = EventFactory(start=DAY, needs_registration=True)
    registrations.register(event=event, email="a@example.org", answers={"name": "Alix"})
    presences.note(event, marks={}, walk_ins=[{"name": "Lou", "email": "b@example.org"}])
    typed = {"event": event.pk, "name": "Noa", "email": "c@example.org", "status": "confirmed"}
    response = animateur_client.post(reverse("admin:events_registration_add"), typed)
    assert response.status_code == 302
    assert Registration.objects.count() == 3
    assert reminders.tell_changes(at("2030-10-02")) == 0


def test_whoever_was_registered_before_is_taken_to_know_the_date():
    make()
    make(EventFactory(needs_registration=True))
    Registration.objects.update(told_start="")
    assert reminders.tell_changes(at("2030-10-02")) == 0
    known = Registration.objects.order_by("pk").values_list("told_start", flat=True)
    assert list(known) == [f"{DAY.earliest}/{DAY.latest}", "/"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("mai 2099", "1/5/2099"),
        ("avant juin 2099", "avant juin 2098"),
        ("4/5/2099", "date inconnue"),
    ],
)
def test_any_other_date_is_told(before, after):
    event = EventFactory(start=PartialDate.parse(before), needs_registration=True)
    make(event)
    move(event, after)
    assert reminders.tell_changes(at("2030-10-02")) == 1
    assert reminders.tell_changes(at("2030-10-02")) == 0


def test_version_put_back_tells_no_date_again(animateur_client):
    event = EventFactory(start=DAY, needs_registration=True)
    registration = make(event)
    version = registration.history.latest()
    move(event, "5/12/2030")
    assert reminders.tell_changes(at("2030-10-02")) == 1
    args = [registration.pk, "registration", version.pk]
    response = animateur_client.post(reverse("admin:events_registration_restore", args=args))
    assert response.status_code == 302
    assert reminders.tell_changes(at("2030-10-02")) == 0


def test_other_words_for_the_same_date_are_no_news():
    event = EventFactory(start=PartialDate.parse("4 mai 2099"), needs_registration=True)
    make(event)
    move(event, "04/05/2099")
    assert reminders.tell_changes(at("2030-10-02")) == 0


# Being forgotten


def test_registrations_are_forgotten_a_year_after():
    old = make(access_needs="Fauteuil")
    other = make(EventFactory(start=PartialDate.parse("20/11/2030"), needs_registration=True))
    other.presence = "present"
    other.save()
    assert reminders.forget(at("2031-10-17")) == (0, 1)
    old.refresh_from_db()
    assert old.access_needs == ""
    assert reminders.forget(at("2031-10-19")) == (1, 0)
    assert list(Registration.objects.all()) == [other]
    assert set(Registration.history.values_list("id", flat=True)) == {other.pk}


def test_undated_events_do_not_keep_people_for_ever():
    make(EventFactory(needs_registration=True))
    assert reminders.forget(at("2031-10-17")) == (0, 0)
    assert reminders.forget(at("2032-10-17")) == (1, 0)


def test_rehearsal_forgets_nobody():
    make()
    with time_machine.travel(at("2032-01-01"), tick=False):
        said = {outcome.label: outcome.said for outcome in run_all(is_rehearsal=True)}
    assert said["inscriptions à oublier"].startswith("1 effacées")
    assert Registration.objects.count() == 1


def test_history_holds_nothing_that_people_said(animateur_client):
    registration = make(
        name="Sacha Secret", organisation="Chez Sacha", place="Là", access_needs="Fauteuil"
    )
    registration.answer(name="Sacha Discret")
    url = reverse("admin:events_registration_history", args=[registration.pk])
    told = animateur_client.get(url).text.split("<h1")[-1]
    for version in Registration.history.values():
        told += str(version)
    for private in ("Chez Sacha", "Fauteuil", registration.email):
        assert private not in told
    for version in Registration.history.values():
        assert "Sacha" not in str(version)
