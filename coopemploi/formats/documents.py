"""YAML documents: records written by people, loaded as they are written.

The models are the schema (`schema.py`). Loading is an upsert: a record is found by
its `réf`, a child by its place in its parent's list. All or nothing.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from ..publishing import Publishable
from ..sources.models import Source
from .nodes import DocumentError, Fields, Items, Problem, Scalar, comparable, parse
from .references import FailedReferenceError, References, UnknownReferenceError
from .schema import Schema, schema_of, sections, target_of
from .values import read_value, suggestion, texts_of

__all__ = ["DocumentError", "Report", "load", "read"]

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class Report:
    """What a load did, as counts by model."""

    def __init__(self):
        self.created = Counter()
        self.updated = Counter()
        self.unchanged = Counter()
        self.deleted = Counter()

    def count(self, draft):
        if draft.created:
            counter = self.created
        else:
            counter = self.updated if draft.changed else self.unchanged
        counter[draft.schema.model] += 1

    def __str__(self):
        """One line for each kind of record, in French."""
        words = (
            (self.created, "ajout", "ajouts"),
            (self.updated, "modification", "modifications"),
            (self.deleted, "retrait", "retraits"),
            (self.unchanged, "sans changement", "sans changement"),
        )
        lines = defaultdict(list)
        for counter, one, many in words:
            by_label = Counter()
            for model, number in counter.items():
                by_label[model._meta.verbose_name_plural] += number
            for label, number in by_label.items():
                lines[label].append(f"{number} {many if number > 1 else one}")
        return "\n".join(f"{label} : {', '.join(parts)}" for label, parts in sorted(lines.items()))


@dataclass(frozen=True)
class Record:
    """A record at the top of a document."""

    model: type
    reference: str  # "plie", or "epci:200071827" for a territory
    content: Fields
    source: "Record | None"


def load(paths):
    """Load documents into the database; return a Report. Raise DocumentError."""
    records = read(paths)
    with transaction.atomic():
        return _Loader(records).load()


def read(paths):
    """The records of the files, in the order of their names. Raise DocumentError."""
    problems = []
    records = []
    for path in sorted(paths, key=lambda path: path.name):
        records += _read_document(parse(path, problems), problems)
    first = {}
    for record in records:
        place = record.content.place
        before = first.setdefault((record.model, record.reference), place)
        if before is not place:
            message = (
                f"la réf « {record.reference} » est déjà prise : "
                f"{before.file}, ligne {before.line}."
            )
            problems.append(Problem(place, message))
    if problems:
        raise DocumentError(problems)
    return records


def _read_document(document, problems):
    sections_found = dict(document.values)
    _, source_node = sections_found.pop("source", (None, None))
    source = source_node and _read_record(Source, source_node, None, problems)
    records = []
    for key, (place, node) in sections_found.items():
        model = sections().get(key)
        if model is None:
            known = ["source", *sections()]
            near = suggestion(key, known) or f". Rubriques : {', '.join(known)}"
            problems.append(Problem(place, f"« {key} » n'est pas une rubrique{near}."))
            continue
        if _is_empty(node):
            continue
        if not isinstance(node, Items):
            message = f"« {key} » attend une liste de fiches : un tiret par fiche."
            problems.append(Problem(place, message))
            continue
        read = (_read_record(model, item, source, problems) for item in node.values)
        records += [record for record in read if record]
    return [source, *records] if source else records


def _read_record(model, node, source, problems):
    schema = schema_of(model)
    if not isinstance(node, Fields):
        message = "une fiche est attendue ici : des lignes « champ : valeur »."
        problems.append(Problem(node.place, message))
        return None
    parts = []
    for key_field in schema.key_fields:
        label = key_field.verbose_name
        place, value = node.values.get(comparable(label), (node.place, None))
        try:
            if value is None or _is_empty(value):
                raise ValueError(f"il manque « {label} » à cette fiche « {schema.name} ».")
            part = read_value(key_field, value)
            if key_field is schema.slug and not _SLUG.fullmatch(part):
                raise ValueError(
                    f"la réf « {part} » ne convient pas : des minuscules sans accent, "
                    "des chiffres et des traits d'union."
                )
        except ValueError as error:
            problems.append(Problem(place, str(error)))
            return None
        parts.append(part)
    return Record(model, ":".join(parts), node, source)


def _is_empty(node):
    return isinstance(node, Scalar) and not node.text


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


class _Loader:
    def __init__(self, records):
        self.records = defaultdict(list)
        for record in records:
            self.records[record.model].append(record)
        self.references = References(
            {
                model: {record.reference for record in records}
                for model, records in self.records.items()
            }
        )
        self.problems = []
        self.report = Report()
        self.now = timezone.now()

    def load(self):
        for model in sections().values():
            if records := self.records[model]:
                self._load_section(schema_of(model), records)
        if self.problems:
            raise DocumentError(self.problems)
        return self.report

    # Records

    def _load_section(self, schema, records):
        existing = self._existing(schema, records)
        drafts = []
        for record in records:
            draft = Draft(schema, record.content, (), self._source_of(record))
            draft.obj = existing.get(record.reference) or schema.model()
            self._read(draft)
            self._save(draft)
            if not draft.failed:
                self.references.remember(schema.model, record.reference, draft.obj)
            drafts.append(draft)
        for draft in drafts:
            self._save_later(draft)
        self._finish(drafts)

    def _existing(self, schema, records):
        slug = schema.slug.name
        slugs = {record.reference.rpartition(":")[2] for record in records}
        found = schema.model._default_manager.filter(**{f"{slug}__in": slugs})
        return {self.references.reference_of(obj): obj for obj in found}

    def _source_of(self, record):
        if record.source is None:
            return None
        try:
            return self.references.find(Source, record.source.reference)
        except FailedReferenceError:
            return None

    # Reading

    def _problem(self, draft, place, message):
        self.problems.append(Problem(place, message))
        draft.failed = True

    def _read(self, draft):
        schema = draft.schema
        given = {}
        for key, (place, node) in draft.content.values.items():
            if key in schema.fields:
                draft.places[schema.fields[key].name] = place
                if not _is_empty(node):
                    given[schema.fields[key]] = node
            elif key in schema.collections:
                draft.nodes[key] = node
            else:
                near = suggestion(key, schema.labels)
                near = near or f". Champs : {', '.join(schema.labels)}"
                self._problem(
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
            self._problem(
                draft, place, f"il manque « {label} » à la fiche « {draft.schema.name} »."
            )

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
                draft.links[model_field] = self._find_all(draft, model_field, node)
            else:
                draft.values[model_field] = self._find_one(draft, model_field, node)
        except ValueError as error:
            self._problem(draft, draft.place_of(model_field.name), f"{label} : {error}")
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

    def _find_one(self, draft, model_field, node):
        if not isinstance(node, Scalar):
            raise ValueError("une seule réf est attendue ici.")
        return self._find(draft, model_field, node.text) if node.text else None

    def _find_all(self, draft, model_field, node):
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

    # Saving

    def _save(self, draft):
        """Save what differs from the database, once it is found valid."""
        if draft.failed:
            return
        obj = draft.obj
        adding = obj._state.adding
        changed = adding
        for model_field, value in draft.values.items():
            if adding or not draft.stores(model_field, obj):
                setattr(obj, model_field.name, value)
                changed = True
        if isinstance(obj, Publishable) and obj.is_published and not obj.published_at:
            obj.published_at = self.now
            changed = True
        if not changed:
            return
        if self._is_valid(draft):
            self._write(draft, obj.save)
            draft.created = adding
            draft.changed = not adding

    def _is_valid(self, draft):
        try:
            draft.obj.full_clean()
        except ValidationError as error:
            fields = {model_field.name: model_field for model_field in draft.schema.fields.values()}
            for name, messages in error.message_dict.items():
                label = "" if name == NON_FIELD_ERRORS else f"{name} : "
                if name in fields:
                    label = f"{fields[name].verbose_name} : "
                for message in messages:
                    self._problem(draft, draft.place_of(name), label + message)
            return False
        return True

    def _write(self, draft, write, *args):
        try:
            with transaction.atomic():
                write(*args)
        except DatabaseError as error:
            self._problem(draft, draft.content.place, f"la base refuse cette fiche ({error}).")

    def _save_later(self, draft):
        """References to records of the same section, all known by now."""
        if draft.failed:
            return
        changed = False
        for model_field, node in draft.later.items():
            try:
                if model_field.many_to_many:
                    draft.links[model_field] = self._find_all(draft, model_field, node)
                    continue
                value = self._find_one(draft, model_field, node)
            except ValueError as error:
                place = draft.place_of(model_field.name)
                self._problem(draft, place, f"{model_field.verbose_name} : {error}")
                continue
            except FailedReferenceError:
                draft.failed = True
                continue
            if getattr(draft.obj, model_field.attname) != (value and value.pk):
                setattr(draft.obj, model_field.name, value)
                changed = True
        if changed and not draft.failed and self._is_valid(draft):
            self._write(draft, draft.obj.save)
            draft.changed = True

    def _finish(self, drafts):
        """Many-to-many links, counts, then children, once `drafts` are saved."""
        self._save_links([draft for draft in drafts if not draft.failed])
        for draft in drafts:
            if not draft.failed:
                self.report.count(draft)
        self._load_collections(drafts)

    def _save_links(self, drafts):
        current = defaultdict(set)
        fields = {model_field for draft in drafts for model_field in draft.links}
        pks = [draft.obj.pk for draft in drafts if not draft.created]
        for model_field in fields:
            through = model_field.remote_field.through
            source, target = model_field.m2m_field_name(), model_field.m2m_reverse_field_name()
            rows = through._default_manager.filter(**{f"{source}__in": pks})
            for pk, other in rows.values_list(f"{source}_id", f"{target}_id"):
                current[model_field, pk].add(other)
        for draft in drafts:
            for model_field, objects in draft.links.items():
                if current[model_field, draft.obj.pk] != {obj.pk for obj in objects}:
                    self._write(draft, getattr(draft.obj, model_field.name).set, objects)
                    draft.changed = True

    # Children

    def _load_collections(self, parents):
        if not parents:
            return
        schema = parents[0].schema
        for key, collection in schema.collections.items():
            self._load_collection(key, collection, parents)

    def _load_collection(self, key, collection, parents):
        schema = schema_of(collection.model)
        existing = self._existing_children(collection, schema, parents)
        drafts = []
        for parent in parents:
            if parent.completes and key not in parent.nodes:
                continue
            children = [
                Draft(schema, content, (*parent.ancestors, parent), parent.source)
                for content in self._contents(parent, key, collection)
            ]
            for position, child in enumerate(children, start=1):
                self._read_child(child, collection, position)
            if not parent.failed:
                surplus = _match(schema, children, existing[parent.obj.pk])
                for obj in surplus:
                    obj.delete()
                    self.report.deleted[schema.model] += 1
            for child in children:
                child.failed = child.failed or parent.failed
                self._save(child)
            if any(child.failed for child in children) and not parent.failed:
                self.references.forgive(schema.model, parent.obj)
            drafts += children
        for draft in drafts:
            self._save_later(draft)
        self._finish(drafts)

    def _contents(self, parent, key, collection):
        node = parent.nodes.get(key)
        if node is None or _is_empty(node):
            return []
        if collection.is_single and isinstance(node, Fields):
            return [node]
        if not collection.is_single and isinstance(node, Items):
            contents = [item for item in node.values if isinstance(item, Fields)]
            for item in node.values:
                if item not in contents:
                    message = (
                        f"{collection.label} : une fiche est attendue ici (« champ : valeur »)."
                    )
                    self._problem(parent, item.place, message)
            return contents
        expected = "une seule fiche" if collection.is_single else "une liste de fiches"
        self._problem(parent, node.place, f"« {collection.label} » attend {expected}.")
        return []

    def _existing_children(self, collection, schema, parents):
        links = {collection.link.name + "__in": [p.obj.pk for p in parents if p.obj.pk]}
        if collection.link is schema.owner:
            links |= {f"{link.name}__isnull": True for link in schema.nesting_links}
        if schema.official:
            links[schema.official.name] = False
        found = defaultdict(list)
        order = ("order", "pk") if schema.order else ("pk",)
        for child in schema.model._default_manager.filter(**links).order_by(*order):
            found[getattr(child, collection.link.attname)].append(child)
        return found

    def _read_child(self, draft, collection, position):
        draft.obj = draft.schema.model()
        *elders, parent = draft.ancestors
        draft.values[collection.link] = parent.obj
        for link in draft.schema.links:
            for ancestor in elders:
                if link is not collection.link and target_of(link) is ancestor.schema.model:
                    draft.values[link] = ancestor.obj
        if draft.schema.order:
            draft.values[draft.schema.order] = position
        self._read(draft)


def _match(schema, drafts, existing):
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
