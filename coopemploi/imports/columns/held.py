"""What a cell says of the one record that depends on the row's: the job of a person."""

from django.core.exceptions import ValidationError

from ...fields import computed_with
from ...formats.tables import SEPARATOR
from .column import Column


class HeldColumn(Column):
    """A field of the one record that depends on the row's: the job of a person.

    Its value is None when there is no such record. Of several, the cell shows all, and
    writes none.
    """

    def __init__(self, inner, relation):
        super().__init__(inner.field, inner.synonyms)
        self.inner, self.relation = inner, relation
        self.name = f"{relation}__{inner.name}"

    @property
    def is_required(self):
        return False

    @property
    def choices(self):
        return self.inner.choices

    @property
    def help(self):
        return self.inner.help

    def bind(self, lookup_of):
        self.inner.bind(lookup_of)

    def prepare(self, texts):
        self.inner.prepare(texts)

    def read(self, text):
        if SEPARATOR.strip() in text:
            raise ValueError(f"une seule valeur ici : {self._several}")
        return self.inner.read(text)

    def current(self, record):
        saved = self._saved(record)
        if len(saved) > 1:
            return [self.inner.current(held) for held in saved]
        return self.inner.current(saved[0]) if saved else None

    def shown(self, stored):
        if isinstance(stored, list):
            return SEPARATOR.join(self.inner.shown(value) for value in stored)
        return "" if stored is None else self.inner.shown(stored)

    def remarks(self, text):
        return self.inner.remarks(text)

    def is_said(self, text, record):
        """No list of the site tells what depends on a record."""
        return False

    def assign(self, record, stored):
        if isinstance(stored, list) or len(self._saved(record)) > 1:
            return
        held = self.held(record)
        if stored is None:
            setattr(held, self.field.attname, self.field.get_default())
        else:
            self.inner.assign(held, stored)

    def save(self, record, names):
        held = self.held(record)
        link = record._meta.get_field(self.relation).field.name
        if not self._is_empty(held, link):
            setattr(held, link, record)
            # Of one that was there, the other fields may have been written meanwhile.
            is_new = held.pk is None
            held.save(update_fields=None if is_new else names | computed_with(type(held), names))
        elif held.pk is not None:
            held.delete()

    def is_gone(self, stored):
        return stored is not None and self.inner.is_gone(stored)

    def check(self, record):
        if len(self._saved(record)) > 1:
            raise ValidationError(self._several)
        self.inner.check(self.held(record))

    @property
    def _several(self):
        kind = self.field.model._meta.verbose_name_plural
        return f"plusieurs {kind} se modifient dans la page de la fiche, pas dans un tableau."

    def held(self, record):
        """The one record held, or a new one: the same for all the columns of a row."""
        kept = record.__dict__.setdefault("_held", {})
        if self.relation not in kept:
            saved = self._saved(record)
            kept[self.relation] = saved[0] if saved else self.field.model()
        return kept[self.relation]

    def _saved(self, record):
        return [] if record.pk is None else list(getattr(record, self.relation).all())

    def _is_empty(self, held, link):
        """Whether it says nothing besides whose it is."""
        return all(
            field.primary_key
            or field.name == link
            or field.generated
            or getattr(held, field.attname) == field.get_default()
            or getattr(held, field.attname) in field.empty_values
            for field in held._meta.concrete_fields
        )
