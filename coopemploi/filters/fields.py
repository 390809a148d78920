"""What an address may ask of a list: never refused, cut or told in words when it must be."""

import django_filters
from django import forms

from ..search.text import storable

MOST_VALUES = 30  # of one facet, in an address
LONGEST_VALUE = 120
UNKNOWN = "« %(value)s » n'existe pas, ce filtre est ignoré."


class WordsField(forms.CharField):
    """Words to search: never refused, cut when too long."""

    MAX_LENGTH = 200

    def __init__(self, **kwargs):
        attrs = {"maxlength": self.MAX_LENGTH}
        defaults = {"required": False, "widget": forms.SearchInput(attrs=attrs)}
        super().__init__(**{**defaults, **kwargs})

    def to_python(self, value):
        return storable(super().to_python(value)).strip()[: self.MAX_LENGTH]


class ValuesField(forms.MultipleChoiceField):
    """Several values of a facet; the filter set tells those that are known."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, **kwargs})

    def clean(self, value):
        values = [storable(item)[:LONGEST_VALUE].strip() for item in (value or [])]
        return list(dict.fromkeys(filter(None, values)))[:MOST_VALUES]


class OptionField(django_filters.ChoiceFilter.field_class):
    """One value among those of the list, in its words when it is none of them."""

    default_error_messages = {"invalid_choice": UNKNOWN}

    def to_python(self, value):
        return storable(super().to_python(value))[:LONGEST_VALUE]
