"""Two people on the same record: what each wrote, field by field.

A form carries the state of the record it was opened at. When somebody wrote since, what
only one of the two changed is settled, and the rest is asked.
"""

import re
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Max, Value
from django.forms import CheckboxInput
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst

from .differences import Names, text_of
from .tracking import DELETED, FOUND, private_fields, records_of, with_plain_lines

STATE, OPENED, CONFLICT = "_state", "_opened", "_conflict"
MINE, THEIRS = "mine", "theirs"
UNKNOWN = object()


def _fingerprint(value):
    return salted_hmac("coopemploi.history.private", str(value)).hexdigest()[:16]


def state_of(tables, obj):
    """What a form carries: the last version of the record and of each kind of children.

    And fingerprints of what versions do not keep: telephone numbers, addresses.
    """
    first, *others = [
        records_of(model)
        .versions.objects.filter(**{attname: obj.pk})
        .order_by()
        .annotate(table=Value(number, output_field=models.IntegerField()))
        .values("table")
        .annotate(last=Max("history_id"))
        .values_list("table", "last")
        for number, (model, attname) in enumerate(tables)
    ]
    last = dict(first.union(*others, all=True))
    parts = [str(last.get(number) or 0) for number in range(len(tables))]
    private = private_fields(records_of(type(obj)))
    parts += [_fingerprint(getattr(obj, field_.attname)) for field_ in private]
    return ".".join(parts)


@dataclass
class Compared:
    """A field that somebody changed since the form was opened."""

    name: str  # in the form
    label: str
    before: str
    mine: str
    theirs: str
    mine_data: list
    theirs_data: list
    settled: str = ""  # whose value it takes; empty: to be chosen


@dataclass
class Group:
    """The compared fields of the record, or of one of its children."""

    title: str
    fields: list = field(default_factory=list)
    note: str = ""


