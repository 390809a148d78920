"""How each model is written in a document: the models are the schema.

Keys are the French labels of the fields (`verbose_name`), sections and child
collections those of the models (`verbose_name_plural`).
"""

from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter

from django.apps import apps
from django.db import models

from ..fields import AutoSlugField
from .nodes import comparable


@dataclass(frozen=True)
class Collection:
    """Records written inside another one, and the key that links them to it."""

    label: str
    model: type
    link: models.ForeignKey

    @property
    def is_single(self):
        return self.link.one_to_one


class Schema:
    def __init__(self, model):
        self.model = model
        self.name = model._meta.verbose_name
        self.slug = _slug_field(model)
        self.within = self.slug and self.slug.within and model._meta.get_field(self.slug.within)
        self.key_fields = [field for field in (self.within, self.slug) if field]
        self.owner = None if self.slug else _owner(model)
        self.order = None if self.slug else _field_named(model, "order")
        self.source = _field_named(model, "source")
        self.official = _field_named(model, "is_official")  # never touched when true
        self.nesting_links = [] if self.slug else _nesting_links(model)
        self.links = [self.owner, *self.nesting_links] if self.owner else []
        self.fields = {
            comparable(field.verbose_name): field
            for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
            if _is_written(field) and field not in (*self.links, self.order)
        }
        self.collections = {
            comparable(collection.label): collection for collection in _collections(model)
        }

    @property
    def labels(self):
        fields = [str(field.verbose_name) for field in self.fields.values()]
        return fields + [collection.label for collection in self.collections.values()]

    @property
    def required(self):
        """The fields without which a record says nothing, its key apart."""
        return [
            field
            for field in self.fields.values()
            if not field.blank and not field.has_default() and field not in self.key_fields
        ]

    @property
    def unique_together(self):
        """What tells a child from its siblings, as tuples of field names."""
        return [
            [name for name in constraint.fields if name != self.owner.name]
            for constraint in self.model._meta.constraints
            if isinstance(constraint, models.UniqueConstraint)
            and self.owner.name in constraint.fields
        ]


@cache
def schema_of(model):
    return Schema(model)


@cache
def sections():
    """The models that stand at the top of a document, each before those that refer to it."""
    roots = [model for model in apps.get_models() if _slug_field(model)]
    by_label = {model._meta.label: model for model in roots}
    graph = {model._meta.label: sorted(_needs(model)) for model in roots}
    ordered = [by_label[label] for label in TopologicalSorter(graph).static_order()]
    return {comparable(model._meta.verbose_name_plural): model for model in ordered}


def target_of(field):
    return field.remote_field.model if field.is_relation else None


def is_referable(model):
    """Whether a document can designate a record of `model`."""
    return bool(_slug_field(model) or _owner(model))


def _slug_field(model):
    fields = (field for field in model._meta.local_fields if isinstance(field, AutoSlugField))
    return next(fields, None)


def _field_named(model, name):
    return next((field for field in model._meta.concrete_fields if field.name == name), None)


def _is_written(field):
    if not field.editable or field.primary_key or getattr(field, "generated", False):
        return False
    if not field.is_relation:
        return True
    if field.many_to_many and not field.remote_field.through._meta.auto_created:
        return False
    return is_referable(target_of(field))


def _cascades(model):
    """The keys whose record holds those of `model`, when a person can name them.

    A derived table labels none of its fields: nobody writes it. Nor what a model keeps out.
    """
    if not getattr(model, "in_documents", True):
        return []
    return [
        field
        for field in model._meta.concrete_fields
        if field.is_relation
        and field.remote_field.on_delete is models.CASCADE
        and "verbose_name" in field.deconstruct()[3]
    ]


def _owner(model):
    return next((field for field in _cascades(model) if not field.null), None)


def _nesting_links(model):
    """Optional keys to records that have no reference of their own: a verbatim's key idea."""
    return [field for field in _cascades(model) if field.null and not _slug_field(target_of(field))]


def _collections(model):
    """Those of `model`, each after those that it may refer to."""
    found = {}
    for relation in model._meta.related_objects:
        child, link = relation.related_model, relation.field
        if relation.many_to_many or _slug_field(child) or child._meta.auto_created:
            continue
        if link is _owner(child) or (_owner(child) and link in _nesting_links(child)):
            options = child._meta
            label = options.verbose_name if link.one_to_one else options.verbose_name_plural
            found[options.label] = Collection(label, child, link)
    graph = {
        label: sorted(_relation_labels(collection.model) & found.keys() - {label})
        for label, collection in found.items()
    }
    return [found[label] for label in TopologicalSorter(graph).static_order()]


def _relation_labels(model):
    return {
        target_of(field)._meta.label
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if field.is_relation
    }


def _root(model):
    while not _slug_field(model):
        owner = _owner(model)
        if owner is None:
            return None
        model = target_of(owner)
    return model


def _needs(root):
    """Labels of the sections that a section refers to, from whatever depth."""
    seen, todo, needed = set(), [root], set()
    while todo:
        model = todo.pop()
        if model in seen:
            continue
        seen.add(model)
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            if field.is_relation and (target := _root(target_of(field))):
                needed.add(target._meta.label)
        todo += [collection.model for collection in _collections(model)]
    return needed - {root._meta.label}
