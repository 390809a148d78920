"""What each app declares searchable, kept in the `Document` table.

An app registers a `SearchSource` per model in `AppConfig.ready()`.
"""

from ..batches import batches
from ..derived import DerivedTable, registry
from .models import Document
from .text import normalise

sources = {}


class SearchSource(DerivedTable):
    """The searchable text of a model's records, and what it is made of."""

    model = None
    label = ""  # the heading of its results: "Initiatives"
    # Lookups whose values are searched: "title", "territories__name"…
    fields = ()
    # Models whose change changes the text, and the lookup, or lookups, that lead to
    # them: {"territories.Territory": ("town", "territories")}
    related = {}

    @classmethod
    def register(cls):
        source = cls()
        source.name = f"recherche : {source.label.lower()}"
        source.watched = (source.model._meta.label, *source.related)
        sources[source.model] = source
        registry.register(source)

    @property
    def key(self):
        return self.model._meta.label_lower

    def affected_by(self, instance):
        return self.affected_by_all([instance])

    def affected_by_all(self, instances):
        changed = {instance.pk for instance in instances}
        if isinstance(instances[0], self.model):
            return changed
        lookups = self.related[instances[0]._meta.label]
        records = self.model._base_manager.order_by().values_list("pk", flat=True)
        return {
            pk
            for lookup in ([lookups] if isinstance(lookups, str) else lookups)
            for batch in batches(changed)
            for pk in records.filter(**{f"{lookup}__in": batch})
        }

    def texts(self, keys=None):
        """{pk: normalised text} of the records `keys`, or of all."""
        records = self.model._base_manager.all()
        if keys is not None:
            records = records.filter(pk__in=keys)
        words = {pk: [] for pk in records.values_list("pk", flat=True)}
        for field in self.fields:
            for pk, value in records.order_by("pk").values_list("pk", field):
                words[pk] += value if isinstance(value, list) else [str(value or "")]
        return {pk: " " + normalise(" ".join(parts)) for pk, parts in words.items()}

    def refresh(self, keys):
        rows = Document.objects.filter(model=self.key)
        texts = self.texts(keys)
        rows.filter(object_id__in=set(keys) - set(texts)).delete()
        documents = [
            Document(model=self.key, object_id=pk, text=text) for pk, text in texts.items()
        ]
        Document.objects.bulk_create(
            documents,
            update_conflicts=True,
            unique_fields=["model", "object_id"],
            update_fields=["text"],
        )

    def rebuild(self):
        Document.objects.filter(model=self.key).delete()
        texts = self.texts()
        self.refresh(set(texts))
        return len(texts)

    def drift(self):
        stored = dict(Document.objects.filter(model=self.key).values_list("object_id", "text"))
        expected = self.texts()
        return sum(stored.get(pk) != text for pk, text in expected.items()) + len(
            stored.keys() - expected.keys()
        )
