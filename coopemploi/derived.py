"""Derived tables: computed from other records, and kept true by one registry.

An app registers a `DerivedTable` in its `AppConfig.ready()`. The registry listens
to saves, deletions and many-to-many changes of the models it watches, collects the
keys they touch and refreshes them once, on commit. Keys touched by what a record was
are read before it changes; by what it became, on commit too, for all records together.
Bulk writes send no signal: the querysets that make them call `registry.notify()`.
`manage.py check_derived` catches the rest.
"""

import copy
import logging
import threading
from collections import defaultdict
from contextlib import contextmanager

from django.apps import apps
from django.db import transaction
from django.db.models.signals import (
    m2m_changed,
    post_delete,
    post_save,
    pre_delete,
    pre_save,
)

from . import table_statistics
from .batches import batches

logger = logging.getLogger(__name__)

# Rows that a merge refreshes before it answers; past it, what can wait is for the worker.
MOST_AT_ONCE = 500


class DerivedTable:
    """What a derived table must say of itself."""

    name = ""
    watched = ()  # labels of the models it is computed from: "territories.Composition"
    # Whether a great many rows may be left to the worker, when who writes them lets it.
    can_wait = False

    def affected_by(self, instance):
        """The keys to refresh when `instance`, of a watched model, changes."""
        raise NotImplementedError

    def affected_by_all(self, instances):
        """The same for many instances of one model, written in bulk."""
        return set().union(*map(self.affected_by, instances))

    def affected_by_change(self, before, after):
        """The keys that only what changed in a record of a watched model touches."""
        return set()

    def refresh(self, keys):
        """Recompute the rows of `keys`."""
        raise NotImplementedError

    def rebuild(self):
        """Recompute everything; return the number of rows."""
        raise NotImplementedError

    def drift(self):
        """The number of rows that differ from what `rebuild` would write."""
        raise NotImplementedError


class Registry(threading.local):
    tables = []
    watchers = defaultdict(list)
    # Refresh when told to, not on commit: for tests, whose transactions never commit.
    is_manual = False

    def __init__(self):
        self.pending = defaultdict(set)
        self.written = defaultdict(dict)  # {model: {key: record as it was written}}
        self.to_rebuild = None  # tables to rebuild at the end of `rebuilding()`
        self.may_wait = False

    def register(self, table):
        self.tables.append(table)
        for label in table.watched:
            model = apps.get_model(label)
            self.watchers[model].append(table)
            uid = f"derived.{label}"
            through = model._meta.auto_created
            if through:
                m2m_changed.connect(_on_m2m_changed, sender=model, dispatch_uid=uid)
                continue
            pre_save.connect(_on_before_change, sender=model, dispatch_uid=uid)
            pre_delete.connect(_on_before_deletion, sender=model, dispatch_uid=uid)
            post_save.connect(_on_saved, sender=model, dispatch_uid=uid)
            post_delete.connect(_on_deleted, sender=model, dispatch_uid=uid)

    @contextmanager
    def rebuilding(self):
        """For a large load: note which tables are touched, rebuild each once at the end."""
        self.to_rebuild = set()
        try:
            yield
            for table in self.tables:
                if table in self.to_rebuild:
                    table.rebuild()
            table_statistics.refresh()
        finally:
            self.to_rebuild = None

    def notify(self, instances):
        """Say that `instances` were written without signals, or are about to be."""
        by_model = defaultdict(list)
        for instance in instances:
            by_model[type(instance)].append(instance)
        for model, changed in by_model.items():
            self._note(model, lambda table, changed=changed: table.affected_by_all(changed))
        self._flush_when_due()

    def touch(self, instance, after=None):
        """Read now what `instance` touches: it is about to change, or become `after`."""
        self._note(type(instance), lambda table: table.affected_by(instance))
        if after is not None:
            self._note(type(instance), lambda table: table.affected_by_change(instance, after))

    def touch_through(self, through, instance):
        """The same when a many-to-many relation of `instance` is about to change."""
        self._note(through, lambda table: table.affected_by(instance))

    def touch_later(self, model, instance):
        """Read with the others what `instance` touches, by the change of a row of `model`."""
        if self.to_rebuild is None:
            self.written[model][instance.pk] = copy.copy(instance)
        else:
            self.to_rebuild.update(self.watchers[model])

    def _note(self, model, affected):
        if self.to_rebuild is not None:
            self.to_rebuild.update(self.watchers[model])
            return
        for table in self.watchers[model]:
            self.pending[table].update(affected(table))

    def is_due(self, only=None):
        tables = self.pending if only is None else only
        return any(self.written.values()) or any(self.pending.get(table) for table in tables)

    def let_wait(self):
        """What is being written shows nothing more and hides nothing: the worker may refresh it."""
        self.may_wait = True

    def _flush_when_due(self):
        if self.is_due() and not self.is_manual:
            transaction.on_commit(self.flush)

    def _note_written(self):
        written, self.written = self.written, defaultdict(dict)
        for model, records in written.items():
            changed = list(records.values())
            self._note(model, lambda table, changed=changed: table.affected_by_all(changed))

    def flush(self, only=None):
        """Refresh what is pending, of the tables `only` if they are given, in the order of
        registration.

        Each table is, though another fails: the first error is raised at the end.
        """
        errors = []
        while self.is_due(only):
            self._note_written()
            for table in self.tables:
                if only is not None and table not in only:
                    continue
                if keys := self.pending.pop(table, None):
                    try:
                        self._refresh(table, keys)
                    except Exception as error:
                        errors.append(error)
        self.may_wait = False
        for error in errors[1:]:
            logger.error("A derived table was not refreshed.", exc_info=error)
        if errors:
            raise errors[0]

    def _refresh(self, table, keys):
        if not (table.can_wait and self.may_wait and len(keys) > MOST_AT_ONCE):
            table.refresh(keys)
            return
        from .tasks import refresh  # needs the tables of the queue, read after those of the apps

        for batch in batches(sorted(keys), MOST_AT_ONCE):
            refresh.enqueue(name=table.name, keys=batch)

    @contextmanager
    def set_aside(self):
        """For what is written only to be seen, then taken back: nothing is refreshed for it."""
        before = self.pending, self.written
        self.pending, self.written = defaultdict(set), defaultdict(dict)
        try:
            yield
        finally:
            self.pending, self.written = before

    def forget(self):
        """Drop what is pending: its transaction never commits."""
        self.pending.clear()
        self.written.clear()
        self.may_wait = False


registry = Registry()


def _on_before_change(sender, instance, **kwargs):
    """A save may move a record away from what it touched before."""
    if registry.to_rebuild is None and not instance._state.adding:
        before = sender._base_manager.filter(pk=instance.pk).first()
        if before is not None:
            registry.touch(before, instance)


def _on_saved(sender, instance, **kwargs):
    registry.touch_later(sender, instance)
    registry._flush_when_due()


def _on_before_deletion(sender, instance, **kwargs):
    registry.touch(instance)


def _on_deleted(sender, **kwargs):
    registry._flush_when_due()


def _on_m2m_changed(sender, instance, action, reverse, model, pk_set, **kwargs):
    if action not in {"post_add", "pre_remove", "pre_clear", "post_remove", "post_clear"}:
        return
    touched = [instance]
    if reverse:
        touched = model._base_manager.filter(pk__in=pk_set or ())
    if action.startswith("pre_"):
        for changed in touched:
            registry.touch_through(sender, changed)
        return
    for changed in touched:
        registry.touch_later(sender, changed)
    registry._flush_when_due()
