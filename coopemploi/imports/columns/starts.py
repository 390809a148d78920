"""Since when a record is, as its tables say it: « mars 2021 », « depuis 10 ans »."""

import re

from django.core.exceptions import ValidationError

from ...dates import NoDateError, PartialDate
from ...search.text import normalise
from ..contacts import refuse_contact
from .column import Column
from .held import HeldColumn

# « 10 ans », « plus de dix ans », « longtemps »: what « depuis » is left out of.
_SPAN = re.compile(r"(?:.{0,30}\s)?(?:ans?|années?|mois|semaines?|longtemps)", re.IGNORECASE)
_UNKNOWN = frozenset(["", "nc", "n c", "inconnu", "inconnue", "a preciser"])


class StartColumn(HeldColumn):
    """The date of the one dated row of a record that says its start."""

    wording = "Début"

    def __init__(self, model, name, label, synonyms=()):
        relation = name.partition(".")[0]
        rows = model._meta.get_field(relation).related_model
        super().__init__(Column(rows._meta.get_field("date"), synonyms), relation)
        self.name, self.label = name, label

    @property
    def help(self):
        kind = self.field.model._meta.verbose_name
        return f"L'{kind} « {self.wording} » : 2019, mars 2021, depuis 10 ans."

    def read(self, text):
        if normalise(text) in _UNKNOWN:
            return super().read("")
        try:
            return super().read(text)
        except NoDateError:
            refuse_contact(text)
            return self.inner.pack(PartialDate.parse(f"[] {_since(text)}"))

    def remarks(self, text):
        date = self.field.to_python(self.stored(text))
        if (date.earliest or date.latest) and self.meaning(text) != text:
            return super().remarks(text)
        if date and not (date.earliest or date.latest) and not text.startswith("["):
            return [f"« {date.wording} » est gardé en mots : le site n'y lit pas de date."]
        return []

    def is_same(self, stored, other):
        """A row that says nothing is none."""
        return (stored or "") == (other or "")

    def held(self, record):
        row = super().held(record)
        row.label = row.label or self.wording
        return row

    def check(self, record):
        super().check(record)
        row = self.held(record)
        if row.pk and not row.date and not self.may_remove:
            kind = self.field.model._meta.verbose_name
            raise ValidationError(f"vous n'avez pas le droit de retirer une {kind}.")

    def _saved(self, record):
        said = normalise(self.wording)
        return [row for row in super()._saved(record) if normalise(row.label) == said]

    def _is_empty(self, held, link):
        return not held.date


def _since(text):
    return f"depuis {text}" if _SPAN.fullmatch(text) and "depuis" not in normalise(text) else text
