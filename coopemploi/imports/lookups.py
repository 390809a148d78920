"""Records that a cell names: « PLIE de Lens [plie-de-lens] », a réf or a name."""

import re
from collections import defaultdict

from rapidfuzz import fuzz, process

from ..batches import batches
from ..formats.schema import schema_of
from ..search.text import normalise
from .variants import told, variants

_SEPARATING = re.compile(r"[|;\n\[]")  # what a cell puts between names, or before a réf
_LISTING = re.compile(r"[,/+&]|\s(?:et|ou)\s", re.IGNORECASE)
_REFERENCE = re.compile(r"\[([\w:.-]+)\]\s*$")
_LIKE_ENOUGH, _ALMOST = 75, 88
_SHOWN = 4

lookups = {}


class UnknownNameError(ValueError):
    """Nothing has this name. The nearest one is looked for when it is said: that costs."""

    def __init__(self, text, lookup):
        super().__init__(text)
        self.text, self.lookup = text, lookup

    def __str__(self):
        return self.lookup.unknown(self.text)


def lookup_for(model):
    return lookups.get(model, Lookup)


class Lookup:
    """The records of a small or middling model, read once; `queryset` is what one may choose."""

    name_fields = ("name", "acronym", "title", "text", "term")
    preferred = None  # of the queryset, the perimeter of who writes; None without one

    def __init__(self, model, queryset):
        self.model = model
        self.queryset = queryset
        self.slug = schema_of(model).slug.name
        self.keys, self.names, self.labels, self.known = {}, defaultdict(set), {}, {}
        self._is_loaded = False
        self._variants = {}

    def prepare(self, texts):
        """Read at once what `texts` need."""
        if self._is_loaded:
            return
        self._is_loaded = True
        for record in self.queryset.order_by("pk"):
            self.keys[getattr(record, self.slug)] = record.pk
            self.label(record)
            for name in self.names_of(record):
                self.names[normalise(name)].add(record.pk)
                self.known.setdefault(normalise(name), name)

    def names_of(self, record):
        """What people write for it, its réf apart."""
        names = (getattr(record, name, "") for name in self.name_fields)
        return [name for name in names if name]

    def label(self, record):
        """How a cell names a record: its name, and its réf when another may have the same."""
        label = self.text_of(record)
        self.labels[record.pk] = label
        return label

    def text_of(self, record):
        if self.is_named_alone and not _SEPARATING.search(record.name):
            return record.name
        name = " ".join(str(record).replace("|", "/").replace(";", ",").split())
        return f"{name} [{self.reference_of(record)}]"

    def said_of(self, record):
        """How the lists of the site name a record, whoever else has that name."""
        return str(record)

    def reference_of(self, record):
        return getattr(record, self.slug)

    @property
    def is_named_alone(self):
        """A term of a vocabulary is known by its name, which is unique."""
        return any(field.unique and field.name == "name" for field in self.model._meta.fields)

    def reference_in(self, text):
        """What stands between brackets at the end of a text, or all of it."""
        found = _REFERENCE.search(text)
        return found[1] if found else text

    def find(self, text):
        """The primary key that `text` names. Raise ValueError, in French."""
        reference = self.reference_in(text)
        if (pk := self.key_of(reference)) is not None:
            return pk
        if reference != text:
            self.refuse_reference(reference)
        return self.find_by_name(text)

    def refuse_reference(self, reference):
        raise ValueError(f"la réf « {reference} » n'est celle d'aucune fiche{self._of()}.")

    # Whether cells say where the records that they name are: see `Surroundings`.
    has_surroundings = False

    def find_beside(self, text, others, around=()):
        """What a name can only mean beside those of `others`; None when they tell nothing."""

    def doubts(self, pks):
        """[what to say of records that a cell names together]."""
        return []

    def listed(self, text):
        """The names that a text which is no name lists: « Jeunes, seniors », « Jeunes/seniors »."""
        names = [name.strip() for name in _LISTING.split(text)]
        return names if len(names) > 1 else []

    def key_of(self, reference):
        return self.keys.get(reference)

    def find_by_name(self, text):
        return self.the_one(text, self.names.get(normalise(text)) or self.variant(text))

    def variant(self, text):
        """The one term that `text` can only mean, though written otherwise; none in doubt."""
        if text not in self._variants:  # looked for among all: once a text
            found = self.meant(text) if self.is_named_alone else set()
            self._variants[text] = found if len(found) == 1 else set()
        return self._variants[text]

    def meant(self, text):
        """The terms that `text` may mean, though written otherwise."""
        return set().union(*(self.names[name] for name in variants(text, self.names)))

    def understood(self, text):
        """[what to say of a name that was not read to the letter]."""
        if self.key_of(self.reference_in(text)) is not None or normalise(text) in self.names:
            return []
        return [told(text, self.labels[pk]) for pk in self.variant(text)]

    def the_one(self, text, pks):
        """The one of those that `text` may name. Raise ValueError for none or several."""
        if len(pks) == 1:
            return next(iter(pks))
        if pks:
            choices = " ; ".join(sorted(self.labels[pk] for pk in pks)[:_SHOWN])
            raise ValueError(
                f"« {text} » est le nom de plusieurs fiches{self._of()} : écrivez l'une de "
                f"celles-ci, avec sa réf : {choices}."
            )
        raise UnknownNameError(text, self)

    def unknown(self, text):
        """What to say of a name that nothing has."""
        return f"« {text} » n'est le nom d'aucune fiche{self._of()}{self.near(text)}."

    def near(self, text):
        """A name that is written nearly, or that has these words and others."""
        return self._near(text, fuzz.ratio, _LIKE_ENOUGH) or self._near(
            text, fuzz.token_set_ratio, _ALMOST
        )

    def misspelt(self, text):
        """The same for no more than a slip of the keyboard."""
        return self._near(text, fuzz.ratio, _ALMOST)

    def _near(self, text, scorer, least):
        found = process.extractOne(
            normalise(text), self.known.keys(), scorer=scorer, score_cutoff=least
        )
        return f" (vouliez-vous dire « {self.known[found[0]]} » ?)" if found else ""

    def _of(self):
        return f" « {self.model._meta.verbose_name} »"


class OwnerLookup(Lookup):
    """Records of any number, by their réf or the very words of their name."""

    def prepare(self, texts):
        name = next(each.name for each in self.model._meta.fields if each.name in self.name_fields)
        references = {self.reference_in(text) for text in texts}
        for batch in batches(references):
            for record in self.queryset.filter(**{f"{self.slug}__in": batch}):
                self.keys[getattr(record, self.slug)] = record.pk
                self.label(record)
        for batch in batches(references - self.keys.keys()):
            for record in self.queryset.filter(**{f"{name}__in": batch}):
                self.names[normalise(getattr(record, name))].add(record.pk)
                self.label(record)

    def near(self, text):
        return " que vous pouvez modifier : écrivez sa réf"
