"""A field of a model that fits in one cell: what the cell says of it, both ways.

A value is `stored` in a batch as JSON holds it, and `shown` as a cell writes it.
"""

import logging
import re

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models

from ...dates import PartialDate
from ...fields import LinesField, PartialDateField
from ...formats.nodes import Items, Place, Scalar
from ...formats.printable import printable
from ...formats.tables import SEPARATOR, flat
from ...formats.values import read_value
from .. import meanings
from ..contacts import refuse_address, refuse_contact, says_contact_at_length
from ..readers import CALCULATION_ERROR
from ..variants import told

logger = logging.getLogger(__name__)

# The most that a cell of a spreadsheet holds: a longer text was cut.
LONGEST_CELL = 32_767
NO_ADDRESS = (
    "ce n'est pas l'adresse d'un site : écrivez par exemple www.example.org, ou videz la case."
)
_NOWHERE = Place("", 0)
MEANINGS = ((models.URLField, meanings.web_address), (PartialDateField, meanings.date))


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
        self.meaning = next((read for kind, read in MEANINGS if isinstance(field, kind)), str)
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
        if isinstance(self.field, models.DecimalField) and stored and other:
            return self.value(stored) == self.value(other)  # 12.5, and 12.5000 once saved
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
        return value.as_input if isinstance(value, PartialDate) else str(flat(value))

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
        if isinstance(self.field, PartialDateField) and self.meaning(text) != text:
            return [told(text, self.shown(self.stored(text)))]
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
        try:
            self.field.clean(raw, record)
        except ValidationError:
            if isinstance(self.field, models.URLField):
                raise ValidationError(NO_ADDRESS) from None
            raise


class CodeColumn(Column):
    """Official codes, which have digits as a telephone has; of several, one after another."""

    refuse_contact = staticmethod(refuse_address)
    separators = r"[|\n;,\s]+"
