"""The rows of every table that point to a record, found by introspection."""

import json
from collections import defaultdict
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.utils.text import capfirst

from .journal import encode, stored_fields, uniquenesses


def links_to(model):
    """The foreign keys that lead to `model`, those of many-to-many relations included, and the
    columns of the generic ones, which lead to any.

    Not those that the database does not hold: they are of copies that tell what was.
    """
    foreign_keys = [
        relation.field
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and (relation.one_to_many or relation.one_to_one)
        and relation.field.db_constraint
    ]
    return foreign_keys + [
        key.model._meta.get_field(key.fk_field)
        for owner in apps.get_models()
        for key in _generic_keys(owner)
    ]


def _generic_keys(model):
    return [each for each in model._meta.private_fields if isinstance(each, GenericForeignKey)]


def generic_key_of(link):
    """The generic key whose column `link` is, None for a foreign key."""
    return next((each for each in _generic_keys(link.model) if each.fk_field == link.name), None)


def label_of(link):
    """What the rows of a link are to people: « Parties prenantes », « Initiatives »."""
    owner = link.model._meta.auto_created
    if not owner:
        return capfirst(link.model._meta.verbose_name_plural)
    relation = relation_of(link)
    if owner is link.related_model:
        return f"{capfirst(owner._meta.verbose_name_plural)} ({relation.verbose_name})"
    return capfirst(owner._meta.verbose_name_plural)


def relation_of(link):
    """The many-to-many field whose table `link` is in, None for another table."""
    owner = link.model._meta.auto_created
    if not owner:
        return None
    return next(
        each for each in owner._meta.local_many_to_many if each.remote_field.through is link.model
    )


def is_own_relation(link):
    """Whether `link` is the near end of a many-to-many relation of the model it leads to."""
    relation = relation_of(link)
    return (
        relation is not None
        and relation.model is link.related_model
        and relation.m2m_field_name() == link.name
    )


def told_by(link, rows):
    """What tells rows of the same record apart: the other records they need."""
    others = [
        each.name
        for each in link.model._meta.fields
        if each.many_to_one and not each.null and each is not link
    ]
    found = link.model._base_manager.filter(pk__in=[row.pk for row in rows])
    return [
        ", ".join(str(getattr(row, name)) for name in others) or str(row)
        for row in found.select_related(*others).order_by("pk")
    ]


@dataclass
class Following:
    """The rows of a link that follow a record into another."""

    link: object
    kept: list = field(default_factory=list)  # those the other had already
    moved: list = field(default_factory=list)
    united: list = field(default_factory=list)  # (row of the other, row) pairs
    looped: list = field(default_factory=list)  # those that would link a record to itself

    @property
    def label(self):
        return label_of(self.link)


def follow(link, kept, dropped):
    """What becomes of the rows that `link` makes point to `dropped`; writes nothing."""
    rows = defaultdict(list)
    found = link.model._base_manager.filter(**{f"{link.attname}__in": [kept.pk, dropped.pk]})
    if key := generic_key_of(link):
        opts = kept._meta.concrete_model._meta
        found = found.filter(
            **{
                f"{key.ct_field}__app_label": opts.app_label,
                f"{key.ct_field}__model": opts.model_name,
            }
        )
    for row in found.order_by("pk"):
        rows[getattr(row, link.attname)].append(row)
    following = Following(link)
    for row in rows[kept.pk]:
        loops = _loops(link, row, kept, dropped)
        (following.looped if loops else following.kept).append(row)
    if not rows[dropped.pk]:
        return following
    keys_of = _keys(link, [kept.pk, dropped.pk])
    twins = {}
    for row in following.kept:
        for key in keys_of(row):
            twins.setdefault(key, row)
    for row in rows[dropped.pk]:
        twin = next((twins[key] for key in keys_of(row) if key in twins), None)
        if _loops(link, row, kept, dropped):
            following.looped.append(row)
        elif twin is not None:
            following.united.append((twin, row))
        else:
            following.moved.append(row)
    return following


def _keys(link, keys):
    """A function of a row: what another row of the same record may not, or need not, repeat."""
    rules = []
    for names, condition in uniquenesses(link.model):
        if link.attname in names:
            others = [name for name in names if name != link.attname]
            concerned = None
            if condition:
                rows = link.model._base_manager.filter(condition)
                rows = rows.filter(**{f"{link.attname}__in": keys})
                concerned = set(rows.values_list("pk", flat=True))
            rules.append((others, concerned))
    told = [
        each
        for each in stored_fields(link.model)
        if not each.primary_key and each is not link and each.name != "order"
    ]

    def keys_of(row):
        for number, (names, concerned) in enumerate(rules):
            values = tuple(getattr(row, name) for name in names)
            if None not in values and (concerned is None or row.pk in concerned):
                yield number, values
        # As text: what a JSON column holds cannot be a key.
        yield "same", json.dumps([encode(each, row) for each in told], default=str)

    return keys_of


def _loops(link, row, kept, dropped):
    """Whether a row of a relation between records of one model would join one to itself."""
    relation = relation_of(link)
    if relation is None or relation.related_model is not relation.model:
        return False
    ends = {
        getattr(row, each.attname)
        for each in link.model._meta.fields
        if each.related_model is link.related_model
    }
    return ends <= {kept.pk, dropped.pk}
