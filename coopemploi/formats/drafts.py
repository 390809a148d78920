"""What a document says of a record, read field by field before anything is written."""

from dataclasses import dataclass, field

from ..publishing import Publishable
from .nodes import Fields, Problem, Scalar, is_empty
from .references import FailedReferenceError, UnknownReferenceError
from .schema import Schema, schema_of, target_of
from .values import read_value, suggestion, texts_of


@dataclass
class Draft:
    """A record or a child on its way to the database."""

    schema: Schema
    content: Fields
    ancestors: tuple  # of drafts, from the record at the top to the parent
    source: object = None  # of the document
    obj: object = None
    values: dict = field(default_factory=dict)  # field -> value
    links: dict = field(default_factory=dict)  # many-to-many field -> objects
    later: dict = field(default_factory=dict)  # field that points to the same model -> node
    nodes: dict = field(default_factory=dict)  # label of collection -> node
    places: dict = field(default_factory=dict)  # name of field -> Place
    completes: bool = False
    failed: bool = False
    changed: bool = False
    created: bool = False

    def place_of(self, name):
        return self.places.get(name, self.content.place)

    def stores(self, model_field, obj):
        """Whether `obj` already holds the draft's value."""
        value = self.values.get(model_field)
        if model_field.is_relation and value is not None:
            value = value.pk
        return getattr(obj, model_field.attname) == value


class Reader:
    """Reads the drafts of a load; adds to `problems` what it cannot."""

    def __init__(self, references, problems):
        self.references, self.problems = references, problems

    def refuse(self, draft, place, message):
        self.problems.append(Problem(place, message))
        draft.failed = True

    def read(self, draft):
        schema = draft.schema
        given = {}
        for key, (place, node) in draft.content.values.items():
            if key in schema.fields:
                draft.places[schema.fields[key].name] = place
                if not is_empty(node):
                    given[schema.fields[key]] = node
            elif key in schema.collections:
                draft.nodes[key] = node
            else:
                near = suggestion(key, schema.labels)
                near = near or f". Champs : {', '.join(schema.labels)}"
                self.refuse(
                    draft,
                    place,
                    f"« {key} » n'est pas un champ de la fiche « {schema.name} »{near}.",
                )
        self._check_required(draft, given)
        # References to a child, such as a session, are read within the record that
        # another field gives.
        for model_field in sorted(given, key=self._designates_child):
            self._read_field(draft, model_field, given[model_field])
        if not draft.completes:
            for model_field in schema.fields.values():
                if model_field not in given:
                    self._set_default(draft, model_field)

    def _check_required(self, draft, given):
        """A record that leaves out what its model requires completes an existing one.

        So does one of an official vintage: only what is written here changes.
        """
        missing = [required for required in draft.schema.required if required not in given]
        if draft.schema.slug and not draft.obj._state.adding:
            is_official = getattr(draft.obj, "vintage", None) is not None
            draft.completes = bool(missing) or is_official
            return
        for required in missing:
            label = required.verbose_name
            place = draft.place_of(required.name)
            self.refuse(draft, place, f"il manque « {label} » à la fiche « {draft.schema.name} ».")

    @staticmethod
    def _designates_child(model_field):
        return model_field.is_relation and not schema_of(target_of(model_field)).slug

    def _read_field(self, draft, model_field, node):
        label = model_field.verbose_name
        try:
            if not model_field.is_relation:
                draft.values[model_field] = read_value(model_field, node)
            elif target_of(model_field) is draft.schema.model:
                draft.later[model_field] = node
            elif model_field.many_to_many:
                draft.links[model_field] = self.find_all(draft, model_field, node)
            else:
                draft.values[model_field] = self.find_one(draft, model_field, node)
        except ValueError as error:
            self.refuse(draft, draft.place_of(model_field.name), f"{label} : {error}")
        except FailedReferenceError:
            draft.failed = True

    def _set_default(self, draft, model_field):
        if model_field is draft.schema.source and draft.source:
            draft.values[model_field] = draft.source
        elif model_field.name == "status" and issubclass(draft.schema.model, Publishable):
            draft.values[model_field] = Publishable.Status.PUBLISHED
        elif model_field.is_relation and target_of(model_field) is draft.schema.model:
            draft.later[model_field] = Scalar("", draft.content.place)
        elif model_field.many_to_many:
            draft.links[model_field] = []
        elif model_field not in draft.schema.required:
            draft.values[model_field] = model_field.get_default()

    def find_one(self, draft, model_field, node):
        if not isinstance(node, Scalar):
            raise ValueError("une seule réf est attendue ici.")
        return self._find(draft, model_field, node.text) if node.text else None

    def find_all(self, draft, model_field, node):
        found, unknown, unready = [], [], False
        for text in texts_of(node):
            try:
                found.append(self._find(draft, model_field, text))
            except UnknownReferenceError as error:
                unknown.append(str(error))
            except FailedReferenceError:
                unready = True
        if unknown:
            raise ValueError(" ".join(unknown))
        if unready:
            raise FailedReferenceError
        return found

    def _find(self, draft, model_field, text):
        model = target_of(model_field)
        schema = schema_of(model)
        if schema.slug:
            return self.references.find(model, text)
        owner_model = target_of(schema.owner)
        for ancestor in draft.ancestors:
            if ancestor.schema.model is owner_model:
                if ancestor.failed:
                    raise FailedReferenceError
                return self.references.find_sibling(model, ancestor.obj, text)
        for sibling in draft.schema.fields.values():
            if target_of(sibling) is owner_model and not sibling.many_to_many:
                if sibling.name in draft.places and sibling not in draft.values:
                    raise FailedReferenceError
                owner = draft.values.get(sibling)
                if owner is None:
                    raise ValueError(f"indiquez aussi « {sibling.verbose_name} ».")
                return self.references.find_sibling(model, owner, text)
        return self.references.find_first(model, text)


def unclaimed(schema, drafts, existing):
    """Give each draft the stored child it updates; return those that none claims.

    The same content first, then what a constraint says is unique, then the place
    in the list: so a child that moves never meets its own copy.
    """
    free = list(existing)
    waiting = []
    for draft in drafts:
        compared = [model_field for model_field in draft.values if model_field is not schema.order]
        if not _claim(draft, compared, free):
            waiting.append(draft)
    for names in schema.unique_together:
        compared = [schema.model._meta.get_field(name) for name in names]
        waiting = [
            draft
            for draft in waiting
            if any(draft.values.get(model_field) is None for model_field in compared)
            or not _claim(draft, compared, free)
        ]
    for draft in waiting:
        if free:
            draft.obj = free.pop(0)
    return free


def _claim(draft, compared, free):
    """Whether a free child holds the same values, which then is the draft's."""
    for obj in free:
        if all(draft.stores(model_field, obj) for model_field in compared):
            draft.obj = obj
            free.remove(obj)
            return True
    return False
