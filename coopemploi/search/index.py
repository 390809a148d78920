"""What each app declares searchable and listed, kept in the `Document` table.

An app registers a `SearchSource` per model in `AppConfig.ready()`.
"""

from collections import Counter, defaultdict
from operator import attrgetter

from django.db import transaction

from .. import bulk
from ..batches import batches
from ..derived import DerivedTable, registry
from ..publishing import Publishable
from . import synonyms
from .analysis import Analyser, spellings
from .extracts import in_one_line
from .facets import SEVERAL
from .models import Document, Edition, Word

sources = {}
WEIGHTS = "abcd"
# What is rebuilt at once: bounded memory at any number of records.
REBUILD_SIZE = 2000
FIELDS = [field for field in Document._meta.concrete_fields if not field.primary_key]
COLUMNS = [field.name for field in FIELDS if field.name not in {"model", "object_id"}]
ATTRIBUTES = [field.attname for field in FIELDS]
row_of = attrgetter(*ATTRIBUTES)


class SearchSource(DerivedTable):
    """The documents of a model's records, and what they are made of."""

    model = None
    label = ""  # the heading of its results: "Initiatives"
    # Lookups whose values are searched, the title first: "title", "territories__name"…
    fields = ()
    summaries = ("summary", "aliases", "expansions", "standfirst")
    # Models whose change changes the document, and the lookup, or lookups, that lead to
    # them: {"territories.Territory": ("town", "territories")}
    related = {}
    # What lists filter by: name → function of records that gives (pk, value) pairs.
    facets = {}
    joined = ("source",)  # what a record needs to be shown
    can_wait = True

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
        if field in self.summaries:
            return "b"
        named = getattr(field, "named", field)
        is_a_name = isinstance(named, str) and named.endswith(("__name", "__acronym", "__aliases"))
        return "c" if is_a_name else "d"

    # What results and lists show of a record, and how they order it

    def title(self, record):
        return str(record)

    def kicker(self, record):
        return ""

    def prior(self, record):
        """From 0 to 1: what makes it likely to be meant, before any word is read."""
        return 0

    def name_key(self, record):
        return record.sort_name

    def date_key(self, record):
        """A date, or None: « récent » sorts by it."""
        return

    def readers(self, record):
        """(status, key of the author): whom `publishing.reading_rights` lets read it."""
        if isinstance(record, Publishable):
            return record.status, record.created_by_id
        return Publishable.Status.PUBLISHED, None

    # Which records a change touches

    def affected_by(self, instance):
        return self.affected_by_all([instance])

    def affected_by_all(self, instances):
        changed = {instance.pk for instance in instances}
        label = instances[0]._meta.label
        if isinstance(instances[0], self.model):
            affected = changed
        else:
            affected = self.leading_to(self.related.get(label, ()), changed)
        if label in synonyms.providers():
            affected = affected | self._holding_forms_of(instances)
        return affected

    def leading_to(self, lookups, keys):
        """The records that one of the `lookups` leads from to the records `keys`."""
        records = self.model._base_manager.order_by().values_list("pk", flat=True)
        return {
            pk
            for lookup in ([lookups] if isinstance(lookups, str) else lookups)
            for batch in batches(keys)
            for pk in records.filter(**{f"{lookup}__in": batch})
        }

    def _holding_forms_of(self, terms):
        """The records whose text may hold a form of glossary terms."""
        # Without synonyms: the words themselves, as they stand in the texts.
        plain_analyser = Analyser()
        return {
            pk
            for form in {form for term in terms for form in term.forms}
            for pk in self.documents.matching(plain_analyser.clauses(form)).values_list(
                "object_id", flat=True
            )
        }

    # The documents

    def made(self, records):
        """The documents of `records`, without an edition, and how their words are spelt,
        each as often as it is written."""
        records = self._with_joined(records)  # read once, where the records are enough
        documents = {record.pk: self._shown(record) for record in records}
        for name, pairs in self.facets.items():
            self._add_facet(documents, name, pairs(records))
        words = Counter()
        analyser = synonyms.analyser()
        for pk, texts in self._texts(documents, records).items():
            columns = {weight: [] for weight in WEIGHTS}
            for weight, text in texts:
                columns[weight].append(text)
            for weight, weighed in columns.items():
                setattr(documents[pk], weight, " ".join(analyser.tokens(*weighed)))
            told = dict.fromkeys(text for weight, text in texts if text and weight in "bd")
            above = {documents[pk].title, documents[pk].kicker}  # results say them already
            documents[pk].text = in_one_line(text for text in told if text not in above)
            for text in (*columns["a"], *columns["c"], *told):
                words.update(spellings(text).items())
        return documents, words

    def _with_joined(self, records):
        if not self.joined:
            return records.all()
        heavy = [f"{join}__raw_text" for join in self.joined if join.endswith("source")]
        return records.select_related(*self.joined).defer(*heavy)

    def _shown(self, record):
        status, author = self.readers(record)
        return Document(
            model=self.key,
            object_id=record.pk,
            status=status,
            created_by_id=author,
            title=self.title(record),
            kicker=self.kicker(record),
            url=record.get_absolute_url(),
            prior=self.prior(record),
            sort_name=self.name_key(record),
            sort_date=str(self.date_key(record) or ""),
            is_fictional=getattr(record, "is_fictional", False),
        )

    def _texts(self, documents, records):
        """{key of a record: its (column, text), in the order of the fields}."""
        texts = {pk: [] for pk in documents}
        rows = records.select_related(None).defer(None).order_by("pk")
        for field in self.fields:
            weight = self.weight_of(field)
            if isinstance(field, str) and "__" not in field:
                pairs = ((record.pk, getattr(record, field)) for record in records)
            else:
                pairs = rows.values_list("pk", field)
            for pk, value in pairs:
                if pk in texts:  # not written since the documents were read
                    told = value if isinstance(value, list) else [str(value or "")]
                    texts[pk] += ((weight, text) for text in told)
        return texts

    def _add_facet(self, documents, name, pairs):
        found = defaultdict(dict)
        for pk, value in pairs:
            if value not in (None, "") and pk in documents:
                found[pk][value if name == SEVERAL else f"{name}:{value}"] = None
        for pk, keys in found.items():
            facets = [documents[pk].facets, *keys]
            documents[pk].facets = " ".join(filter(None, facets))

    # Keeping them true

    def refresh(self, keys):
        with transaction.atomic():
            edition = Edition.objects.advance(self.key)
            gone = set(keys)
            for batch in batches(keys):
                documents, words = self.made(self.model._base_manager.filter(pk__in=batch))
                gone -= documents.keys()
                self._write(documents.values(), edition)
                Word.objects.learn(words)
            deleted = [
                self.documents.filter(object_id__in=batch).delete()[0] for batch in batches(gone)
            ]
            if any(deleted):
                Edition.objects.advance(self.key, whole=True)

    def rebuild(self, progress=lambda count: None):
        """Everything anew; `progress` is called with the number of documents just written."""
        with transaction.atomic():
            edition = Edition.objects.advance(self.key, whole=True)
            self.documents.delete()
            total, words = 0, Counter()
            for records in self._slices():
                documents, more = self.made(records)
                for document in documents.values():
                    document.edition = edition
                bulk.insert_rows(Document, ATTRIBUTES, map(row_of, documents.values()))
                words += more
                total += len(documents)
                progress(len(documents))
            Word.objects.learn(words)
        return total

    def _slices(self):
        """The records, as querysets of bounded size."""
        pks = self.model._base_manager.order_by("pk").values_list("pk", flat=True)
        for batch in batches(pks, REBUILD_SIZE):
            yield self.model._base_manager.filter(pk__gte=batch[0], pk__lte=batch[-1])

    def _write(self, documents, edition):
        for document in documents:
            document.edition = edition
        Document.objects.bulk_create(
            documents,
            update_conflicts=True,
            unique_fields=["model", "object_id"],
            update_fields=COLUMNS,
            batch_size=500,
        )

    def drift(self):
        wrong, seen = 0, set()
        for records in self._slices():
            documents, _ = self.made(records)
            seen |= documents.keys()
            stored = {
                document.object_id: document
                for batch in batches(documents)
                for document in self.documents.filter(object_id__in=batch)
            }
            wrong += sum(
                pk not in stored or _content(stored[pk]) != _content(document)
                for pk, document in documents.items()
            )
        return wrong + sum(
            pk not in seen for pk in self.documents.values_list("object_id", flat=True)
        )


def _content(document):
    document.edition = 0
    return row_of(document)
