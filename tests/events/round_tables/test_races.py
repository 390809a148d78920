"""Two people on one tour de table at the same instant: on PostgreSQL, where they run together."""

import threading
import time
from functools import partial

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from coopemploi.history.admin import RecordHistory
from events.models import RoundTableBatch, RoundTableEntry
from events.round_tables import live, services
from events.round_tables.drafts import empty_data
from territories.models import Person, Position
from tests.conftest import SignedInClient
from tests.coopemploi.test_conflicts import form_of
from tests.events.test_registration_races import run_together
from tests.factories import (
    EventFactory,
    RoundTableBatchFactory,
    RoundTableDraftFactory,
    UserFactory,
)

from .pages import page, sent

RACES = 10
State = RoundTableBatch.State

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]


def reviewer():
    client = SignedInClient()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def unlock(monkeypatch):
    """Let nobody wait for a batch."""
    batches = RoundTableBatch.objects
    monkeypatch.setattr(batches, "select_for_update", lambda **_: batches.all())


# Reviewing


def correct_together(clients, draft):
    """Correct one draft from pages drawn before either is sent; return the statuses."""
    address = page("edit", draft.batch, draft)
    opened = [sent(client.get(address).context["form"]) for client in clients]
    statuses = []

    def work(number):
        data = opened[number] | {"note": f"Remarque {number}"}
        return lambda: statuses.append(clients[number].post(address, data).status_code)

    assert run_together([work(number) for number in range(len(clients))]) == []
    return sorted(statuses)


def test_of_two_reviewers_at_once_one_is_told_that_the_other_wrote():
    clients = reviewer(), reviewer()
    for _ in range(RACES):
        draft = RoundTableDraftFactory()
        assert correct_together(clients, draft) == [302, 409]
        draft.batch.refresh_from_db()
        assert draft.batch.version == 1


def test_without_the_lock_a_correction_is_lost(monkeypatch):
    """What the test above would not see, were it to prove nothing."""
    clients = reviewer(), reviewer()
    unlock(monkeypatch)
    statuses = [correct_together(clients, RoundTableDraftFactory()) for _ in range(RACES)]
    assert [302, 302] in statuses


# Writing


def make_batch():
    """One to be written without creating anybody: two of one name would be refused."""
    nobody = {"name": "", "choice": "none", "options": []}
    items = [{"column": "need", "text": "Un guide", "horizon": ""}]
    data = {**empty_data(), "actor": nobody, "territory": nobody, "items": items}
    return RoundTableDraftFactory(data=data).batch


def write(batch):
    user = UserFactory()
    return lambda: services.write(
        batch=batch, user=user, version=batch.version, may_create=lambda model: True
    )


def write_from_page(client, batch, statuses):
    return lambda: statuses.append(
        client.post(page("write", batch), {"version": batch.version}).status_code
    )


def test_written_from_two_windows_it_is_written_once():
    batch = make_batch()
    failed = run_together([write(batch), write(batch)])
    assert [type(error) for error in failed] == [services.NotWrittenError]
    assert RoundTableEntry.objects.count() == 1


def test_without_the_lock_it_is_written_twice(monkeypatch):
    """What the test above would not see, were it to prove nothing."""
    unlock(monkeypatch)
    for _ in range(RACES):
        batch = make_batch()
        run_together([write(batch), write(batch)])
        if batch.event.round_table_entries.count() > 1:
            return
    pytest.fail("Nothing was written twice.")


def test_given_up_while_it_is_written_it_is_one_or_the_other():
    client = reviewer()
    for _ in range(RACES):
        batch, statuses = make_batch(), []
        works = [write_from_page(client, batch, statuses), partial(services.discard, batch=batch)]
        assert run_together(works) == []
        assert set(statuses) <= {302, 404}
        kept = RoundTableBatch.objects.filter(pk=batch.pk).first()
        is_written = batch.event.round_table_entries.exists()
        assert (kept and kept.state) == (State.WRITTEN if is_written else None)


# Participants


def contribute(batch):
    return lambda: live.contribute(batch=batch, said=empty_data())


def test_a_room_that_writes_at_once_is_kept_whole_and_in_order():
    batch = RoundTableBatchFactory(state=State.COLLECTING, origin="live")
    assert run_together([contribute(batch)] * 20) == []
    assert list(batch.drafts.values_list("order", flat=True)) == list(range(1, 21))


def test_of_two_tabs_at_once_one_is_told_that_the_other_wrote():
    clients = SignedInClient(), SignedInClient()
    for _ in range(RACES):
        draft = RoundTableDraftFactory(batch__state=State.COLLECTING, batch__origin="live")
        address = reverse("round_table_mine", args=[live.MINE.sign(draft.pk)])
        opened = [sent(client.get(address).context["form"]) for client in clients]
        statuses = []

        def work(number, address=address, opened=opened, statuses=statuses):
            data = opened[number] | {"offers": f"Un local {number}"}
            return lambda: statuses.append(clients[number].post(address, data).status_code)

        assert run_together([work(number) for number in range(len(clients))]) == []
        assert sorted(statuses) == [302, 409]


def test_without_the_lock_two_have_one_place(monkeypatch):
    """What the test above would not see, were it to prove nothing."""
    batch = RoundTableBatchFactory(state=State.COLLECTING, origin="live")
    unlock(monkeypatch)
    run_together([contribute(batch)] * 20)
    assert len(set(batch.drafts.values_list("order", flat=True))) < 20


def test_form_opened_by_two_at_once_opens_once():
    user = UserFactory()
    for _ in range(RACES):
        event = EventFactory()
        works = [partial(live.open_form, event=event, user=user)] * 4
        assert run_together(works) == []
        assert event.round_table_batches.count() == 1


# Taking back


def take_back_while_saving(monkeypatch, left_as_created):
    """Take back a batch while the admin saves the person it created; return what failed."""
    batch = RoundTableDraftFactory().batch
    write(batch)()
    (person,) = Person.objects.all()
    client, statuses = reviewer(), []
    address = reverse("admin:territories_person_change", args=[person.pk])
    form = form_of(client.get(address)) | {"first_name": "Élise"}
    is_locked, tables = threading.Event(), RecordHistory._tables

    def slowly(*args):
        """Between the lock of a person and that of their positions."""
        if connection.in_atomic_block:
            is_locked.set()
            time.sleep(0.5)
        return tables(*args)

    def take_back():
        assert is_locked.wait(timeout=30)
        services.take_back(batch=batch)

    monkeypatch.setattr(RecordHistory, "_tables", slowly)
    monkeypatch.setattr(services, "_left_as_created", left_as_created)
    failed = run_together(
        [take_back, lambda: statuses.append(client.post(address, form).status_code)]
    )
    return failed, statuses


def test_person_saved_while_a_batch_is_taken_back_is_kept(monkeypatch):
    failed, statuses = take_back_while_saving(monkeypatch, services._left_as_created)
    assert (failed, statuses) == ([], [302])
    assert Person.objects.get().first_name == "Élise"
    assert Position.objects.count() == 1


def test_positions_locked_before_their_person_wait_for_each_other(monkeypatch):
    """What the test above would not see, were it to prove nothing."""
    left_as_created = services._left_as_created

    def positions_first(model, keys, kept):
        if model is Person:
            list(Position.objects.select_for_update())
        return left_as_created(model, keys, kept)

    failed, statuses = take_back_while_saving(monkeypatch, positions_first)
    assert statuses != [302] or [type(error) for error in failed] == [OperationalError]
