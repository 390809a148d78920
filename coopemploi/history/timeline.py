"""The versions of a record and of its children, told as what people did."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Subquery, Value
from django.utils.text import capfirst

from .differences import Names, changes
from .tracking import CHANGED, CREATED, DELETED, FOUND, records_of

DEEDS = {CREATED: "ajout", CHANGED: "modification", DELETED: "suppression"}


@dataclass
class Part:
    """What an operation did to one record."""

    version: models.Model
    name: str
    changes: list
    is_child: bool = False
    is_latest: bool = False  # nothing happened since to the record nor to its children

    @property
    def differs_from_now(self):
        return self.kind == DELETED or not self.is_latest

    @property
    def kind(self):
        return self.version.history_type

    @property
    def model_name(self):
        return self.version.instance_type._meta.model_name

    @property
    def title(self):
        return f"{capfirst(self.version.instance_type._meta.verbose_name)} « {self.name} »"

    @property
    def deed(self):
        return DEEDS[self.kind]


@dataclass
class Entry:
    """An operation, as the history of one record shows it."""

    date: datetime
    user: object = None
    note: str = ""
    parts: list = field(default_factory=list)

    @property
    def title(self):
        kind = self.parts[0].kind if not self.parts[0].is_child else CHANGED
        if self.note == FOUND:
            return "État d'origine" if kind == CREATED else "Changé sans passer par l'historique"
        if self.note:
            return self.note
        return {CREATED: "Création", CHANGED: "Modification", DELETED: "Suppression"}[kind]


class Timeline:
    """What happened to a record: a sequence of entries, the latest first.

    `children` are the (model, foreign key) pairs edited on the page of the record.
    """

    def __init__(self, model, pk, children=()):
        self.tables = [(model, model._meta.pk.attname), *children]
        self.pk = pk
        self._operations = None

    @property
    def operations(self):
        """Each operation with the (table, key) of its versions, in one query."""
        if self._operations is None:
            first, *others = [
                records_of(model)
                .versions.objects.filter(**{attname: self.pk})
                .order_by()
                .values_list(
                    "history_date",
                    "history_id",
                    "operation",
                    Value(number, output_field=models.IntegerField()),
                )
                for number, (model, attname) in enumerate(self.tables)
            ]
            grouped = {}
            for date, key, operation, number in sorted(first.union(*others, all=True)):
                entry = grouped.setdefault(operation, [date, []])
                entry[1].append((number, key))
            self._operations = [versions for _, versions in reversed(grouped.values())]
        return self._operations

    def __len__(self):
        return len(self.operations)

    def __getitem__(self, page):
        return self._entries(self.operations[page])

    def _entries(self, operations):
        keys = {}
        for versions in operations:
            for number, key in versions:
                keys.setdefault(number, []).append(key)
        loaded = {}
        for number, wanted in sorted(keys.items()):
            for version, before in with_previous(self.tables[number][0], wanted):
                loaded[number, version.history_id] = version, before
        names = Names(version for pair in loaded.values() for version in pair if version)
        return [self._entry(versions, loaded, names) for versions in operations]

    def _entry(self, versions, loaded, names):
        is_latest = versions is self.operations[0]
        parts = []
        for number, key in sorted(versions):
            version, before = loaded[number, key]
            _, attname = self.tables[number]
            found = []
            if version.history_type != DELETED:
                found = changes(before, version, names, but=[attname.removesuffix("_id")])
            name = names.of_version(version)
            parts.append(Part(version, name, found, number > 0, is_latest))
        first = parts[0].version
        return Entry(first.history_date, first.history_user, first.history_change_reason, parts)


def with_previous(model, keys):
    """(version, version before it or None) for the keys of versions of one model."""
    versions = records_of(model).versions.objects
    previous = versions.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    found = list(
        versions.filter(pk__in=keys)
        .select_related("history_user")
        .annotate(previous=Subquery(previous.order_by("-history_id").values("pk")[:1]))
    )
    before = versions.in_bulk([version.previous for version in found if version.previous])
    return [(version, before.get(version.previous)) for version in found]
