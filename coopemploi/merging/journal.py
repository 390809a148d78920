"""What a merge wrote, kept so that it can be undone to the letter.

A journal is a list of steps, in the order they were taken:

- ["move", model, column, keys, from, to]: the rows that pointed to one record point to another;
- ["change", model, key, {column: [before, after]}];
- ["delete", model, {column: value}];
- ["delete_all", model, [{column: value}]], of the table of a relation;
- ["create", model, key].

Columns are Django's attribute names, values what the database was given.
"""

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils.text import capfirst

from ..batches import batches
from ..derived import registry
from ..fields import NormalisedField


def stored_fields(model):
    return [field for field in model._meta.concrete_fields if not field.generated]


def encode(field, record):
    """The value of a column as JSON holds it."""
    value = field.get_prep_value(getattr(record, field.attname))
    return value if isinstance(value, (str, int, float, list, dict, type(None))) else str(value)


def decode(field, value):
    if hasattr(field, "from_db_value") and not isinstance(field, models.JSONField):
        return field.from_db_value(value, None, connection)
    return field.to_python(value)


def snapshot(record):
    return {field.attname: encode(field, record) for field in stored_fields(type(record))}


class Journal:
    """Writes to the database, and notes each step."""

    def __init__(self):
        self.steps = []

    def move(self, field, rows, origin, target):
        """Point `rows`, of the model that has `field`, to `target`."""
        if not rows:
            return
        model = field.model
        notify(field, rows)
        for batch in batches([row.pk for row in rows]):
            model._base_manager.filter(pk__in=batch).update(**{field.attname: target})
        for row in rows:
            setattr(row, field.attname, target)
        notify(field, rows)
        keys = [row.pk for row in rows]
        self.steps.append(
            ["move", model._meta.label_lower, field.attname, keys, origin, target],
        )

    def change(self, record, values):
        """Give `record` the `values` by attribute name, and all that saving it computes."""
        before = snapshot(record)
        for name, value in values.items():
            setattr(record, name, value)
        record.save()
        after = snapshot(record)
        changed = {
            name: [before[name], after[name]] for name in before if before[name] != after[name]
        }
        if changed:
            self.steps.append(["change", record._meta.label_lower, record.pk, changed])

    def delete(self, record):
        self.steps.append(["delete", record._meta.label_lower, snapshot(record)])
        record.delete()

    def delete_all(self, field, rows):
        """Delete `rows` of the table of a relation, which `field` is in: nothing leads to them."""
        if not rows:
            return
        model = field.model
        notify(field, rows)
        self.steps.append(["delete_all", model._meta.label_lower, [snapshot(row) for row in rows]])
        for batch in batches([row.pk for row in rows]):
            model._base_manager.filter(pk__in=batch).delete()

    def create(self, record):
        record.save(force_insert=True)
        self.steps.append(["create", record._meta.label_lower, record.pk])


def notify(field, rows):
    """Tell the derived tables of rows written in bulk, whose `field` is moved."""
    owner = field.model._meta.auto_created
    if not owner:
        registry.notify(rows)
        return
    for other in field.model._meta.fields:
        if other.remote_field and other.related_model is owner and other != field:
            keys = {getattr(row, other.attname) for row in rows}
            for batch in batches(keys):
                registry.notify(owner._base_manager.filter(pk__in=batch).only("pk"))


class UndoError(Exception):
    """What was changed since, in a way that prevents putting everything back."""

    def __init__(self, obstacles):
        super().__init__("\n".join(obstacles))
        self.obstacles = obstacles


def obstacles_to(steps):
    """What was changed since the `steps`, in French sentences."""
    deleted = {
        (step[1], values[pk_name(step[1])])
        for step in steps
        if step[0] in ("delete", "delete_all")
        for values in (step[2] if step[0] == "delete_all" else [step[2]])
    }
    obstacles, seen = [], set()
    for kind, label, *details in reversed(steps):
        model = apps.get_model(label)
        if kind == "move":
            column, keys, _, target = details
            latest = [
                key
                for key in keys
                if (label, key) not in deleted and (label, key, column) not in seen
            ]
            seen |= {(label, key, column) for key in latest}
            obstacles += _moved_since(model, column, latest, target)
        elif kind == "change":
            key, changed = details
            latest = {
                column: after
                for column, (_, after) in changed.items()
                if (label, key) not in deleted and (label, key, column) not in seen
            }
            seen |= {(label, key, column) for column in latest}
            obstacles += _changed_since(model, key, latest)
    return obstacles[::-1]


def pk_name(label):
    return apps.get_model(label)._meta.pk.attname


def _moved_since(model, column, keys, target):
    name = capfirst(model._meta.verbose_name)
    found = {}
    for batch in batches(keys):
        found |= dict(model._base_manager.filter(pk__in=batch).values_list("pk", column))
    for key in keys:
        if key not in found:
            # The merge that made a redirection, undone first, took it back.
            if model._meta.label_lower != "merging.redirection":
                yield f"{name} n° {key} n'existe plus."
        elif found[key] != target:
            yield f"{name} n° {key} mène maintenant à une autre fiche."


