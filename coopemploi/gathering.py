"""A page's records with all that it shows of them, in one statement written once.

`gathered` wraps a function that gives a queryset, with its `select_related` and its
`prefetch_related`. What Django would read in a query for each relation is then one statement,
each relation a column of JSON; it is written at the first call, prepared by PostgreSQL, and
asked again with other values. The records are those that Django would give, relations
included: lists, in place of querysets. See `docs/performance.md`.
"""

import datetime
import json
import re
import zoneinfo
from dataclasses import dataclass, field
from decimal import Decimal
from functools import wraps

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import F, Func, OuterRef, Prefetch, Subquery, TextField
from django.db.models.base import ModelState
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404

from .connections import array, rows_of
from .publishing import reading_rights


def gathered(**kinds):
    """Decorate a function (user, **values) → queryset: calls give the list of its records.

    `kinds` says of each value whether it is a `str`, an `int`, a `datetime.date`, or a list,
    `[int]` or `[str]`, which the queryset must ask by `__in`. The function may ask nothing of
    the user but what `reading_rights` does, and may only write values in its queries.

    What a model names in `HELD_BACK` is left out, unless the queryset names its columns.
    A queryset of values gives its rows as they come from the database. Several querysets, by
    name, give their records by name.
    """

    def decorate(build):
        statements = {}

        @wraps(build)
        def read(user, **values):
            rights = reading_rights(user)
            key = None if rights is None else len(rights)
            if key not in statements:
                statements[key] = Statement(build, user, kinds)
            return statements[key].records({**values, "reader": user.pk})

        return read

    return decorate


def first_or_404(records):
    if not records:
        raise Http404
    return records[0]


class Listed:
    """What a list shows: the records of `model` that `build`, (user) → queryset, gives."""

    def __init__(self, model, build, defer=()):
        self.model, self.queryset = model, build

        @gathered(pks=[int])
        def read(user, pks):
            return build(user).filter(pk__in=pks).order_by().defer(*defer)

        self._read = read

    def rows(self, user, pks):
        """The records of the keys `pks` that are still there, in that order."""
        found = {record.pk: record for record in self._read(user, pks=pks)} if pks else {}
        return [found[pk] for pk in pks if pk in found]


def listed(model, *, defer=()):
    """Decorate a function (user) → queryset of `model` to make a `Listed`.

    `defer` names columns that a page does not show, and an export does.
    """
    return lambda build: Listed(model, build, defer)


# Statements


@dataclass(frozen=True)
class Reader:
    """Stands for whoever reads, in a statement that serves all those of the same rights."""

    is_staff: bool
    is_authenticated: bool
    pk: int


class Statement:
    """The SQL of a queryset, whose values are still to be given."""

    def __init__(self, build, user, kinds):
        marks = {name: _mark(kind, n) for n, (name, kind) in enumerate(kinds.items())}
        reader = Reader(user.is_staff, user.is_authenticated, _mark(int, len(kinds)))
        asked = build(reader, **marks)
        if isinstance(asked, dict):
            self.shape = {name: Shape(queryset.model) for name, queryset in asked.items()}
            sql, params = _side_by_side(self.shape[name].ask(asked[name]) for name in asked)
        elif asked._fields is None:
            self.shape = Shape(asked.model)
            sql, params = _compiled(self.shape.ask(asked, within=AsText))
        else:
            self.shape = None
            sql, params = _compiled(asked)
        lists = {name: kind[0] for name, kind in kinds.items() if isinstance(kind, list)}
        places = {mark[0] if name in lists else mark: name for name, mark in marks.items()}
        places[reader.pk] = "reader"
        self.sql, self.params = _written(sql, params, places, lists)

    def records(self, values):
        params = [
            values[given.name] if isinstance(given, Place) else given for given in self.params
        ]
        adapt = _in_sqlite if connection.vendor == "sqlite" else _in_postgresql
        rows = rows_of(self.sql, list(map(adapt, params)))
        if self.shape is None:
            return rows
        if isinstance(self.shape, dict):
            return {
                name: list(map(shape.record, json.loads(told or "[]")))
                for (name, shape), told in zip(self.shape.items(), rows[0], strict=True)
            }
        return [self.shape.record(json.loads(row[0])) for row in rows]


@dataclass(frozen=True)
class Place:
    """Where a value stands among the parameters of a statement."""

    name: str


def _in_sqlite(value):
    if isinstance(value, list):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _in_postgresql(value):
    is_numbers = isinstance(value, list) and value and isinstance(value[0], int)
    return array(value) if is_numbers else value


def _mark(kind, n):
    """A value that stands for another until the statement is written."""
    number = 7_070_707_070_700 + n
    if isinstance(kind, list):
        return [_mark(kind[0], n)]
    if kind is int:
        return number
    if kind is datetime.date:
        return datetime.date(9000 + n, 7, 7)
    return f"mark-{number}"


def _compiled(queryset):
    # What is known to be empty is asked too: beside others, it has its place.
    return queryset.query.get_compiler(connection=connection, elide_empty=False).as_sql()


