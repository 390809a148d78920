"""Many who want the last seats at the same instant: on PostgreSQL, where they run together."""

import datetime
import threading
import time

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from coopemploi.dates import PartialDate
from events import registrations, reminders
from events.models import Event, Registration
from tests.conftest import SignedInClient
from tests.factories import EventFactory, RegistrationFactory, UserFactory

SEATS, PEOPLE = 25, 30

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]


def run_together(works):
    """Do all at once, each in its thread; give back what failed."""
    start, failed = threading.Barrier(len(works)), []

    def run(work):
        try:
            start.wait(timeout=30)
            work()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return failed


def register_together(event, people=PEOPLE):
    def work(number):
        return lambda: registrations.register(
            event=event,
            email=f"personne-{number}@example.org",
            answers={"name": f"Personne {number}"},
        )

    return run_together([work(number) for number in range(people)])


def make_event():
    return EventFactory(
        start=PartialDate.parse("17/10/2130"), needs_registration=True, capacity=SEATS
    )


def test_thirty_at_once_for_twenty_five_seats():
    event = make_event()

    failed = register_together(event)

    assert failed == []
    assert event.registrations.confirmed().count() == SEATS
    assert event.registrations.waiting().count() == PEOPLE - SEATS
    assert sorted(event.registrations.values_list("rank", flat=True)) == list(range(1, PEOPLE + 1))


def test_without_the_lock_seats_are_sold_twice(monkeypatch):
    """What the test above would not see, were it to prove nothing."""
    monkeypatch.setattr(registrations, "locked", lambda event: Event.objects.get(pk=event.pk))
    confirmed = []
    for _ in range(5):
        event = make_event()
        register_together(event)
        confirmed.append(event.registrations.confirmed().count())

    assert max(confirmed) > SEATS


def test_two_give_their_seat_back_while_others_register():
    event = make_event()
    register_together(event)
    first_waiting = set(event.registrations.waiting().values_list("pk", flat=True)[:2])
    leaving = list(event.registrations.confirmed()[:2])
    works = [lambda one=one: registrations.cancel(one) for one in leaving]
    works += [
        lambda number=number: registrations.register(
            event=event, email=f"tard-{number}@example.org", answers={"name": "Tard"}
        )
        for number in range(5)
    ]

    failed = run_together(works)

    assert failed == []
    confirmed = event.registrations.confirmed()
    assert confirmed.count() == SEATS
    assert first_waiting <= set(confirmed.values_list("pk", flat=True))
    assert not confirmed.filter(name="Tard").exists()


def test_one_address_at_once_from_many_windows_registers_once():
    event = make_event()
    failed = run_together(
        [
            lambda: registrations.register(
                event=event, email="sacha@example.org", answers={"name": "Sacha"}
            )
        ]
        * 8
    )
    assert failed == []
    assert Registration.objects.count() == 1


@pytest.mark.parametrize("page", ["change", "delete"])
def test_team_writes_a_registration_while_its_owner_gives_the_seat_back(monkeypatch, page):
    event = make_event()
    registration = RegistrationFactory(event=event)
    client, statuses, is_written = SignedInClient(), [], threading.Event()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    address = reverse(f"admin:events_registration_{page}", args=[registration.pk])
    data = {"event": event.pk, "name": "Un autre nom", "email": "a@example.org"}
    data |= {"status": Registration.Status.CONFIRMED, "post": "yes"}
    refill = registrations.refill

    def slowly(event, **options):
        """Once the registration is written, while its owner waits for it."""
        is_written.set()
        time.sleep(0.5)
        return refill(event, **options)

    def give_back():
        assert is_written.wait(timeout=30)
        try:
            registrations.cancel(Registration.objects.get(pk=registration.pk))
        except Registration.DoesNotExist:
            assert page == "delete"

    monkeypatch.setattr(registrations, "refill", slowly)

    def save():
        statuses.append(client.post(address, data).status_code)

    assert run_together([save, give_back]) == []
    assert statuses == [302]
    kept = list(Registration.objects.values_list("name", "status"))
    assert kept == ([("Un autre nom", "cancelled")] if page == "change" else [])


@pytest.mark.parametrize("work", [reminders.tell_changes, reminders.send_reminders])
def test_runs_at_once_mail_each_person_once(work):
    event = make_event()
    long_before = timezone.now() - datetime.timedelta(days=1)
    RegistrationFactory.create_batch(5, event=event, created_at=long_before)
    event.venue = "Mairie"
    event.save()
    eve = datetime.datetime(2130, 10, 16, 9, tzinfo=datetime.UTC)

    assert run_together([lambda: work(eve)] * 4) == []
    assert Email.objects.count() == 5
