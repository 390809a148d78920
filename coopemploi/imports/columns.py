"""The columns of a table of records: what a cell says of a field, both ways.

A value is `stored` in a batch as JSON holds it, and `shown` as a cell writes it.
"""

import logging
import re

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models
from rapidfuzz import fuzz, process

from ..dates import PartialDate
from ..fields import LinesField
from ..formats.nodes import Items, Place, Scalar
from ..formats.printable import printable
from ..formats.tables import SEPARATOR
from ..formats.values import read_value
from ..search.text import normalise
from .contacts import refuse_address, refuse_contact, says_contact, says_contact_at_length
from .lookups import OwnerLookup, UnknownNameError
from .readers import CALCULATION_ERROR
from .variants import alike, keeps_endings, slips, told

logger = logging.getLogger(__name__)

# The most that a cell of a spreadsheet holds: a longer text was cut.
LONGEST_CELL = 32_767
_NOWHERE = Place("", 0)
_LIKE_ENOUGH, _MOST_NEAR = 81, 3
# Not repeated: the report of an import is kept, without what its cells held.
CONTACT_IN_A_NAME = "personne n'est reconnu dans ce qui a une adresse e-mail ou un téléphone."


def canonical(text):
    """The text of a cell as any file gives it back."""
    lines = printable(text).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return lines.strip()


class Column:
    """A field of a model that fits in one cell."""

    # Shown and compared only to who may change the record.
    is_private = False
    # Whether one may delete the rows of a column that writes some.
    may_remove = True
    # The relation to the record that holds the field, when it is not the row's own.
    relation = ""
    refuse_contact = staticmethod(refuse_contact)
    separators = r"[|\n]"  # of the lines of a field that has several

    def __init__(self, field, synonyms=()):
        self.field = field
        self.name = field.name
        # What a cell is read as: a function of its text.
        self.meaning = web_address if isinstance(field, models.URLField) else str
        self.label = str(field.verbose_name)
        self.synonyms = synonyms
        self._read = {}

    @property
    def has_own_model(self):
        through = getattr(self.field.remote_field, "through", None)
        return through is not None and not through._meta.auto_created

    @property
    def keeps_links(self):
        """Whether what it removes says something more, to be put back with it."""
        return self.has_own_model

    @property
    def is_required(self):
        return not self.field.blank and not self.field.has_default()

    @property
    def choices(self):
        """The values that a list proposes, or nothing."""
        if isinstance(self.field, models.BooleanField):
            return ["oui", "non"]
        return [str(label) for value, label in self.field.flatchoices if value != ""]

    @property
    def help(self):
        if isinstance(self.field, LinesField):
            return f"Plusieurs : séparez-les par « {SEPARATOR.strip()} »."
        return str(self.field.help_text)

    def bind(self, lookup_of):
        """Say what one may choose: a function of a model gives its `Lookup`."""

    def prepare(self, texts):
        """Read at once what the cells `texts` need."""

    def stored(self, text):
        """The value of a cell. Raise ValueError, in French."""
        if text not in self._read:
            try:
                self._read[text] = self.read(self.meaning(text)), None
            except ValueError as error:
                self._read[text] = None, str(error)
            except DatabaseError:
                raise  # nothing more can be asked in this transaction
            except Exception:
                # One cell that nobody foresaw is no reason to refuse the others.
                logger.exception("Cell of the column %s not read", self.name)
                self._read[text] = None, "cette valeur n'est pas comprise."
        value, problem = self._read[text]
        if problem:
            raise ValueError(problem)
        return value

    def stored_for(self, record, text):
        """The value of a cell about `record`, None for a new one."""
        return self.stored(text)

    def is_same(self, stored, other):
        """Whether two values say the same."""
        return stored == other

    def refuse_broken(self, text):
        if CALCULATION_ERROR.fullmatch(text):
            raise ValueError(f"cette cellule contient une erreur de calcul ({text}).")
        if len(text) >= LONGEST_CELL:
            raise ValueError("ce texte atteint les 32 767 caractères d'une cellule : il est coupé.")

    def read(self, text):
        self.refuse_broken(text)
        value = read_value(self.field, self.node(text))
        if isinstance(value, str) and self.field.max_length and len(value) > self.field.max_length:
            raise ValueError(f"{len(value)} caractères, {self.field.max_length} au plus.")
        if self._is_name:
            for line in value if isinstance(value, list) else [value or ""]:
                self.refuse_contact(line)
        return self.pack(value)

    @property
    def _is_name(self):
        """Whether it holds a name, a label, a title: nobody is reached by these."""
        is_short = type(self.field) in (models.CharField, LinesField)
        return is_short and not self.is_private

    def node(self, text):
        if isinstance(self.field, LinesField):
            parts = re.split(self.separators, text)
            return Items([Scalar(part.strip(), _NOWHERE) for part in parts], _NOWHERE)
        return Scalar(text, _NOWHERE)

    def pack(self, value):
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        holder = self.field.model(**{self.name: value})
        return self.field.value_to_string(holder)

    def value(self, stored):
        return self.field.to_python(stored)

    def current(self, record):
        return self.pack(getattr(record, self.name))

    def shown(self, stored):
        value = self.value(stored)
        if self.field.choices:
            return str(dict(self.field.flatchoices).get(value, value))
        match value:
            case None:
                return ""
            case bool():
                return "oui" if value else "non"
            case list():
                return SEPARATOR.join(value)
            case PartialDate():
                return value.as_input
        return str(value)

    def shown_of(self, record):
        return self.shown(self.current(record))

    def is_said(self, text, record):
        """Whether a cell is what the lists of the site write of the record, for people to read."""
        value = getattr(record, self.name)
        return isinstance(value, PartialDate) and text == canonical(str(value))

    def assign(self, record, stored):
        setattr(record, self.name, self.value(stored))

    def save(self, record, names):
        """Write what `assign` left in the fields `names` of other records, once `record` is."""

    def is_gone(self, stored):
        """Whether a value that was once stored no longer exists."""
        return False

    def obstacle(self, record, stored):
        """Why a value of `record` cannot give way to `stored`, in French, or ""."""
        return ""

    def notices(self, before, after):
        """What to say of a change, in French, besides what it is."""
        return []

    def remarks(self, text):
        """What to say, in French, of how a cell was read."""
        if isinstance(self.field, models.TextField) and says_contact_at_length(text):
            return ["une adresse e-mail ou un téléphone y sera lu de tous : est-ce voulu ?"]
        return []

    def left_out(self, text):
        """What to say, in French, of a cell that is not written, though its row is."""
        return []

    def check(self, record):
        """What the field refuses in the value of a record, as ValidationError."""
        raw = getattr(record, self.field.attname)
        if self.field.blank and raw in self.field.empty_values:
            return
        self.field.clean(raw, record)