def _side_by_side(querysets):
    """One row: for each queryset of one column, the JSON array of its rows."""
    template, cells, given = Rows.TEMPLATES[connection.vendor], [], []
    for queryset in querysets:
        sql, params = _compiled(queryset)
        cells.append(template % {"subquery": sql})
        given += params
    end = "::text" if connection.vendor == "postgresql" else ""
    return f"SELECT {', '.join(f'{cell}{end}' for cell in cells)}", given


def _written(sql, params, places, lists):
    """The statement and its parameters; PostgreSQL's has the constants written in it.

    It plans better what it knows, and cannot tell the type of a parameter of a function.
    """
    is_postgresql = connection.vendor == "postgresql"
    parts, kept, given = [], [], iter(params)
    for part in re.split("(%%|%s)", sql):
        if part != "%s":
            parts.append(part)
            continue
        param = next(given)
        name = places.get(_plain(param))
        if name is None and is_postgresql:
            parts.append(connection.ops.compose_sql("%s", [param]).replace("%", "%%"))
            continue
        kept.append(param if name is None else Place(name))
        if name not in lists:
            parts.append("%s")
        elif is_postgresql:
            held = "bigint" if lists[name] is int else "text"
            parts.append(f"SELECT unnest(%s::{held}[])")
        else:
            parts.append("SELECT value FROM json_each(%s)")
    return "".join(parts), kept


def _plain(param):
    """A parameter that SQLite or PostgreSQL may have adapted, as `_mark` made it."""
    if isinstance(param, str) and re.fullmatch(r"9\d{3}-07-07", param):
        return datetime.date.fromisoformat(param)
    try:
        hash(param)
    except TypeError:
        return None
    return param


# Expressions


class Row(Func):
    """A JSON array of values."""

    output_field = TextField()

    def as_sqlite(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, function="json_array", **context)

    def as_postgresql(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, function="json_build_array", **context)


class AsText(Func):
    output_field = TextField()
    template = "%(expressions)s"

    def as_postgresql(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, template="(%(expressions)s)::text", **context)


class Rows(Subquery):
    """A JSON array of the rows of a queryset of one column."""

    TEMPLATES = {
        "sqlite": "json((SELECT json_group_array(json(one.gathered)) FROM (%(subquery)s) one))",
        "postgresql": "(SELECT json_agg(one.gathered) FROM (%(subquery)s) one)",
    }
    output_field = TextField()

    def as_sql(self, compiler, connection, **context):
        template = self.TEMPLATES[connection.vendor]
        return super().as_sql(compiler, connection, template=template, **context)


# Records


@dataclass
class Shape:
    """How the rows of a queryset become records.

    `before` leads from the rows that are asked to this model: "" or "source__".
    """

    model: type
    before: str = ""
    attnames: list = field(default_factory=list)
    converters: list = field(default_factory=list)  # (attname, function)
    links: list = field(default_factory=list)

    def ask(self, queryset, within=None):
        """The queryset whose rows are one JSON array each, `within` an expression."""
        query = queryset.query
        row = self._row(
            query.get_select_mask(),
            query.select_related or {},
            _tree(queryset._prefetch_related_lookups),
            list(query.annotation_select),
        )
        asked = queryset.prefetch_related(None).select_related(None)
        return asked.annotate(gathered=within(row) if within else row).values("gathered")

    def _row(self, mask, related, tree, annotations=()):
        """The array of a record: its columns, its annotations, what it is linked to."""
        options = self.model._meta
        held_back = getattr(self.model, "HELD_BACK", ())
        wanted = [
            column
            for column in options.concrete_fields
            if (column in mask or column.primary_key if mask else column.name not in held_back)
        ]
        for column in wanted:
            if convert := _converter(column):
                self.converters.append((column.attname, convert))
        self.attnames = [*(column.attname for column in wanted), *annotations]
        values = [F(f"{self.before}{name}") for name in self.attnames]
        for name, further in related.items():
            link = Selected(self, _relation(self.model, name))
            known = tree.get(name)
            children = tree.pop(name).children if known and known.queryset is None else {}
            values.append(link.ask(mask.get(link.relation) or {}, further, children))
            self.links.append(link)
        for name, asked in tree.items():
            link = Prefetched(self, _relation(self.model, asked.through), asked, name)
            values.append(link.ask())
            self.links.append(link)
        return Row(*values)

    def record(self, row):
        record = self.model.__new__(self.model)
        # What `Model.from_db` comes to, ten times as fast: no column is to be validated.
        known = record.__dict__
        known["_state"] = state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        known.update(zip(self.attnames, row))  # noqa: B905 - links stand after
        for attname, convert in self.converters:
            known[attname] = convert(known[attname])
        place = len(self.attnames)
        for link in self.links:
            link.give(record, row[place])
            place += 1
        return record


@dataclass
class Asked:
    """A relation to prefetch."""

    through: str
    queryset: models.QuerySet | None = None
    to_attr: str | None = None
    children: dict = field(default_factory=dict)


