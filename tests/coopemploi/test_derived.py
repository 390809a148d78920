from collections import defaultdict

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from coopemploi import derived
from coopemploi.derived import DerivedTable, Registry, registry
from coopemploi.tasks import refresh
from territories.models import Actor, Composition, Territory
from tests.factories import ActorFactory, CompositionFactory, TerritoryFactory


class Recorder(DerivedTable):
    """Records what it is asked to refresh."""

    name = "témoin"
    watched = ("territories.Composition", "territories.Actor_parents")

    def __init__(self):
        self.refreshed = []

    def affected_by(self, instance):
        if isinstance(instance, Composition):
            return {("whole", instance.whole_id)}
        return {("actor", instance.pk)}

    def refresh(self, keys):
        self.refreshed.append(keys)


@pytest.fixture
def recorder(monkeypatch):
    """A table that the registry serves for one test, on commit."""
    recorder = Recorder()
    monkeypatch.setattr(Registry, "is_manual", False)
    monkeypatch.setattr(Registry, "tables", [])
    monkeypatch.setattr(Registry, "watchers", defaultdict(list))
    monkeypatch.setattr(registry, "pending", defaultdict(set))
    registry.register(recorder)
    return recorder


@pytest.mark.django_db(transaction=True)
def test_changes_are_refreshed_once_on_commit(recorder):
    wholes = TerritoryFactory.create_batch(2, kind=Territory.Kind.EPCI)

    with transaction.atomic():
        for whole in wholes:
            for _ in range(2):
                CompositionFactory(whole=whole)
        assert recorder.refreshed == []

    assert recorder.refreshed == [{("whole", whole.pk) for whole in wholes}]


@pytest.mark.django_db(transaction=True)
def test_moved_foreign_key_touches_where_it_was_and_where_it_is(recorder):
    link = CompositionFactory()
    before, after = link.whole, TerritoryFactory(kind=Territory.Kind.EPCI)
    recorder.refreshed.clear()

    link.whole = after
    link.save()

    assert set().union(*recorder.refreshed) == {("whole", before.pk), ("whole", after.pk)}


@pytest.mark.django_db(transaction=True)
def test_deletion_is_refreshed_once_it_is_done(recorder, monkeypatch):
    link = CompositionFactory()
    recorder.refreshed.clear()
    left = []
    monkeypatch.setattr(
        recorder, "refresh", lambda keys: left.append((keys, Composition.objects.count()))
    )

    link.delete()

    assert left == [({("whole", link.whole_id)}, 0)]


@pytest.mark.django_db(transaction=True)
def test_deletion_by_cascade_is_refreshed(recorder):
    link = CompositionFactory()
    recorder.refreshed.clear()

    link.part.delete()

    assert set().union(*recorder.refreshed) == {("whole", link.whole_id)}


@pytest.mark.django_db(transaction=True)
def test_change_of_a_many_to_many_is_refreshed_from_both_sides(recorder):
    child, parent = ActorFactory.create_batch(2)

    child.parents.add(parent)
    child.parents.clear()
    parent.children.add(child)

    assert recorder.refreshed == [{("actor", child.pk)}] * 3


@pytest.mark.django_db(transaction=True)
def test_notified_writes_are_refreshed_on_commit(recorder):
    link = CompositionFactory()
    recorder.refreshed.clear()

    with transaction.atomic():
        Composition.objects.filter(pk=link.pk).update(partial=True)
        registry.notify([link])
        assert recorder.refreshed == []

    assert recorder.refreshed == [{("whole", link.whole_id)}]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_refreshed_when_nothing_watched_changes(recorder):
    ActorFactory()

    assert recorder.refreshed == []


@pytest.mark.django_db(transaction=True)
def test_a_table_that_fails_leaves_the_others_true(recorder, monkeypatch, caplog):
    def fail(keys):
        raise OSError("disque plein")

    after, second = Recorder(), Recorder()
    for table in (after, second):
        registry.register(table)
    for table in (recorder, second):
        monkeypatch.setattr(table, "refresh", fail)

    with pytest.raises(OSError, match="disque plein"):
        CompositionFactory()

    assert after.refreshed == [{("whole", Composition.objects.get().whole_id)}]
    logged = [record for record in caplog.records if record.name == "coopemploi.derived"]
    assert [str(record.exc_info[1]) for record in logged] == ["disque plein"]
    assert not registry.is_due()


@pytest.fixture
def asked(monkeypatch, recorder):
    """What a merge touches, of which more than two rows are many."""
    monkeypatch.setattr(derived, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(recorder, "can_wait", True)
    registry.let_wait()
    return ActorFactory.build_batch(3)


def touch(actors):
    for number, actor in enumerate(actors, start=1):
        actor.pk = number
        registry.touch_through(Actor.parents.through, actor)
    registry.flush()


@pytest.mark.django_db
def test_many_rows_that_can_wait_are_left_to_the_worker(recorder, asked):
    touch(asked)
    assert recorder.refreshed == []

    # As the worker does, which would close the connection of the test.
    for asked_for in DBTaskResult.objects.order_by("enqueued_at"):
        refresh.call(**asked_for.args_kwargs["kwargs"])

    assert recorder.refreshed == [{("actor", 1), ("actor", 2)}, {("actor", 3)}]


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["few", "needed at once", "other writes"])
def test_other_rows_are_refreshed_at_once(recorder, asked, monkeypatch, reason):
    monkeypatch.setattr(recorder, "can_wait", reason != "needed at once")
    if reason == "other writes":  # such as what is hidden: the index must not tell it any more
        registry.forget()
    touched = asked[: 2 if reason == "few" else 3]

    touch(touched)

    assert recorder.refreshed == [{("actor", actor.pk) for actor in touched}]


def test_no_perimeter_waits():
    """Who may edit what is read from the closure: it is true once it is committed."""
    at_once = {table.name for table in registry.tables if not table.can_wait}

    assert {name for name in at_once if not name.startswith("doublons probables")} == {
        "contenances"
    }
