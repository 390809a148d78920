"""How a queryset is asked as JSON, relations included, and how its rows become records."""

from dataclasses import dataclass, field

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import F, OuterRef, Prefetch
from django.db.models.base import ModelState
from django.db.models.constants import LOOKUP_SEP

from .expressions import Row, Rows
from .values import converter


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
        row = self.row(
            query.get_select_mask(),
            query.select_related or {},
            _tree(queryset._prefetch_related_lookups),
            list(query.annotation_select),
        )
        asked = queryset.prefetch_related(None).select_related(None)
        return asked.annotate(gathered=within(row) if within else row).values("gathered")

    def row(self, mask, related, tree, annotations=()):
        """The array of a record: its columns, its annotations, what it is linked to."""
        options = self.model._meta
        held_back = getattr(self.model, "HELD_BACK", ())
        wanted = [
            column
            for column in options.concrete_fields
            if (column in mask or column.primary_key if mask else column.name not in held_back)
        ]
        for column in wanted:
            if convert := converter(column):
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
        row = self.shape.row(mask, related, tree)
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
