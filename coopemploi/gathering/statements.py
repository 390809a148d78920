"""The statement of a page, written once with places for the values of each reading."""

import datetime
import json
import re
from dataclasses import dataclass

from django.db import connection

from ..connections import array, rows_of
from .expressions import AsText, Rows
from .shapes import Shape


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