class Conflict:
    """The two versions of a record, and the form data that reconciles them."""

    def __init__(self, opened, tables, obj, form, formsets, data):
        self.opened = opened
        self.obj = obj
        self.data = data
        for name, values in list(data.lists()):
            data.setlist(name, [with_plain_lines(value) for value in values])
        self.groups = []
        states, self.fingerprints = self._read(opened, tables, obj)
        self._compare_record(form, states[0])
        for (formset, prefix), (model, attname), last in zip(
            formsets, tables[1:], states[1:], strict=True
        ):
            self._compare_rows(formset, prefix, model, attname, last)

    def _read(self, opened, tables, obj):
        parts = opened.split(".")
        private = private_fields(records_of(type(obj)))
        if len(parts) != len(tables) + len(private) or not all(
            re.fullmatch(r"\d{1,18}", part) for part in parts[: len(tables)]
        ):  # a form that is not ours: everything is asked
            return [0] * len(tables), {f.name: "" for f in private}
        names = [field_.name for field_ in private]
        return [int(part) for part in parts[: len(tables)]], dict(
            zip(names, parts[len(tables) :], strict=True)
        )

    @property
    def to_choose(self):
        return [item for group in self.groups for item in group.fields if not item.settled]

    @property
    def hidden(self):
        """(name, value) pairs that bring the form back, but for what is to be chosen."""
        asked = {item.name for item in self.to_choose}
        dropped = {STATE, OPENED, "csrfmiddlewaretoken", *asked}
        pairs = [
            (name, value)
            for name, values in self.data.lists()
            if name not in dropped
            for value in values
        ]
        for item in self.to_choose:
            pairs.append((CONFLICT, item.name))
            pairs += [(f"_{MINE}:{item.name}", value) for value in item.mine_data]
            pairs += [(f"_{THEIRS}:{item.name}", value) for value in item.theirs_data]
        return pairs

    # The record

    def _compare_record(self, form, last):
        versions = records_of(type(self.obj)).versions.objects.filter(id=self.obj.pk)
        base = self._state_at(versions.order_by("history_id"), last)
        if not versions.exists():  # it is what it was when it was loaded
            records = records_of(type(self.obj))
            base = records.versions(
                **records.values_of(self.obj), relations=records.relations_of(self.obj.pk)
            )
        group = Group("La fiche")
        self._compare_fields(group, form, base, self.fingerprints)
        if group.fields:
            self.groups.append(group)

    def _state_at(self, versions, last):
        """The version that the form was opened at: a version found later tells it too."""
        versions = list(versions)
        known = [version for version in versions if version.history_id <= last]
        if known:
            return None if known[-1].history_type == DELETED else known[-1]
        is_found = versions and versions[0].history_change_reason == FOUND
        return versions[0] if is_found else None

    def _compare_fields(self, group, form, base, fingerprints):
        """Settle the fields of a bound form; `base` is the version that it was opened at."""
        for name, form_field in form.fields.items():
            try:
                model_field = form._meta.model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            if model_field.primary_key or form_field.disabled:
                continue
            bound = form[name]
            raw, theirs = bound.data, with_plain_lines(form.initial.get(name))
            if not form_field.has_changed(theirs, raw):
                continue
            if name in fingerprints:
                before, known = UNKNOWN, fingerprints[name]
                is_mine = _fingerprint(_cleaned(form_field, raw)) != known
                is_theirs = _fingerprint(model_field.value_from_object(form.instance)) != known
            else:
                before = _initial(base, model_field)
                is_mine = before is UNKNOWN or form_field.has_changed(before, raw)
                is_theirs = before is UNKNOWN or _is_other(model_field, before, theirs)
            item = Compared(
                name=bound.html_name,
                label=capfirst(form_field.label or model_field.verbose_name),
                before=_shown(form_field, model_field, before),
                mine=_shown(form_field, model_field, _cleaned(form_field, raw)),
                theirs=_shown(form_field, model_field, theirs),
                mine_data=self.data.getlist(bound.html_name),
                theirs_data=_posted(form_field, theirs),
                settled="" if is_mine and is_theirs else MINE if is_mine else THEIRS,
            )
            if item.settled != MINE:
                self._set(item.name, item.theirs_data if item.settled else item.mine_data)
            group.fields.append(item)

    def _set(self, name, values):
        self.data.pop(name, None)
        if values:
            self.data.setlist(name, values)

    # Its children

    def _compare_rows(self, formset, prefix, model, attname, last):
        current = model._base_manager.filter(**{attname: self.obj.pk}).in_bulk()
        versions = {}
        kept = records_of(model).versions.objects.filter(**{attname: self.obj.pk})
        for version in kept.order_by("history_id"):
            versions.setdefault(version.id, []).append(version)
        rows = [(_key(row), row) for row in _rows(self.data, prefix)]
        known = [(key, row) for key, row in rows if key in current]
        # What somebody deleted meanwhile can only come back as something new.
        added = [(key, row | {"id": [""]}) for key, row in rows if key not in current]
        _write_rows(self.data, prefix, known, added)
        for number, (key, _) in enumerate([*known, *added]):
            form = f"{prefix}-{number}"
            if key in current:
                self._compare_row(formset, form, current[key], versions.get(key, []), last)
            elif key is not None:
                self._compare_deleted_row(formset, form, versions.get(key, []), last)
        sent = {key for key, _ in rows}
        for key, record in current.items():
            is_new = key in versions and self._state_at(versions[key], last) is None
            if key not in sent and is_new:
                self.groups.append(
                    Group(_title(model, record), note="Ajout fait entre-temps, gardé.")
                )

    def _compare_row(self, formset, prefix, record, versions, last):
        if not versions or versions[-1].history_id <= last:  # nobody wrote it since
            return
        base = self._state_at(versions, last)
        form = formset.form(self.data, prefix=prefix, instance=record)
        group = Group(_title(type(record), record))
        if self.data.get(f"{prefix}-DELETE"):
            group.note = "Vous retirez cet élément, que quelqu'un a changé entre-temps."
            group.fields = [_removal(prefix, mine=["on"], theirs=[])]
            # Should it be kept, it is as they wrote it.
            for name, form_field in form.fields.items():
                theirs = _posted(form_field, form.initial.get(name))
                self._set(form[name].html_name, theirs)
        else:
            self._compare_fields(group, form, base, {})
        if group.fields:
            self.groups.append(group)

    def _compare_deleted_row(self, formset, prefix, versions, last):
        """A row that somebody deleted: it goes, unless one wrote in it."""
        if self.data.get(f"{prefix}-DELETE"):
            return
        base = self._state_at(versions, last)
        form = formset.form(self.data, prefix=prefix)
        model = form._meta.model
        is_mine = base is None or any(
            form_field.has_changed(_initial(base, model._meta.get_field(name)), form[name].data)
            for name, form_field in form.fields.items()
        )
        item = _removal(prefix, mine=[], theirs=["on"])
        note = "Quelqu'un a supprimé cet élément entre-temps"
        if not is_mine:
            item.settled = THEIRS
            self._set(item.name, item.theirs_data)
        title = _title(model, Names([base]).of_version(base) if base else "")
        self.groups.append(
            Group(title, [item], f"{note}, et vous y aviez écrit." if is_mine else f"{note}.")
        )


