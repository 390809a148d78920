"""What each app declares importable: one `Importation` per model, in its `imports.py`."""

import re

from ..fields import AutoSlugField
from ..publishing import Publishable
from ..search.text import normalise
from .columns import (
    HeldColumn,
    OwnerColumn,
    PartiesColumn,
    PublicationColumn,
    StartColumn,
    column_for,
)
from .columns.publication import SAID_ONLINE, SAID_PUBLISHED
from .surroundings import Surroundings

importations = {}
REFERENCE = "slug"
EXAMPLE = "EXEMPLE"


class Importation:
    """The table of a model's records: the models are the schema, labels are headers."""

    model = None
    name = ""  # of the file: « initiatives »
    fields = ()  # names, in the order of the columns
    title_field = "title"  # by which a probable duplicate is known
    synonyms = {}  # name of field → other headers that people write
    words = {}  # name of field → {value: other words that people write for it}
    # Name of field → headers of those of its columns that are read together: a commune, and
    # the territory it is of.
    gathered = {}
    compounds = ()  # columns of a file that say several of ours: see `Compound`
    # Name of field → what columns say of where its places are: see `Surroundings`.
    surrounded = {}
    meanings = {}  # name of field → what its cells are read as, a function of their text
    # Headers that ask whether a record is published.
    publication_questions = (*SAID_PUBLISHED, *SAID_ONLINE)
    example = {}  # name of field → what the example row shows
    # Names of fields that together identify a record as its réf does: a SIREN, a code.
    codes = ()
    numbered = ()  # names of fields that hold codes, of digits: no telephone
    joined = ()  # lookups that the names of related records read: "contact__person"
    prefetched = ()  # lookups that columns read of the records that depend on one
    # Columns of parties: "involvements.carrier", the rows of a role → header.
    parties = {}
    # Columns of the dated row that says a start: "steps.start" → header.
    starts = {}
    # Names of fields shown to who may change the record, and to nobody else.
    private = ()
    # Names of fields that a row does without, when a cell names what nobody knows.
    dispensable = ()
    owner_model = None  # of which the records hold these: see `RowImportation`
    reference_help = (
        "Laissez vide pour créer une fiche. Pour en modifier une, gardez la réf telle que "
        "l'export la donne : c'est la fin de l'adresse de sa page."
    )

    @classmethod
    def register(cls):
        importations[cls.model] = cls()

    @property
    def label(self):
        return self.model._meta.label

    @property
    def naming(self):
        """The names of the columns of which one, at least, says which record a row is."""
        return (self.title_field,)

    @property
    def slug_field(self):
        fields = self.model._meta.local_fields
        return next(field for field in fields if isinstance(field, AutoSlugField))

    def columns(self, names=None):
        """New columns: what they look up is kept by one run."""
        return [self._column(name) for name in self.fields if names is None or name in names]

    def _column(self, name):
        if name in self.parties:
            synonyms = self.synonyms.get(name, ())
            return PartiesColumn(self.model, name, self.parties[name], synonyms)
        if name in self.starts:
            return StartColumn(self.model, name, self.starts[name], self.synonyms.get(name, ()))
        synonyms, words = self.synonyms.get(name, ()), self.words.get(name)
        if name == "status" and issubclass(self.model, Publishable):
            return PublicationColumn(self.field_of(name), synonyms, self.publication_questions)
        column = column_for(self.field_of(name), synonyms, words, name in self.numbered)
        column.meaning = self.meanings.get(name, column.meaning)
        if relation := name.rpartition("__")[0]:
            column = HeldColumn(column, relation)
        column.is_private = name in self.private
        column.is_dispensable = name in self.dispensable
        return column

    def field_of(self, name):
        """The field of a column: "positions__title" is that of the record held."""
        rows = name.partition(".")[0]
        if name in self.parties:
            name = f"{rows}__actor"
        if name in self.starts:
            name = f"{rows}__date"
        relation, _, own = name.rpartition("__")
        model = self.model._meta.get_field(relation).related_model if relation else self.model
        return model._meta.get_field(own)

    def label_of(self, name):
        return (self.parties | self.starts).get(name) or str(self.field_of(name).verbose_name)

    def compounds_of(self, columns):
        """The compounds of which one may write every part."""
        names = {column.name for column in columns}
        return [compound for compound in self.compounds if names.issuperset(compound.parts)]

    def surroundings_of(self, columns):
        """The surroundings of those of `columns` that are places."""
        return [
            Surroundings(column, self.surrounded[column.name])
            for column in columns
            if column.name in self.surrounded
        ]

    @property
    def surroundings(self):
        return self.surroundings_of(self.columns(self.surrounded))

    @property
    def read_together(self):
        """{what columns of a file are read as: headers}, of what several of them may say."""
        around = {each.name: each.synonyms for each in self.surroundings}
        return self.gathered | around

    def spelt_out(self, names):
        """The names of our columns that those of a mapping say."""
        parts = {compound.name: compound.parts for compound in self.compounds}
        parts |= {each.name: (each.of,) for each in self.surroundings if each.is_place}
        return {part for name in names for part in parts.get(name, (name,))}

    @property
    def held_fields(self):
        """The names of the columns that write what the records of a file hold."""
        return {name for name in self.fields if "__" in name or "." in name}

    @property
    def held_models(self):
        """Of the records that are written, and removed, with those of a file."""
        return {self.field_of(name).model for name in self.held_fields}

    def records(self, queryset):
        """Records with what their columns read."""
        columns = [column for column in self.columns() if not column.relation]
        joined = [c.name for c in columns if c.field.many_to_one or c.field.one_to_one]
        many = [column.name for column in columns if column.field.many_to_many]
        if joined:
            queryset = queryset.select_related(*joined, *self.joined)
        return queryset.prefetch_related(*many, *self.prefetched)

    def reference_of(self, record):
        """What the column « réf » says of a record."""
        return getattr(record, self.slug_field.name)

    def find(self, queryset, references):
        """{réf: record} of those of `queryset` that have one of a batch of `references`."""
        found = self.records(queryset.filter(**{f"{self.slug_field.name}__in": references}))
        return {self.reference_of(record): record for record in found}

    def known_references(self, queryset):
        """Every réf, to suggest the nearest."""
        return list(queryset.order_by().values_list(self.slug_field.name, flat=True))

    def name_in(self, texts):
        """The name that the cells of a row give: {name of column: text}."""
        return texts.get(self.title_field, "")

    def names(self, queryset):
        """(key, name) of records, the oldest first."""
        return queryset.order_by("pk").values_list("pk", self.title_field)

    def key_in(self, texts, columns):
        """What a row has in common with its probable duplicates."""
        return normalise(self.name_in(texts))

    def keys(self, queryset):
        """(primary key, the same) of records, the oldest first."""
        return ((pk, normalise(name)) for pk, name in self.names(queryset))

    def place_in(self, changes):
        """What tells apart from its namesakes what a row says; "" for nothing."""
        return ""

    def places_of(self, record):
        """Where a record of the same name is no other than the row's; empty for anywhere."""
        return set()

    def obstacle(self, record, changes):
        """Why what a row added under `record` cannot be taken back, in French, or ""."""
        return ""

    def refusal(self, record):
        """Why an import may not change `record`, in French, or ""."""
        return ""


