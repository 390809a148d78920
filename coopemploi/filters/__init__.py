"""The filters of every list: by words, by facets, in an order, applied to its catalogue.

A filter set says in French what it could not understand, and narrows nothing for it.
"""

from .fields import ValuesField, WordsField
from .filter_set import ListFilterSet
from .filters import (
    FacetFilter,
    ListFilter,
    OptionFilter,
    TabFilter,
    TextFilter,
    YearFilter,
    YesFilter,
)
from .shown import Choice, Facet, WayOut

__all__ = [
    "Choice",
    "Facet",
    "FacetFilter",
    "ListFilter",
    "ListFilterSet",
    "OptionFilter",
    "TabFilter",
    "TextFilter",
    "ValuesField",
    "WayOut",
    "WordsField",
    "YearFilter",
    "YesFilter",
]
