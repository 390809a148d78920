"""Two people who save at the same instant: on PostgreSQL, where writers do run together."""

import threading
import time

import pytest
from django.db import connection, connections, transaction
from django.urls import reverse

from coopemploi.imports import applying
from coopemploi.search.models import Edition
from events.models import Series
from initiatives.models import Initiative
from tests import importing
from tests.conftest import SignedInClient
from tests.events.test_registration_races import run_together
from tests.factories import InitiativeFactory, SeriesFactory, UserFactory

from .test_conflicts import form_of

RACES = 200

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]


def save_together(clients, address, forms):
    """Send both forms at once; return the statuses."""
    start = threading.Barrier(len(clients))
    statuses = [None] * len(clients)

    def send(number):
        try:
            start.wait(timeout=30)
            statuses[number] = clients[number].post(address, forms[number]).status_code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[number]) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return statuses


def lost_updates(races, *, is_protected):
    """How often both saves were accepted, though only one of them is in the record."""
    clients = SignedInClient(), SignedInClient()
    for client in clients:
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
    # The shortest of forms, for the sake of time.
    series = SeriesFactory(name="Au départ", description="Au départ.")
    address = reverse("admin:events_series_change", args=[series.pk])
    lost = 0
    for number in range(races):
        forms = [form_of(client.get(address)) for client in clients]
        forms[0] |= {"name": f"Nom {number}"}
        forms[1] |= {"description": f"Description {number}"}
        if not is_protected:
            for form in forms:
                del form["_state"]
        statuses = save_together(clients, address, forms)
        written = Series.objects.values_list("name", "description").get()
        kept = [written[0] == f"Nom {number}", written[1] == f"Description {number}"]
        assert set(statuses) <= {302, 409}
        lost += any(
            status == 302 and not is_kept for status, is_kept in zip(statuses, kept, strict=True)
        )
    return lost


def test_no_update_is_lost_in_200_races():
    assert lost_updates(RACES, is_protected=True) == 0


def test_updates_are_lost_without_the_state_of_the_form():
    assert lost_updates(10, is_protected=False) > 0


def test_the_first_documents_of_a_model_are_written_by_two():
    numbers = []

    def write():
        with transaction.atomic():
            numbers.append(Edition.objects.advance("essai.essai"))
            time.sleep(0.3)  # while the other begins

    assert run_together([write, write]) == []
    assert sorted(numbers) == [1, 2]


@pytest.mark.parametrize(
    ("work", "step"),
    [("apply", "_change"), ("take_back", "_referring")],
    ids=["apply", "take_back"],
)
def test_who_saves_while_an_import_writes_is_not_overwritten(monkeypatch, work, step):
    client = SignedInClient()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    InitiativeFactory(slug="une", title="Avant")
    batch = importing.send(client, Initiative, "réf;titre\nune;Après\n")
    if work == "take_back":
        importing.apply(client, Initiative, batch)
    is_read, before = threading.Event(), getattr(applying, step)

    def slowly(*args):
        is_read.set()
        time.sleep(0.5)  # while the other saves, or waits
        return before(*args)

    def save():
        assert is_read.wait(timeout=30)
        Initiative.objects.update(title="Écrit par une autre")

    monkeypatch.setattr(applying, step, slowly)
    works = [lambda: getattr(importing, work)(client, Initiative, batch), save]

    assert run_together(works) == []
    assert Initiative.objects.get().title == "Écrit par une autre"