def _title(model, name):
    return f"{capfirst(model._meta.verbose_name)} « {name} »"


def _removal(prefix, *, mine, theirs):
    said = {True: "retiré", False: "gardé"}
    return Compared(
        name=f"{prefix}-DELETE",
        label="Cet élément",
        before="présent",
        mine=said[bool(mine)],
        theirs=said[bool(theirs)],
        mine_data=mine,
        theirs_data=theirs,
    )


def _key(row):
    key = row.get("id", [""])[0]
    return int(key) if re.fullmatch(r"\d{1,18}", key, re.ASCII) else None


def _rows(data, prefix):
    """The rows of a formset as posted: {suffix: values}, in their order."""
    found = {}
    for key in list(data):
        if match := re.fullmatch(re.escape(prefix) + r"-(\d{1,6})-(\w+)", key):
            found.setdefault(int(match[1]), {})[match[2]] = data.getlist(key)
            del data[key]
    return [row for _, row in sorted(found.items())]


def _write_rows(data, prefix, known, added):
    for number, (_, row) in enumerate([*known, *added]):
        for suffix, values in row.items():
            data.setlist(f"{prefix}-{number}-{suffix}", values)
    data[f"{prefix}-TOTAL_FORMS"] = str(len(known) + len(added))
    data[f"{prefix}-INITIAL_FORMS"] = str(len(known))


# Values, as versions, forms and people write them


def _initial(version, model_field):
    """The value of a field in a version, as a form begins with it."""
    if version is None:
        return UNKNOWN
    if model_field.many_to_many:
        return version.relations.get(model_field.name, UNKNOWN)
    if not hasattr(version, model_field.attname):
        return UNKNOWN
    return getattr(version, model_field.attname)


def _keys(value):
    return sorted(getattr(item, "pk", item) for item in value or ())


def _is_other(model_field, before, after):
    if model_field.many_to_many:
        return _keys(before) != _keys(after)
    return (None if before == "" else before) != (None if after == "" else after)


def _cleaned(form_field, raw):
    try:
        return form_field.clean(raw)
    except ValidationError:
        return raw


def _posted(form_field, value):
    """The strings by which a browser would send a value."""
    widget = getattr(form_field.widget, "widget", form_field.widget)
    if isinstance(widget, CheckboxInput):
        return ["on"] if value else []
    formatted = widget.format_value(form_field.prepare_value(value))
    if isinstance(formatted, (list, tuple)):
        return [str(item) for item in formatted if item != ""]
    return ["" if formatted is None else str(formatted)]


def _shown(form_field, model_field, value):
    """A value as people read it, whatever it was: of a record, of a version or as typed."""
    if value is UNKNOWN:
        return "(inconnu)"
    if not model_field.is_relation:
        try:
            return text_of(model_field, value, SimpleNamespace())
        except (TypeError, ValueError, AttributeError):
            return str(value)
    model = model_field.related_model
    keys = value if model_field.many_to_many else [value]
    keys = [getattr(key, "pk", key) for key in keys or () if key not in (None, "")]
    keys = [key for key in keys if re.fullmatch(r"[0-9]{1,18}", str(key))]
    return ", ".join(sorted(map(str, model._base_manager.filter(pk__in=keys))))


def choices_applied(post):
    """The form data once the choices made on the page of a conflict are applied.

    Without a choice, the form is again the one that was opened first: it is asked again.
    """
    if CONFLICT not in post and OPENED not in post:
        return post
    data = post.copy()
    names = data.pop(CONFLICT, [])
    opened = data.pop(OPENED, [""])[0]
    for name in names:
        choice = data.pop(f"_choice:{name}", [""])[0]
        values = {owner: data.pop(f"_{owner}:{name}", []) for owner in (MINE, THEIRS)}
        if choice not in values:
            data[STATE] = opened
        chosen = values.get(choice, values[MINE])
        data.pop(name, None)
        if chosen:
            data.setlist(name, chosen)
    return data
