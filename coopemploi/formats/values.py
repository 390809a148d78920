"""What a person writes, as the value of a model field; French messages otherwise."""

import datetime
import difflib
import re
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import models

from ..dates import PartialDate
from ..fields import LinesField, PartialDateField
from .nodes import Items, Scalar, comparable

_BOOLEANS = {"oui": True, "true": True, "vrai": True, "non": False, "false": False, "faux": False}
_MOST_DIGITS = 18  # before the point: what a column of integers holds
_TIME = re.compile(r"(\d{1,2}) ?[:h] ?(?:(\d{2})(?::[0-5]\d)?)?")
# How a spreadsheet holds hours, and days: shown so once a cell lost its format.
_PART_OF_DAY = re.compile(r"0[.,]\d{1,20}")
_DAY_NUMBER = re.compile(r"([2-7]\d{4})(?:[.,]\d+)?")
_DAY_ZERO = datetime.date(1899, 12, 30)


def read_value(field, node):
    """The value of `node` for `field`, its default when empty. Raise ValueError."""
    if isinstance(field, LinesField):
        return _read_lines(node)
    if not isinstance(node, Scalar):
        raise ValueError("un seul texte est attendu ici.")
    text = node.text
    if not text:
        return field.get_default()
    if field.choices:
        return _read_choice(field, text)
    for kind, read in _READERS.items():
        if isinstance(field, kind):
            return read(text)
    try:
        value = field.to_python(text)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from error
    if isinstance(value, str) and field.max_length and len(value) > field.max_length:
        # Checked here since Django leaves the length of a TextField to its form.
        raise ValueError(f"{len(value)} caractères, {field.max_length} au plus.")
    return value


def texts_of(node):
    """The texts of a list."""
    if isinstance(node, Items) and all(isinstance(item, Scalar) for item in node.values):
        return [item.text for item in node.values]
    if isinstance(node, Scalar) and not node.text:
        return []
    raise ValueError("une liste est attendue ici : un tiret par élément.")


def suggestion(written, known):
    """ " (vouliez-vous dire « … » ?)" when something near is known, else ""."""
    by_comparable = {comparable(name): name for name in known}
    near = difflib.get_close_matches(comparable(written), by_comparable, n=1)
    return f" (vouliez-vous dire « {by_comparable[near[0]]} » ?)" if near else ""


def _read_lines(node):
    return [line for text in texts_of(node) if (line := " ".join(text.split()))]


def _read_choice(field, text):
    values = {}
    for value, label in field.flatchoices:
        values[comparable(str(value))] = value
        values.setdefault(comparable(str(label)), value)
    try:
        return values[comparable(text)]
    except KeyError:
        labels = [label for value, label in field.flatchoices if value]
        raise ValueError(
            f"« {text} » n'est pas un choix possible{suggestion(text, labels)}. "
            f"Choix : {', '.join(labels)}."
        ) from None


def _read_boolean(text):
    try:
        return _BOOLEANS[comparable(text)]
    except KeyError:
        raise ValueError(f"« {text} » : écrivez oui ou non.") from None


def _read_decimal(text):
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        number = None
    if number is None and text.endswith(("%", "€")):
        raise ValueError(f"« {text} » : écrivez le nombre seul ; l'unité a sa propre colonne.")
    if number is None or not number.is_finite():
        raise ValueError(f"« {text} » n'est pas un nombre.")
    # The digits are counted first: to compute with 1e999999 fails, or fills the memory.
    if number and number.adjusted() >= _MOST_DIGITS:
        raise ValueError("ce nombre a trop de chiffres.")
    return number


def _read_integer(text):
    number = _read_decimal(text)
    if number % 1:
        raise ValueError(f"« {text} » n'est pas un nombre entier.")
    return int(number)


def _read_date(text):
    if found := _DAY_NUMBER.fullmatch(text):
        # Not read: some workbooks count from 1904.
        day = _DAY_ZERO + datetime.timedelta(days=int(found[1]))
        raise ValueError(
            f"« {text} » est une date que le tableur a laissée en nombre (le {day:%d/%m/%Y} ?) : "
            "donnez à cette colonne le format date."
        )
    return PartialDate.parse(text)


def _read_time(text):
    if _PART_OF_DAY.fullmatch(text):
        minutes = round(float(text.replace(",", ".")) * 24 * 60)
        text = f"{minutes // 60}:{minutes % 60:02}"
    found = _TIME.fullmatch(text)
    try:
        return datetime.time(int(found[1]), int(found[2] or 0))
    except (TypeError, ValueError):
        raise ValueError(f"« {text} » n'est pas une heure : écrivez par exemple 14:30.") from None


_READERS = {
    PartialDateField: _read_date,
    models.BooleanField: _read_boolean,
    models.DecimalField: _read_decimal,
    models.FloatField: lambda text: float(_read_decimal(text)),
    models.IntegerField: _read_integer,
    models.TimeField: _read_time,
}
