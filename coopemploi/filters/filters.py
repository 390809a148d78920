"""The filters: what each keeps of a catalogue, and how what is chosen is called."""

import re

import django_filters
from django import forms

from ..search import ranking, synonyms
from ..search.text import normalise
from .fields import OptionField, ValuesField, WordsField
from .shown import Choice

MOST_SHOWN = 12  # values of a facet that is not unfolded, chosen ones apart
_YEAR = re.compile(r"(19|20)\d\d")


class ListFilter(django_filters.Filter):
    """A filter of a catalogue."""

    def select(self, filters, value):
        """The records it keeps, as a set of bits; None when it narrows nothing."""
        return

    def chips(self, filters, value):
        """What is chosen, as (value in the address, label)."""
        return []

    def without(self, filters, value):
        """How the list is called without it."""
        return f"Sans {', '.join(label for _, label in self.chips(filters, value))}"


class TextFilter(ListFilter):
    """Records whose searchable text holds every word, whole or begun."""

    field_class = WordsField

    def select(self, filters, value):
        return filters.ranked.records if normalise(value) else None

    def rank(self, catalogue, value):
        return ranking.Ranked(catalogue, synonyms.read_query(value), value)

    def chips(self, filters, value):
        return [(value, f"« {value} »")] if value else []


class FacetFilter(ListFilter):
    """Records that have one of several values.

    `labels` are choices, or a function of the catalogue that gives {value: label}.
    """

    field_class = ValuesField

    def __init__(self, facet, label, labels, *, latest_first=False, **kwargs):
        self.facet, self.labels, self.latest_first = facet, labels, latest_first
        super().__init__(label=label, **kwargs)

    def labels_of(self, filters):
        if callable(self.labels):
            return self.labels(filters.catalogue)
        return {str(value): label for value, label in self.labels}

    def select(self, filters, value):
        known = self.known(filters, value)
        return filters.catalogue.having(self.facet, known) if known else None

    def known(self, filters, values):
        labels = self.labels_of(filters)
        return [value for value in values if value in labels]

    def unknown(self, filters, values):
        labels = self.labels_of(filters)
        return [value for value in values if value not in labels]

    def chips(self, filters, value):
        labels = self.labels_of(filters)
        return [(known, labels[known]) for known in self.known(filters, value)]

    def choices(self, filters, selected, within):
        """The values of the whole list, each with its count `within` a set of records."""
        catalogue = filters.catalogue
        readable = filters.readable_counts(self.facet)
        is_whole = within == filters.readable
        counts = readable if is_whole else catalogue.counts(self.facet, within)
        labels = self.labels_of(filters)
        shown = [
            Choice(value, label, counts.get(value, 0), value in selected)
            for value, label in labels.items()
            if readable.get(value) or value in selected
        ]
        return shown[::-1] if self.latest_first else shown

    def most_useful(self, choices):
        """Those of a long facet that keep most records, in its order, and those chosen."""
        if self.latest_first:
            kept = choices[:MOST_SHOWN]
        else:
            kept = sorted(choices, key=lambda choice: -choice.count)[:MOST_SHOWN]
        values = {choice.value for choice in kept}
        return [each for each in choices if each.value in values or each.is_selected]


class YesFilter(FacetFilter):
    """A facet of one value, « oui »."""

    def __init__(self, facet, label, **kwargs):
        super().__init__(facet, label, [("oui", label)], **kwargs)


class YearFilter(FacetFilter):
    def __init__(self, label="Année", **kwargs):
        super().__init__("annee", label, None, latest_first=True, **kwargs)

    def labels_of(self, filters):
        """Those that one may read of, and those asked for: a year may have nothing, and must
        not tell that only drafts have it."""
        readable = filters.readable_counts(self.facet)
        asked = filter(_YEAR.fullmatch, filters.values[self.field_name] or ())
        years = {year for year, count in readable.items() if count} | set(asked)
        return {year: year for year in sorted(years)}


class OptionFilter(ListFilter, django_filters.ChoiceFilter):
    """A choice that changes what another filter keeps."""

    field_class = OptionField

    def chips(self, filters, value):
        return [(value, dict(self.extra["choices"])[value])] if value else []


class TabFilter(django_filters.ChoiceFilter):
    """Which tab of a list is shown: kept in the address, applied by the view."""

    field_class = OptionField

    def __init__(self, **kwargs):
        super().__init__(widget=forms.HiddenInput, **kwargs)


class SortFilter(ListFilter):
    """In which order; the filter set says which there are, and when."""

    field_class = WordsField

    def __init__(self, **kwargs):
        super().__init__(label="Trier par", **kwargs)


class UnfoldedFilter(ListFilter):
    """Which facet shows all its values; the others show the most useful of theirs."""

    field_class = WordsField

    def __init__(self, **kwargs):
        super().__init__(widget=forms.HiddenInput, **kwargs)