class RowImportation(Importation):
    """The table of what records hold in rows: the first column says whose each row is.

    A row has no address: its réf is its number, and the whole row tells it from others.
    """

    owner = ""  # the name of the foreign key, first of the `fields`
    told = ()  # names of the fields that two rows of a record do not usually share
    slug_field = None

    @property
    def naming(self):
        return self.told

    reference_help = (
        "Laissez vide pour ajouter une ligne. Pour en modifier une, gardez le numéro que "
        "l'export donne."
    )

    @property
    def owner_model(self):
        return self.model._meta.get_field(self.owner).related_model

    def _column(self, name):
        if name == self.owner:
            return OwnerColumn(self.field_of(name), self.synonyms.get(name, ()))
        return super()._column(name)

    def reference_of(self, row):
        return str(row.pk)

    def find(self, queryset, references):
        keys = [int(text) for text in references if re.fullmatch("[0-9]{1,18}", text)]
        return {str(row.pk): row for row in self.records(queryset.filter(pk__in=keys))}

    def known_references(self, queryset):
        """Numbers have no near misses."""
        return []

    def name_in(self, texts):
        names = (texts.get(name, "") for name in (*self.told, self.owner))
        return ", ".join(filter(None, names))

    def key_in(self, texts, columns):
        values = []
        for name in (self.owner, *self.told):
            try:
                value = columns[name].stored(texts.get(name, ""))
            except (KeyError, ValueError):
                value = ""
            values.append(str(value or ""))
        return "\n".join(values).casefold()

    def keys(self, queryset):
        names = [self.model._meta.get_field(name).attname for name in (self.owner, *self.told)]
        for pk, *values in queryset.order_by("pk").values_list("pk", *names):
            yield pk, "\n".join(str(value or "") for value in values).casefold()
