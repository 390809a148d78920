"""The writing of documents: records, then their links, then their children."""

from collections import Counter, defaultdict

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from ..publishing import Publishable
from ..sources.models import Source
from .drafts import Draft, Reader, unclaimed
from .nodes import DocumentError, Fields, Items, is_empty
from .references import FailedReferenceError, References
from .schema import schema_of, sections, target_of


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


class Loader:
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
        self.reader = Reader(self.references, self.problems)
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
            self.reader.read(draft)
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
                    self.reader.refuse(draft, draft.place_of(name), label + message)
            return False
        return True

    def _write(self, draft, write, *args):
        try:
            with transaction.atomic():
                write(*args)
        except DatabaseError as error:
            self.reader.refuse(draft, draft.content.place, f"la base refuse cette fiche ({error}).")

    def _save_later(self, draft):
        """References to records of the same section, all known by now."""
        if draft.failed:
            return
        changed = False
        for model_field, node in draft.later.items():
            try:
                if model_field.many_to_many:
                    draft.links[model_field] = self.reader.find_all(draft, model_field, node)
                    continue
                value = self.reader.find_one(draft, model_field, node)
            except ValueError as error:
                place = draft.place_of(model_field.name)
                self.reader.refuse(draft, place, f"{model_field.verbose_name} : {error}")
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
                surplus = unclaimed(schema, children, existing[parent.obj.pk])
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
        if node is None or is_empty(node):
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
                    self.reader.refuse(parent, item.place, message)
            return contents
        expected = "une seule fiche" if collection.is_single else "une liste de fiches"
        self.reader.refuse(parent, node.place, f"« {collection.label} » attend {expected}.")
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
        self.reader.read(draft)
