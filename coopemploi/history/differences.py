"""What changed from a version to the next, in words."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher

from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst

from ..dates import day_label, hour_label
from ..figures import format_number
from .tracking import DELETED, records_of

KEPT, INSERTED, REMOVED = "kept", "inserted", "removed"

# Comparing word by word takes the square of the number of words.
MOST_WORDS = 4000
CONTEXT = 120  # characters shown of what did not change, on each side of what did


@dataclass(frozen=True)
class Change:
    """What became of a field: (kind, text) pieces to be read one after the other."""

    label: str
    pieces: list
    is_list: bool = False  # the pieces are names, to be told apart


class Names:
    """How related records are called, read once for each model."""

    def __init__(self, versions=()):
        self.wanted = {}
        self.records = {}
        self.gone = {}
        for version in versions:
            self._want(version)
        for model, keys in self.wanted.items():
            related = _choice_related(model)
            found = model._base_manager.select_related(*related).in_bulk(keys)
            self.records |= {(model, key): record for key, record in found.items()}
            self._look_for_deleted(model, keys - found.keys())

    def _want(self, version):
        records = records_of(version.instance_type)
        for field in records.fields:
            if field.is_relation and (key := getattr(version, field.attname)) is not None:
                self.wanted.setdefault(field.related_model, set()).add(key)
        for field in records.relations:
            keys = version.relations.get(field.name, ())
            self.wanted.setdefault(field.related_model, set()).update(keys)

    def _look_for_deleted(self, model, keys):
        if keys and records_of(model):
            versions = records_of(model).versions.objects
            deleted = versions.filter(id__in=keys, history_type=DELETED)
            self.gone |= {(model, version.id): version for version in deleted}

    def of(self, model, key):
        if (model, key) in self.records:
            return str(self.records[model, key])
        if (model, key) in self.gone:
            return f"{self.of_version(self.gone[model, key])} (n'existe plus)"
        return f"{model._meta.verbose_name} n° {key} (n'existe plus)"

    def of_version(self, version):
        """How the record of a version called itself; its number when that needs one gone."""
        model = version.instance_type
        records = records_of(model)
        record = model(**records.values_of(version))
        for field in records.fields:
            key = getattr(version, field.attname) if field.is_relation else None
            if key is None:
                continue
            related = self.records.get((field.related_model, key))
            if related is None:
                related = self._record_gone(field.related_model, key)
            if related is None:
                return f"n° {version.id}"
            record._state.fields_cache[field.name] = related
        return str(record)

    def _record_gone(self, model, key):
        version = self.gone.get((model, key))
        return model(**records_of(model).values_of(version)) if version else None


def _choice_related(model):
    try:
        return admin.site.get_model_admin(model).choice_related
    except (NotRegistered, AttributeError):
        return ()


def shown_fields(model):
    """The fields of a version that people write."""
    return [field for field in records_of(model).fields if field.editable and not field.primary_key]


def text_of(field, value, names):
    """A value as people read it."""
    if value in (None, "", []) or (not value and not isinstance(value, (bool, int, Decimal))):
        return ""
    if field.is_relation:
        return names.of(field.related_model, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    match value:
        case bool():
            return "oui" if value else "non"
        case list():
            return "\n".join(value)
        case Decimal():
            return format_number(value)
        case datetime.datetime():
            moment = timezone.localtime(value)
            return f"{day_label(moment)} à {hour_label(moment)}"
        case datetime.date():
            return day_label(value)
        case datetime.time():
            return hour_label(value)
    return str(value)


def changes(before, after, names, *, but=()):
    """The changes between two versions of a record; `before` may be None."""
    model = after.instance_type
    found = []
    for field in shown_fields(model):
        if field.name in but:
            continue
        old = getattr(before, field.attname) if before is not None else None
        new = getattr(after, field.attname)
        if old != new:
            pieces = _pieces(field, text_of(field, old, names), text_of(field, new, names))
            found += [Change(capfirst(field.verbose_name), pieces)] if pieces else []
    for field in records_of(model).relations:
        old = before.relations.get(field.name, []) if before is not None else []
        new = after.relations.get(field.name, [])
        if old != new:
            found.append(
                Change(capfirst(field.verbose_name), _listed(field, old, new, names), True)
            )
    return found


def _listed(field, old, new, names):
    def named(kind, keys):
        return sorted((names.of(field.related_model, key), kind) for key in keys)

    listed = [*named(REMOVED, set(old) - set(new)), *named(INSERTED, set(new) - set(old))]
    return [(kind, name) for name, kind in listed]


def _pieces(field, old, new):
    if old == new:
        return []
    is_text = isinstance(field, (models.TextField, models.CharField)) and not field.choices
    if old and new and is_text:
        return compared(old, new)
    return [piece for piece in ((REMOVED, old), (INSERTED, new)) if piece[1]]


def compared(old, new):
    """Two texts as one: what was kept, removed and inserted, by words (lines if very long)."""
    before, after = _words(old), _words(new)
    if len(before) + len(after) > MOST_WORDS:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for operation, i, j, k, m in matcher.get_opcodes():
        if operation == "equal":
            pieces.append((KEPT, "".join(before[i:j])))
            continue
        pieces += [(REMOVED, "".join(before[i:j]))] if j > i else []
        pieces += [(INSERTED, "".join(after[k:m]))] if m > k else []
    return [_shortened(kind, text) for kind, text in pieces]


def _words(text):
    return re.findall(r"\s+|[\w'’-]+|.", text)


def _shortened(kind, text):
    if kind == KEPT and len(text) > 2 * CONTEXT:
        text = f"{text[:CONTEXT]} […] {text[-CONTEXT:]}"
    return kind, text