class CodeColumn(Column):
    """Official codes, which have digits as a telephone has; of several, one after another."""

    refuse_contact = staticmethod(refuse_address)
    separators = r"[|\n;,\s]+"


def web_address(text):
    """« www.example.org » as browsers understand it, and the forms of the site.

    An e-mail is left as it is, no address of a site: « https://ada@example.org » would be one.
    """
    is_bare = text and "://" not in text and "@" not in text.partition("/")[0]
    return f"https://{text}" if is_bare else text


class ChoiceColumn(Column):
    """A field of a few values, known by their labels; `words` are {value: other words for it}."""

    # Those of the synonyms that ask a question: a column is this one if its cells answer it.
    asked = ()

    def __init__(self, field, synonyms=(), words=None):
        super().__init__(field, synonyms)
        self.labels = {
            value: str(label) for value, label in field.flatchoices if value not in ("", None)
        }
        # {text, normalised: value}; `own` are the field's.
        self.own = {normalise(label): value for value, label in self.labels.items()}
        self.own |= {normalise(str(value)): value for value in self.labels}
        others = {}
        for value, some in (words or {}).items():
            for each in some:
                others.setdefault(normalise(each), []).append(value)
        self.known = {word: one for word, (one, *more) in others.items() if not more} | self.own
        # {text, normalised: values} of the words that mean several of them.
        self.doubts = {word: values for word, values in others.items() if word not in self.known}

    def read(self, text):
        self.refuse_broken(text)
        if not text:
            return super().read(text)
        if (value := self._meant(text)) is None:
            raise ValueError(
                f"« {text} » n'est pas un choix possible{self._near(text)}. "
                f"Choix : {', '.join(self.choices)}."
            )
        return self.pack(value)

    def reads(self, text):
        return self._meant(text) is not None

    def _meant(self, text):
        if (value := self.known.get(normalise(text))) is not None:
            return value
        # One letter makes another word of many that people write: « engager », « engagée ».
        names = alike(text, self.known) or {
            name for name in slips(text, self.own) if keeps_endings(text, name)
        }
        found = {self.known[name] for name in names}
        return found.pop() if len(found) == 1 else None

    def _near(self, text):
        found = process.extract(
            normalise(text),
            self.known.keys(),
            scorer=fuzz.token_set_ratio,  # whole words: « PE » is not in « coopération »
            score_cutoff=_LIKE_ENOUGH,
        )
        values = [*self.doubts.get(normalise(text), ()), *(self.known[name] for name, *_ in found)]
        labels = dict.fromkeys(self.labels[value] for value in values)
        if not labels:
            return ""
        return f" (vouliez-vous dire « {' », « '.join(list(labels)[:_MOST_NEAR])} » ?)"

    def remarks(self, text):
        if not text or normalise(text) in self.own:
            return []
        return [told(text, self.shown(self.stored(text)))]


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
        self.lookup.prepare(set(texts))

    def read(self, text):
        if CALCULATION_ERROR.fullmatch(text):
            raise ValueError(f"cette cellule contient une erreur de calcul ({text}).")
        return self.find(text) if text else None

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

    def find(self, text):
        pk = self.lookup.find(text)
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


