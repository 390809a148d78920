"""What each app declares importable: one `Importation` per model, in its `imports.py`."""

from ..fields import AutoSlugField
from .columns import column_for

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
    example = {}  # name of field → what the example row shows
    # Names of fields that together identify a record as its réf does: a SIREN, a code.
    codes = ()
    joined = ()  # lookups that the names of related records read: "contact__person"

    @classmethod
    def register(cls):
        importations[cls.model] = cls()

    @property
    def slug_field(self):
        fields = self.model._meta.local_fields
        return next(field for field in fields if isinstance(field, AutoSlugField))

    def columns(self, names=None):
        """New columns: what they look up is kept by one run."""
        return [
            column_for(self.model._meta.get_field(name), self.synonyms.get(name, ()))
            for name in self.fields
            if names is None or name in names
        ]

    def records(self, queryset):
        """Records with what their columns read."""
        columns = self.columns()
        joined = [c.name for c in columns if c.field.many_to_one or c.field.one_to_one]
        many = [column.name for column in columns if column.field.many_to_many]
        if joined:
            queryset = queryset.select_related(*joined, *self.joined)
        return queryset.prefetch_related(*many)

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

    def refusal(self, record):
        """Why an import may not change `record`, in French, or ""."""
        return ""
