"""What is kept of every change: one version a record and an operation.

An app says what it tracks in its `history.py`. The tables and the name of who writes come
from django-simple-history; versions are written here, since a record must be kept whole:

- relations to many are one column of the version, not a table each;
- what one request does to a record is one version, relations included;
- a record that was written without signals (bulk loads, `update()`) has its state noted
  before it changes next: no version is ever compared with a state that nobody saw.
"""

import uuid
from contextlib import contextmanager

from asgiref.local import Local
from django.db import connection, models
from django.db.models.signals import m2m_changed, pre_save
from django.utils import timezone
from simple_history import register
from simple_history.models import HistoricalRecords

from ..fields import AutoSlugField, NormalisedField, PartialDateField, SaveCountField
from .fields import StoredPartialDateField

CREATED, CHANGED, DELETED = "+", "~", "-"
NAMED_BY = "<"  # before the relation by which other records named a deleted one
LOST_WITH = "-"  # before the relation of rows deleted with a record, of which nothing is kept
FOUND = "État trouvé"  # the note of a version written to catch up with the record

_state = Local()
_computed = {}  # {model: its rows that nobody wrote}


class Version(models.Model):
    """What a version keeps besides the columns of its record."""

    relations = models.JSONField("relations", default=dict)
    # Shared by all that one request, or one deletion, writes.
    operation = models.UUIDField("opération", default=uuid.uuid4, db_index=True)

    class Meta:
        abstract = True


@contextmanager
def paused():
    """For loads whose files are their history: write no version."""
    before, _state.is_paused = is_paused(), True
    try:
        yield
    finally:
        _state.is_paused = before


def is_paused():
    return getattr(_state, "is_paused", False)


@contextmanager
def operation(note="", key=None):
    """What is written within is one operation, told by `note`; gives its key, `key` if any."""
    before = getattr(_state, "operation", None)
    key = key or uuid.uuid4()
    _state.operation = (key, note)
    try:
        yield key
    finally:
        _state.operation = before


@contextmanager
def written_by(user):
    """What is written within is `user`'s: for work done apart from their request."""
    before = getattr(_state, "author_id", None)
    _state.author_id = user.pk
    try:
        yield
    finally:
        _state.author_id = before


def will_link(record, relations):
    """Say what a new record will be linked to by relations to many: {name: keys}.

    For links that are written in bulk once it is saved: no signal tells of them.
    """
    record._links_to_come = {name: sorted(keys) for name, keys in relations.items()}


def _current_operation():
    """The key and note of the operation in course; (None, "") outside of any."""
    if current := getattr(_state, "operation", None):
        return current
    request = getattr(HistoricalRecords.context, "request", None)
    if request is None:
        return None, ""
    if not hasattr(request, "history_operation"):
        request.history_operation = uuid.uuid4()
    return request.history_operation, ""