class ManyColumn(ReferenceColumn):
    """A field that leads to several records."""

    @property
    def help(self):
        return f"Un nom ou une réf ; plusieurs : séparez-les par « {SEPARATOR.strip()} »."

    def parts(self, text):
        return [part.strip() for part in re.split(r"[|;\n]", text) if part.strip()]

    def prepare(self, texts):
        parts = {part for text in texts for part in self.parts(text)}
        self.lookup.prepare(parts.union(*map(self.lookup.listed, parts)))

    def read(self, text):
        if CALCULATION_ERROR.fullmatch(text):
            raise ValueError(f"cette cellule contient une erreur de calcul ({text}).")
        found, unknown, parts = set(), [], self.parts(text)
        for part in parts:
            beside = self._beside(part, parts)
            try:
                found |= {beside} if beside else self._find(part).keys()
            except ValueError as error:
                unknown.append(str(error))
        if unknown:
            raise ValueError(" ".join(unknown))
        return sorted(found)

    def _beside(self, part, parts):
        """What a part can only mean beside the others, or None."""
        others = [other for other in parts if other != part]
        return self.lookup.find_beside(part, others) if others else None

    def _find(self, part):
        """{key: name} of the record of `part`, or of those that it lists."""
        try:
            return {self.find(part): part}
        except ValueError:
            names = self.lookup.listed(part)
            try:
                found = {self.find(name): name for name in names}
            except ValueError:
                found = {}
            if not found:
                raise
            return found

    def remarks(self, text):
        if not self.lookup.is_named_alone:
            return self._told_beside(self.parts(text))
        names = [name for part in self.parts(text) for name in self._find(part).values()]
        return [remark for name in names for remark in self.lookup.understood(name)]

    def _told_beside(self, parts):
        """What to say of those that, alone, would be in doubt or something else."""
        remarks = []
        for part in parts:
            if beside := self._beside(part, parts):
                try:
                    alone = self.find(part)
                except ValueError:
                    alone = None
                if alone != beside:
                    remarks.append(told(part, self.lookup.labels[beside]))
        return remarks

    def current(self, record):
        if record.pk is None:
            return []
        related = list(getattr(record, self.name).all())
        for other in related:
            self.lookup.label(other)
        return sorted(other.pk for other in related)

    def shown(self, stored):
        return SEPARATOR.join(sorted(self.lookup.labels.get(pk, "") for pk in stored))

    def is_said(self, text, record):
        related = getattr(record, self.name).all()
        names = [canonical(self.lookup.said_of(other)) for other in related]
        return sorted(text.split(SEPARATOR)) == sorted(SEPARATOR.join(names).split(SEPARATOR))

    def assign(self, record, stored):
        """Links are written once the record is."""

    def links_besides(self, record, stored):
        """What the links of a record say, of those to other records than `stored`."""
        own, other = self.field.m2m_field_name(), self.field.m2m_reverse_field_name()
        through = self.field.remote_field.through
        found = through._base_manager.filter(**{own: record}).exclude(**{f"{other}__in": stored})
        kept = [f for f in through._meta.concrete_fields if not (f.primary_key or f.name == own)]
        return [{f.name: f.value_to_string(link) for f in kept} for link in found.order_by("pk")]

    def recall_links(self, record, kept):
        """Have what is about to be put back known."""

    def complete_links(self, record, kept):
        """Have links put back say what they said."""
        own, other = self.field.m2m_field_name(), self.field.m2m_reverse_field_name()
        through = self.field.remote_field.through
        links = {
            str(getattr(link, f"{other}_id")): link
            for link in through._base_manager.filter(**{own: record})
        }
        for values in kept:
            if link := links.get(values[other]):
                for name, text in values.items():
                    field = through._meta.get_field(name)
                    setattr(link, field.attname, field.to_python(text))
                link.save()

    def check(self, record):
        pass


def column_for(field, synonyms=(), words=None, is_code=False):
    """`words` are {value: other words for it}, of a field of a few values."""
    if is_code:
        return CodeColumn(field, synonyms)
    if field.many_to_many:
        return ManyColumn(field, synonyms)
    if field.is_relation:
        return ReferenceColumn(field, synonyms)
    return ChoiceColumn(field, synonyms, words) if field.choices else Column(field, synonyms)
