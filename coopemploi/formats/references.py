"""Records found by what a document calls them."""

from collections import defaultdict

from .nodes import comparable
from .schema import schema_of, target_of
from .values import suggestion

# Suggesting among tens of thousands of official codes is slow, and codes have no near misses.
_FEW = 2000


class UnknownReferenceError(ValueError):
    """A reference to nothing."""


class FailedReferenceError(Exception):
    """A reference to a record of the documents that is itself in error."""


class References:
    """Objects by reference, looked up once.

    `declared` gives, by model, the references that the documents define.
    """

    def __init__(self, declared):
        self.declared = declared
        self.found = defaultdict(dict)
        self.children = {}  # by owner, then by name
        self.first = {}
        self.incomplete = set()

    def remember(self, model, reference, obj):
        self.found[model][reference] = obj

    def forgive(self, model, owner):
        """Say that `owner` lacks children, in error themselves: nobody misses them."""
        self.incomplete.add((model, owner.pk))

    def reference_of(self, obj):
        return ":".join(str(getattr(obj, part.name)) for part in schema_of(type(obj)).key_fields)

    def find(self, model, reference):
        """The record of a réf, or of "type:réf"."""
        found = self.found[model]
        if reference not in found:
            if reference in self.declared.get(model, ()):
                raise FailedReferenceError
            found[reference] = self._fetch(model, reference)
        if found[reference] is None:
            raise UnknownReferenceError(self._unknown(model, reference))
        return found[reference]

    def find_sibling(self, model, owner, text):
        """The child of `owner` called `text`: a session of an event by its title."""
        key = (model, owner.pk)
        if key not in self.children:
            children = model._default_manager.filter(**{schema_of(model).owner.name: owner})
            self.children[key] = {comparable(str(child)): child for child in children}
        siblings = self.children[key]
        if comparable(text) not in siblings:
            if key in self.incomplete:
                raise FailedReferenceError
            near = suggestion(text, [str(child) for child in siblings.values()])
            raise UnknownReferenceError(f"« {text} » n'existe pas dans « {owner} »{near}.")
        return siblings[comparable(text)]

    def find_first(self, model, reference):
        """The first child of the record of that réf: the position of a person."""
        owner_field = schema_of(model).owner
        owner = self.find(target_of(owner_field), reference)
        key = (model, reference)
        if key not in self.first:
            children = model._default_manager.filter(**{owner_field.name: owner})
            self.first[key] = children.order_by("pk").first()
        if self.first[key] is None:
            if (model, owner.pk) in self.incomplete:
                raise FailedReferenceError
            label = model._meta.verbose_name
            raise UnknownReferenceError(f"« {reference} » n'a pas de « {label} ».")
        return self.first[key]

    def _fetch(self, model, reference):
        manager = model._default_manager
        try:
            if hasattr(manager, "get_by_reference"):
                return manager.get_by_reference(reference)
            return manager.get(**{schema_of(model).slug.name: reference})
        except (model.DoesNotExist, model.MultipleObjectsReturned):
            return None

    def _unknown(self, model, reference):
        label = model._meta.verbose_name
        near = suggestion(reference, self._known(model, reference))
        return f"« {reference} » n'est la réf d'aucune fiche « {label} »{near}."

    def _known(self, model, reference):
        schema = schema_of(model)
        known = set(self.declared.get(model, ()))
        objects = model._default_manager.all()
        if schema.within:
            kind, _, _ = reference.partition(":")
            kinds = {value for value, _ in schema.within.flatchoices}
            if kind not in kinds:
                return [f"{near}:{reference.partition(':')[2]}" for near in kinds]
            objects = objects.filter(**{schema.within.name: kind})
        if objects.count() <= _FEW:
            known |= {self.reference_of(obj) for obj in objects}
        return known