def _changed_since(model, key, expected):
    name = capfirst(model._meta.verbose_name)
    record = model._base_manager.filter(pk=key).first()
    if record is None:
        yield f"{name} n° {key} n'existe plus."
        return
    for field in stored_fields(model):
        # What saving computes, such as « modifié le », is no obstacle.
        if not field.editable or field.attname not in expected:
            continue
        if encode(field, record) != expected[field.attname]:
            yield f"« {record} » ({model._meta.verbose_name}) : « {field.verbose_name} » a changé."


def revert(steps):
    """Put back what the `steps` changed, within a transaction; raise UndoError."""
    with transaction.atomic():
        if obstacles := obstacles_to(steps):
            raise UndoError(obstacles)
        for kind, label, *details in reversed(steps):
            _REVERSES[kind](apps.get_model(label), *details)


def _move_back(model, column, keys, origin, target):
    field = next(each for each in model._meta.fields if each.attname == column)
    for batch in batches(keys):
        rows = list(model._base_manager.filter(pk__in=batch))
        notify(field, rows)
        model._base_manager.filter(pk__in=batch).update(**{column: origin})
        for row in rows:
            setattr(row, column, origin)
        notify(field, rows)


def _change_back(model, key, changed):
    record = model._base_manager.get(pk=key)
    for field in stored_fields(model):
        if field.attname in changed:
            before, after = changed[field.attname]
            if field.editable or encode(field, record) == after:
                setattr(record, field.attname, decode(field, before))
    for field in stored_fields(model):
        if isinstance(field, NormalisedField):
            field.pre_save(record, False)
    # As it was, without the date of a new change.
    record.save_base(raw=True)


def _rebuilt(model, values):
    return model(
        **{
            field.attname: decode(field, values[field.attname])
            for field in stored_fields(model)
            if field.attname in values
        }
    )


def _insert_all_back(model, rows):
    records = [_rebuilt(model, values) for values in rows]
    for field in filter(lambda each: each.remote_field, model._meta.fields):
        _require(field.related_model, {getattr(record, field.attname) for record in records})
    try:
        with transaction.atomic():
            model._base_manager.bulk_create(records, batch_size=400)
    except IntegrityError as error:
        name = capfirst(model._meta.verbose_name)
        raise UndoError([f"{name} : un lien défait par la fusion a été refait depuis."]) from error


def _require(model, keys):
    """Raise UndoError when one of the records `keys` is no more."""
    for batch in batches(keys):
        found = model._base_manager.filter(pk__in=batch).values_list("pk", flat=True)
        if lost := set(batch) - set(found):
            name = capfirst(model._meta.verbose_name)
            raise UndoError([f"{name} : la fiche n° {key} n'existe plus." for key in sorted(lost)])


def _insert_back(model, values):
    record = _rebuilt(model, values)
    obstacles = [*_lost_targets(record), *_taken_values(record)]
    if obstacles:
        raise UndoError(obstacles)
    record.save_base(raw=True, force_insert=True)


def _delete_again(model, key):
    model._base_manager.filter(pk=key).delete()


_REVERSES = {
    "move": _move_back,
    "change": _change_back,
    "delete": _insert_back,
    "delete_all": _insert_all_back,
    "create": _delete_again,
}


def _lost_targets(record):
    for field in stored_fields(type(record)):
        key = getattr(record, field.attname)
        if field.remote_field is None or key is None:
            continue
        if not field.related_model._base_manager.filter(pk=key).exists():
            yield f"{capfirst(field.verbose_name)} : la fiche n° {key} n'existe plus."


def _taken_values(record):
    for names, condition in uniquenesses(type(record)):
        if any(getattr(record, name) is None for name in names):
            continue
        rows = type(record)._base_manager.filter(**{name: getattr(record, name) for name in names})
        # The condition is one on values that the record has too, or there is no conflict.
        taken = rows.filter(condition).first() if condition else rows.first()
        if taken is not None and (not condition or _meets(record, condition)):
            labels = ", ".join(
                str(field.verbose_name)
                for field in stored_fields(type(record))
                if field.attname in names
            )
            yield f"« {taken} » a maintenant la même valeur ({labels})."


def _meets(record, condition):
    return condition.check(
        {field.name: getattr(record, field.attname) for field in stored_fields(type(record))}
    )


def uniquenesses(model):
    """What may not be repeated in a model's table: (column names, condition or None) pairs."""
    attname = {field.name: field.attname for field in model._meta.concrete_fields}
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield (field.attname,), None
    for names in model._meta.unique_together:
        yield tuple(attname[name] for name in names), None
    for constraint in model._meta.total_unique_constraints + [
        each
        for each in model._meta.constraints
        if getattr(each, "fields", ()) and getattr(each, "condition", None)
    ]:
        yield tuple(attname[name] for name in constraint.fields), constraint.condition
