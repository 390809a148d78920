"""A field that leads to one record, by its réf or its name."""

from django.core.exceptions import ValidationError

from ..contacts import says_contact
from ..lookups import OwnerLookup, UnknownNameError
from ..readers import CALCULATION_ERROR
from ..surroundings import parted
from .column import Column, canonical

# Not repeated: the report of an import is kept, without what its cells held.
CONTACT_IN_A_NAME = "personne n'est reconnu dans ce qui a une adresse e-mail ou un téléphone."


class ReferenceColumn(Column):
    """A field that leads to one record."""

    # Whether a row does without it, when a cell names what nobody knows.
    is_dispensable = False

    def __init__(self, field, synonyms=()):
        super().__init__(field, synonyms)
        self._unknown = {}

    @property
    def help(self):
        return "Son nom, ou sa réf. " + str(self.field.help_text)

    @property
    def target(self):
        return self.field.remote_field.model

    def bind(self, lookup_of):
        self.lookup = lookup_of(self.target)

    @property
    def choices(self):
        """The terms of a vocabulary, which are known by their name."""
        if self.lookup.is_named_alone:
            self.lookup.prepare(())
            return sorted(self.lookup.labels.values(), key=str.casefold)
        return []

    def prepare(self, texts):
        self.lookup.prepare({self.parted(text)[0] for text in texts})

    def read(self, text):
        if CALCULATION_ERROR.fullmatch(text):
            raise ValueError(f"cette cellule contient une erreur de calcul ({text}).")
        named, around = self.parted(text)
        return self.find(named, around) if named else None

    def parted(self, text):
        """(what a cell names, what it says of where that is)."""
        return parted(text) if self.lookup.has_surroundings else (text, [])

    def stored_for(self, record, text):
        if not self._unknown_in(text):
            return super().stored_for(record, text)
        return None if record is None else self.current(record)

    def _unknown_in(self, text):
        """What to say of a name that a row does without, or ""."""
        if not (self.is_dispensable and text):
            return ""
        if text not in self._unknown:
            self._unknown[text] = ""
            try:
                self.lookup.find(text)
            except UnknownNameError as error:
                self._unknown[text] = CONTACT_IN_A_NAME if says_contact(text) else str(error)
            except ValueError:
                pass  # said where the cell is read
        return self._unknown[text]

    def left_out(self, text):
        if told := self._unknown_in(text):
            return [f"{told} Cette case n'est pas écrite : complétez la fiche dans sa page."]
        return []

    def find(self, text, around=()):
        pk = self.lookup.find_in(text, around) if around else self.lookup.find(text)
        limits = self.field.get_limit_choices_to()
        if limits and not self.target._default_manager.filter(pk=pk).filter(**limits).exists():
            raise ValueError(f"« {self.lookup.labels[pk]} » ne convient pas ici.")
        return pk

    def remarks(self, text):
        return self.lookup.understood(text) if self.lookup.is_named_alone else []

    def current(self, record):
        related = getattr(record, self.name)
        if related is not None:
            self.lookup.label(related)
        return getattr(record, self.field.attname)

    def shown(self, stored):
        return self.lookup.labels.get(stored, "") if stored else ""

    def is_said(self, text, record):
        related = getattr(record, self.name)
        return related is not None and text == canonical(self.lookup.said_of(related))

    def is_gone(self, stored):
        keys = set(stored if isinstance(stored, list) else filter(None, [stored]))
        return self.target._default_manager.filter(pk__in=keys).count() < len(keys)

    def assign(self, record, stored):
        setattr(record, self.field.attname, stored)

    def check(self, record):
        if getattr(record, self.field.attname) is None and not self.field.blank:
            raise ValidationError("Ce champ est obligatoire.")


class OwnerColumn(ReferenceColumn):
    """The record that holds the row, among those that one may change."""

    @property
    def help(self):
        return "La fiche qui contient cette ligne : sa réf, ou son titre exact."

    @property
    def choices(self):
        return []

    def bind(self, lookup_of):
        self.lookup = OwnerLookup(self.target, lookup_of(self.target).queryset)

    def current(self, record):
        """None for a new row, which is nobody's yet."""
        if getattr(record, self.field.attname) is None:
            return None
        return super().current(record)
