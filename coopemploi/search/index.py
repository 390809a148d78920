"""What each app declares searchable, kept in the `Document` table.

An app registers a `SearchSource` per model in `AppConfig.ready()`.
"""

from ..batches import batches
from ..derived import DerivedTable, registry
from . import synonyms
from .analysis import Analyser
from .models import Document

sources = {}


class SearchSource(DerivedTable):
    """The searchable text of a model's records, and what it is made of."""

    model = None
    label = ""  # the heading of its results: "Initiatives"
    # Lookups whose values are searched, the title first: "title", "territories__name"…
    fields = ()
    # Models whose change changes the text, and the lookup, or lookups, that lead to
    # them: {"territories.Territory": ("town", "territories")}
    related = {}

    @classmethod
    def register(cls):
        source = cls()
        source.name = f"recherche : {source.label.lower()}"
        watched = (source.model._meta.label, *source.related, *synonyms.providers())
        source.watched = tuple(dict.fromkeys(watched))
        sources[source.model] = source
        registry.register(source)

    @property
    def key(self):
        return self.model._meta.label_lower

    @property
    def documents(self):
        return Document.objects.filter(model=self.key)

    def weight_of(self, field):
        """The column of a field: titles weigh more than summaries, names, and texts."""
        if field == self.fields[0]:
            return "a"
        if field in {"summary", "aliases", "expansions", "standfirst"}:
            return "b"
        is_a_name = isinstance(field, str) and field.endswith(("__name", "__acronym", "__aliases"))
        return "c" if is_a_name else "d"

    def affected_by(self, instance):
        return self.affected_by_all([instance])

    def affected_by_all(self, instances):
        changed = {instance.pk for instance in instances}
        label = instances[0]._meta.label
        if isinstance(instances[0], self.model):
            affected = changed
        else:
            lookups = self.related.get(label, ())
            records = self.model._base_manager.order_by().values_list("pk", flat=True)
            affected = {
                pk
                for lookup in ([lookups] if isinstance(lookups, str) else lookups)
                for batch in batches(changed)
                for pk in records.filter(**{f"{lookup}__in": batch})
            }
        if label in synonyms.providers():
            affected = affected | self._holding_forms_of(instances)
        return affected

    def _holding_forms_of(self, terms):
        """The records whose text may hold a form of glossary terms."""
        # Without synonyms: the words themselves, as they stand in the texts.
        plain = Analyser()
        return {
            pk
            for form in {form for term in terms for form in term.forms}
            for pk in self.documents.matching(plain.clauses(form)).values_list(
                "object_id", flat=True
            )
        }

    def texts(self, keys=None):
        """{pk: {column: tokens}} of the records `keys`, or of all."""
        analyser = synonyms.analyser()
        records = self.model._base_manager.all()
        if keys is not None:
            records = records.filter(pk__in=keys)
        parts = {
            pk: {"a": [], "b": [], "c": [], "d": []} for pk in records.values_list("pk", flat=True)
        }
        for field in self.fields:
            column = self.weight_of(field)
            for pk, value in records.order_by("pk").values_list("pk", field):
                parts[pk][column] += value if isinstance(value, list) else [str(value or "")]
        return {
            pk: {column: " ".join(analyser.tokens(*texts)) for column, texts in columns.items()}
            for pk, columns in parts.items()
        }

    def refresh(self, keys):
        texts = self.texts(keys)
        self.documents.filter(object_id__in=set(keys) - set(texts)).delete()
        self._write(texts)

    def rebuild(self):
        self.documents.delete()
        texts = self.texts()
        self._write(texts)
        return len(texts)

    def _write(self, texts):
        Document.objects.bulk_create(
            [Document(model=self.key, object_id=pk, **columns) for pk, columns in texts.items()],
            update_conflicts=True,
            unique_fields=["model", "object_id"],
            update_fields=["a", "b", "c", "d"],
            batch_size=500,
        )

    def drift(self):
        stored = {
            pk: {"a": a, "b": b, "c": c, "d": d}
            for pk, a, b, c, d in self.documents.values_list("object_id", "a", "b", "c", "d")
        }
        expected = self.texts()
        wrong = sum(stored.get(pk) != columns for pk, columns in expected.items())
        return wrong + len(stored.keys() - expected.keys())