def _current_user_id():
    if author_id := getattr(_state, "author_id", None):
        return author_id
    request = getattr(HistoricalRecords.context, "request", None)
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def with_plain_lines(value):
    """Browsers end lines their own way: that is no change."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class Records(HistoricalRecords):
    """The versions of one model."""

    def __init__(self, **options):
        super().__init__(
            bases=[Version],
            history_id_field=models.BigAutoField(),
            history_change_reason_field=models.CharField("note", max_length=200, blank=True),
            **options,
        )

    # The table

    def copy_fields(self, model):
        fields = super().copy_fields(model)
        for field in fields.values():
            if isinstance(field, PartialDateField):
                field.__class__ = StoredPartialDateField
            elif isinstance(field, AutoSlugField):
                field.__class__ = models.SlugField
            if field.name in self.no_db_index or isinstance(field, models.SlugField):
                field.db_index = False
        return fields

    def get_meta_options(self, model):
        return {
            **super().get_meta_options(model),
            "verbose_name": f"version ({model._meta.verbose_name})",
            "verbose_name_plural": f"versions ({model._meta.verbose_name_plural})",
            "ordering": ["-history_id"],  # clocks of several machines may disagree
            "default_permissions": (),  # whoever may see a record may see its history
        }

    def finalize(self, sender, **kwargs):
        super().finalize(sender, **kwargs)
        sender._meta.history_records = self
        self.versions = getattr(sender, self.manager_name).model
        self.fields = self.versions.tracked_fields
        self.relations = tracked_relations(sender)
        pre_save.connect(self.pre_save, sender=sender, weak=False)
        for field in self.relations:
            through = field.remote_field.through
            m2m_changed.connect(self.relation_changed, sender=through, weak=False)

    # What a record is

    def values_of(self, instance):
        return {
            field.attname: with_plain_lines(field.to_python(getattr(instance, field.attname)))
            for field in self.fields
        }

    def relations_of(self, pk):
        """The keys of related records by relation, in one query.

        It is asked at each change: building it from querysets would cost more than its answer.
        """
        found = {field.name: [] for field in self.relations}
        if self.relations:
            with connection.cursor() as cursor:
                cursor.execute(self._relations_query(), [pk] * len(self.relations))
                for name, key in cursor.fetchall():
                    found[name].append(key)
        return {name: sorted(keys) for name, keys in found.items()}

    def _relations_query(self):
        quoted = connection.ops.quote_name
        return " UNION ALL ".join(
            f"SELECT '{field.name}', {quoted(field.m2m_reverse_name())}"  # noqa: S608, our names
            f" FROM {quoted(field.m2m_db_table())} WHERE {quoted(field.m2m_column_name())} = %s"
            for field in self.relations
        )

    def _namings_of(self, instance):
        """The records that name `instance` and outlive it, by relation."""
        found = {}
        for relation in self.cls._meta.related_objects:
            field = relation.field
            if relation.many_to_many:
                is_lost = field.remote_field.through._meta.auto_created
            else:
                # What is emptied by a deletion is filled again when the record comes back.
                is_lost = relation.on_delete is models.SET_NULL
            if is_lost and records_of(relation.related_model):
                rows = relation.related_model._base_manager.filter(**{field.name: instance.pk})
                if keys := sorted(rows.values_list("pk", flat=True)):
                    label = relation.related_model._meta.label
                    found[f"{NAMED_BY}{label}.{field.name}"] = keys
        return found

    def _lost_with(self, instance):
        """How many rows that nobody keeps go with `instance`, by relation."""
        found = {}
        for relation in self.cls._meta.related_objects:
            model = relation.related_model
            if relation.on_delete is not models.CASCADE or records_of(model):
                continue
            rows = model._base_manager.filter(**{relation.field.name: instance.pk})
            if count := rows.exclude(_computed.get(model, models.Q(pk=None))).count():
                found[f"{LOST_WITH}{model._meta.label}.{relation.field.name}"] = count
        return found

    # Writing

    def latest(self, pk):
        return self.versions.objects.filter(**{self.cls._meta.pk.attname: pk}).first()

    def _write(self, values, relations, kind, *, user_id, key, note):
        return self.versions.objects.create(
            **values,
            relations=relations,
            history_type=kind,
            history_date=timezone.now(),
            history_user_id=user_id,
            history_change_reason=note,
            operation=key or uuid.uuid4(),
        )

    def _catch_up(self, pk):
        """The version that says what the record is now; None for one not recorded yet."""
        before = self.cls._base_manager.filter(pk=pk).first()
        if before is None:
            return None
        values, relations = self.values_of(before), self.relations_of(pk)
        latest = self.latest(pk)
        if latest is not None and latest.history_type != DELETED:
            if self.values_of(latest) == values and latest.relations == relations:
                return latest
            kind = CHANGED
        else:
            kind = CREATED
        return self._write(values, relations, kind, user_id=None, key=None, note=FOUND)

    def _note_change(self, before, values, relations):
        """Write what a record became, or complete the version of the operation in course."""
        key, note = _current_operation()
        if self.values_of(before) == values and before.relations == relations and not note:
            return
        if before.operation == key:
            self.versions.objects.filter(pk=before.pk).update(**values, relations=relations)
            return
        user_id = _current_user_id()
        self._write(values, relations, CHANGED, user_id=user_id, key=key, note=note)

    def pre_save(self, instance, raw=False, **kwargs):
        if is_paused() or raw:
            return
        known = None if instance._state.adding else self._catch_up(instance.pk)
        instance._version_before = known

    def post_save(self, instance, created, raw=False, update_fields=None, **kwargs):
        if is_paused() or raw:
            return
        before = instance.__dict__.pop("_version_before", None)
        values = self.values_of(instance)
        if before is None:
            key, note = _current_operation()
            user_id = _current_user_id()
            to_come = instance.__dict__.pop("_links_to_come", {})
            relations = {field.name: to_come.get(field.name, []) for field in self.relations}
            self._write(values, relations, CREATED, user_id=user_id, key=key, note=note)
            return
        if update_fields is not None:
            written = {self.cls._meta.get_field(name).attname for name in update_fields}
            values = {
                name: value if name in written else getattr(before, name)
                for name, value in values.items()
            }
        self._note_change(before, values, before.relations)

    def pre_delete(self, instance, **kwargs):
        if is_paused():
            return
        super().pre_delete(instance, **kwargs)
        instance._relations_before = (
            self.relations_of(instance.pk) | self._namings_of(instance) | self._lost_with(instance)
        )

    def post_delete(self, instance, origin=None, **kwargs):
        if is_paused():
            return
        key, note = _current_operation()
        if key is None:
            key = origin.__dict__.setdefault("_deletion", uuid.uuid4())
        self._write(
            self.values_of(instance),
            instance.__dict__.pop("_relations_before", {}),
            DELETED,
            user_id=_current_user_id(),
            key=key,
            note=note,
        )

    def relation_changed(self, sender, instance, action, reverse, model, pk_set, **kwargs):
        if is_paused() or not action.startswith(("pre_", "post_")):
            return
        changed = [instance.pk]
        if reverse:
            changed = self._changed_from_the_other_side(sender, instance, action, pk_set)
        if action.startswith("pre_"):
            instance._versions_before = {pk: self._catch_up(pk) for pk in changed}
            return
        before = instance.__dict__.pop("_versions_before", {})
        for pk in changed:
            if before.get(pk) is not None:
                self._note_change(before[pk], self.values_of(before[pk]), self.relations_of(pk))

    def _changed_from_the_other_side(self, through, instance, action, pk_set):
        if action == "pre_clear":
            field = next(f for f in self.relations if f.remote_field.through is through)
            rows = through._base_manager.filter(**{field.m2m_reverse_name(): instance.pk})
            instance._cleared_from = list(rows.values_list(field.m2m_column_name(), flat=True))
        if action == "post_clear":
            return instance.__dict__.pop("_cleared_from")
        return instance._cleared_from if action == "pre_clear" else pk_set


def is_derived(field):
    """Computed from the rest of the record, or from the time of its writing."""
    return (
        field.generated
        or isinstance(field, (NormalisedField, SaveCountField))
        or getattr(field, "auto_now", False)
    )


def tracked_relations(model):
    """Relations to many that have no record of their own."""
    return [f for f in model._meta.many_to_many if f.remote_field.through._meta.auto_created]


def track(*models_tracked, private=()):
    """Keep the versions of models. The fields named `private` are never copied."""
    for model in models_tracked:
        fields = model._meta.concrete_fields
        register(
            model,
            records_class=Records,
            excluded_fields=[f.name for f in fields if is_derived(f) or f.name in private],
            # Versions are found by their record and by its parents, nothing else.
            no_db_index=[
                f.name
                for f in fields
                if not f.primary_key
                and not (f.is_relation and f.remote_field.on_delete is models.CASCADE)
            ],
        )


def computed(model, **which):
    """Say that the rows of a model, or `which`, come back by themselves: nothing is lost."""
    _computed[model] = models.Q(**which) if which else models.Q(pk__isnull=False)


def records_of(model):
    """The `Records` of a model, None when it is not tracked."""
    return getattr(model._meta, "history_records", None)


def private_fields(records):
    """The fields that people write and no version keeps."""
    fields = records.cls._meta.concrete_fields
    return [f for f in fields if f.name in records.excluded_fields and f.editable]


def is_as_created(record):
    """Whether a record that was created without its private fields is still as it was.

    One whose creation no version tells is taken for changed: nobody can say.
    """
    records = records_of(type(record))
    versions = list(records.versions.objects.filter(id=record.pk)[:2])
    if [(each.history_type, each.history_change_reason) for each in versions] != [(CREATED, "")]:
        return False
    [created] = versions
    return (
        records.values_of(created) == records.values_of(record)
        and created.relations == records.relations_of(record.pk)
        and not any(getattr(record, field.attname) for field in private_fields(records))
    )