def _tree(lookups):
    """{name: what to prefetch by it} of the lookups of a queryset."""
    tree = {}
    for lookup in lookups:
        prefetch = lookup if isinstance(lookup, Prefetch) else Prefetch(lookup)
        names = prefetch.prefetch_to.split(LOOKUP_SEP)
        branch = tree
        for name, through in zip(names, prefetch.prefetch_through.split(LOOKUP_SEP), strict=True):
            asked = branch.setdefault(name, Asked(through))
            branch = asked.children
        asked.queryset = asked.queryset if prefetch.queryset is None else prefetch.queryset
        asked.to_attr = prefetch.to_attr if prefetch.to_attr != prefetch.prefetch_through else None
    return tree


def _relation(model, name):
    """The field, or the relation the other way, that an attribute of a model reads."""
    for relation in model._meta.related_objects:
        if relation.get_accessor_name() == name:
            return relation
    return model._meta.get_field(name)


class Selected:
    """A record on the one side of a relation, joined to the row."""

    def __init__(self, owner, relation):
        self.relation = relation
        self.shape = Shape(relation.related_model, f"{owner.before}{relation.name}__")
        self.key = relation.related_model._meta.pk.attname

    def ask(self, mask, related, tree):
        row = self.shape._row(mask, related, tree)
        self.place = self.shape.attnames.index(self.key)
        return row

    def give(self, record, row):
        one = None if row[self.place] is None else self.shape.record(row)
        _join(record, self.relation, one)


class Prefetched:
    """The records of a relation, in an order of theirs."""

    def __init__(self, owner, relation, asked, name):
        self.relation, self.asked, self.name = relation, asked, name
        self.owner = owner
        self.shape = Shape(relation.related_model)
        self.is_single = relation.many_to_one or relation.one_to_one
        self.is_owned = relation.one_to_many
        if relation.many_to_many:
            is_reverse = relation.auto_created
            self.cache = relation.field.related_query_name() if is_reverse else relation.name
        elif self.is_owned:
            self.cache = relation.cache_name

    def ask(self):
        queryset = self.asked.queryset
        if queryset is None:
            queryset = self.relation.related_model._default_manager.all()
        limits = queryset.query.low_mark, queryset.query.high_mark
        queryset = queryset._chain()
        queryset.query.clear_limits()
        lookup, outer = self._condition()
        queryset = queryset.filter(**{lookup: OuterRef(f"{self.owner.before}{outer}")})
        queryset.query.set_limits(*limits)
        further = _lookups(self.asked.children)
        return Rows(self.shape.ask(queryset.prefetch_related(*further)))

    def _condition(self):
        relation = self.relation
        if relation.many_to_many and not relation.auto_created:
            return relation.related_query_name(), "pk"
        if relation.auto_created:
            return relation.field.name, "pk"
        return "pk", relation.attname

    def give(self, record, rows):
        found = [self.shape.record(row) for row in rows or ()]
        if self.is_owned:
            for one in found:
                one._state.fields_cache[self.relation.field.name] = record
        if self.asked.to_attr:
            record.__dict__[self.name] = (*found, None)[0] if self.is_single else found
        elif self.is_single:
            _join(record, self.relation, (*found, None)[0])
        else:
            cache = record.__dict__.setdefault("_prefetched_objects_cache", {})
            cache[self.cache] = found


def _lookups(tree, before=""):
    """The lookups that `_tree` read."""
    for name, asked in tree.items():
        path = f"{before}{asked.through}"
        if asked.queryset is not None or asked.to_attr or not asked.children:
            yield Prefetch(path, asked.queryset, asked.to_attr)
        yield from _lookups(asked.children, f"{before}{name}__")


def _join(record, relation, one):
    record._state.fields_cache[relation.cache_name] = one
    if one is not None and relation.one_to_one:
        one._state.fields_cache[relation.remote_field.cache_name] = record


# Values


def _converter(column):
    """What makes of a value in JSON that of a field; None when it is the same."""
    if isinstance(column, models.GeneratedField):
        column = column.output_field
    if isinstance(column, models.DateTimeField):
        return _instant
    if isinstance(column, models.DateField):
        return lambda value: value and datetime.date.fromisoformat(value)
    if isinstance(column, models.TimeField):
        return lambda value: value and datetime.time.fromisoformat(value)
    if isinstance(column, models.DecimalField):
        unit = Decimal(1).scaleb(-column.decimal_places)
        return lambda value: None if value is None else Decimal(str(value)).quantize(unit)
    if isinstance(column, models.BooleanField):
        return lambda value: None if value is None else bool(value)
    if isinstance(column, models.JSONField):
        return lambda value: json.loads(value) if isinstance(value, str) else value
    if hasattr(column, "from_db_value"):
        return lambda value: column.from_db_value(value, None, connection)
    return None


def _instant(text):
    if text is None:
        return None
    instant = datetime.datetime.fromisoformat(text)
    # SQLite keeps what Django gave it, in UTC.
    return (
        instant.astimezone(datetime.UTC)
        if instant.tzinfo
        else instant.replace(tzinfo=zoneinfo.ZoneInfo("UTC"))
    )
