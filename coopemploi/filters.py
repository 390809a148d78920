"""The filters of every list: by words, by facets, in an order, applied to its catalogue.

A filter set says in French what it could not understand, and narrows nothing for it.
"""

import re
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice

import django_filters
from django import forms
from django.http import QueryDict

from .batches import batched
from .search import ranking, synonyms
from .search.catalogue import catalogues_of
from .search.spelling import corrected
from .search.text import normalise, storable

MOST_VALUES = 30  # of one facet, in an address
MOST_SHOWN = 12  # values of a facet that is not unfolded, chosen ones apart
LONGEST_VALUE = 120
_YEAR = re.compile(r"(19|20)\d\d")
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


@dataclass(frozen=True)
class Choice:
    """A value of a facet, as the list shows it."""

    value: str
    label: str
    count: int
    is_selected: bool

    @property
    def is_disabled(self):
        return not self.count and not self.is_selected


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


@dataclass(frozen=True)
class Facet:
    name: str  # in the address
    label: str
    choices: list
    folded: int  # how many more values there are
    selected: int  # how many values are chosen
    is_open: bool
    errors: tuple = ()  # on what the address asks of it


@dataclass(frozen=True)
class Chip:
    label: str
    query: str  # of the address without it
    kind: str = ""


@dataclass(frozen=True)
class WayOut:
    """Where to look instead, when a list is empty."""

    label: str
    query: str
    count: int


@dataclass(frozen=True)
class Sort:
    name: str
    label: str
    is_current: bool


class SharedFields(dict):
    """The fields of a form, that each form shares: none changes with what is asked.

    Copying twenty of them takes as long as reading what is asked of them.
    """

    def __deepcopy__(self, memo):
        return dict(self)


class ListFilterSet(django_filters.FilterSet):
    """A list: its filters, its facets and its order, over the catalogue of its model.

    `user` decides what may be read. `cards`, a `Listed`, gives the rows of a page.
    """

    SORTS = {
        "pertinence": "pertinence",
        "recent": "le plus récent",
        "date": "date",
        "proximite": "proximité",
        "nom": "A → Z",
    }
    sorts = ("recent", "nom")
    default_sort = "nom"
    words = "q"
    first_facets = ()  # those that stand first, unfolded

    q = TextFilter(label="Mots")
    tri = SortFilter()
    tout = UnfoldedFilter()

    def __init__(self, request, cards, *, catalogue=None, within=None, default_sort=None):
        self.user, self.cards = request.user, cards
        self.default_sort = default_sort or self.default_sort
        self.catalogue = catalogue or catalogues_of(cards.model)[0]
        self.tab = within  # the records of the tab shown, when there are tabs
        # Not as the parent does, which copies every filter and makes a class of form each time.
        self.is_bound, self.data, self.form_prefix = True, request.GET, None
        self.filters = self.base_filters
        self.form.is_valid()
        self.values = {name: self.form.cleaned_data.get(name) for name in self.filters}

    def get_form_class(self):
        kind = type(self)
        if "_form_class" not in vars(kind):
            kind._form_class = super().get_form_class()
            kind._form_class.base_fields = SharedFields(kind._form_class.base_fields)
        return kind._form_class

    # What is kept

    @cached_property
    def readable(self):
        readable = self.catalogue.readable_by(self.user)
        return readable if self.tab is None else readable & self.tab

    def readable_counts(self, facet):
        """The counts of a facet in the whole list; those of visitors are kept."""
        if self.tab is not None or self.user.is_authenticated:
            return self.catalogue.counts(facet, self.readable)
        read = partial(self.catalogue.counts, facet, self.readable)
        return self.catalogue.keep(("counts", facet), read)

    @cached_property
    def ranked(self):
        """What answers the words typed, a `Ranked`; None without words."""
        value = self.values[self.words]
        if not normalise(value or ""):
            return None
        return self.filters[self.words].rank(self.catalogue, value)

    @cached_property
    def selections(self):
        """{filter: the records it keeps}, of those that narrow the list."""
        selected = {
            name: shown.select(self, self.values[name])
            for name, shown in self.filters.items()
            if isinstance(shown, ListFilter) and self.values.get(name)
        }
        return {name: bits for name, bits in selected.items() if bits is not None}

    def kept_but_for(self, *names):
        """The readable records that every filter keeps, some left out."""
        kept = self.readable
        for name, bits in self.selections.items():
            if name not in names:
                kept &= bits
        return kept

    @cached_property
    def kept(self):
        return self.kept_but_for()

    @property
    def count(self):
        return self.kept.bit_count()

    # In which order

    @cached_property
    def current_sort(self):
        asked = self.values.get("tri")
        if asked in self.possible_sorts:
            return asked
        return "pertinence" if self.ranked is not None else self.default_sort

    @property
    def possible_sorts(self):
        return [*(["pertinence"] if self.ranked is not None else []), *self.sorts]

    @property
    def known_sorts(self):
        """Those of the list, at all times: what some need may have been taken off since."""
        return ["pertinence", *self.sorts]

    @property
    def sort_choices(self):
        return [
            Sort(name, self.SORTS[name], name == self.current_sort) for name in self.possible_sorts
        ]

    @property
    def pks(self):
        """The keys of the whole list in order, one at a time."""
        return self.catalogue.ordered(self.kept, self.order(self.current_sort))

    def order(self, sort):
        """The numbers of the records in this order, those kept at least."""
        if sort == "pertinence":
            return self.ranked
        if sort == "nom":
            return self.catalogue.by_name()
        return self.catalogue.by_date(latest_first=sort == "recent")

    def rows(self, pks):
        """The records `pks`, in that order."""
        return self.cards.rows(self.user, pks)

    def __len__(self):
        return self.count

    def __getitem__(self, wanted):
        """A slice of the list: its records."""
        if not isinstance(wanted, slice):  # a template that looks for an attribute
            raise TypeError("A list of filters gives its records by slices.")
        return self.rows(list(islice(self.pks, wanted.start, wanted.stop)))

    def stream(self, queryset, size):
        """All the records in order as `queryset` gives them, `size` at a time in memory."""
        for pks in batched(self.pks, size):
            found = queryset.order_by().in_bulk(pks)
            yield from (found[pk] for pk in pks if pk in found)

    # What is shown of the filters

    @cached_property
    def facets(self):
        facets = [
            self._facet(name, shown)
            for name, shown in self.filters.items()
            if isinstance(shown, FacetFilter)
        ]
        facets.sort(key=lambda facet: facet.name not in self.first_facets)
        return [facet for facet in facets if facet.choices]

    def _facet(self, name, shown):
        selected = shown.known(self, self.values[name])
        choices = shown.choices(self, selected, self.kept_but_for(name))
        is_unfolded = name == self.values["tout"]
        kept = choices if is_unfolded else shown.most_useful(choices)
        errors = tuple(self.errors.get(name, ()))
        return Facet(
            name,
            shown.label,
            kept,
            len(choices) - len(kept),
            len(selected),
            is_open=bool(selected or errors) or is_unfolded or name in self.first_facets,
            errors=errors,
        )

    @property
    def chosen_count(self):
        return sum(facet.selected for facet in self.facets)

    @cached_property
    def chips(self):
        return [
            Chip(label, self.query_without(name, value))
            for name, shown in self.filters.items()
            if isinstance(shown, ListFilter)
            for value, label in shown.chips(self, self.values[name])
        ]

    def query_without(self, name, value):
        """The address without one value of a filter."""
        query = self.data.copy()
        query.pop("page", None)
        query.setlist(name, [one for one in query.getlist(name) if one.strip() != value])
        return query.urlencode()

    @cached_property
    def ways_out(self):
        """Near an empty list, those that are not: a word spelt otherwise, a filter less."""
        return [] if self.count else [way for way in self.wider() if way.count]

    def wider(self):
        """The lists nearby, as `WayOut`s, those of them that are empty too included."""
        if spelt := self._otherwise_spelt():
            found = self.filters[self.words].rank(self.catalogue, spelt)
            kept = found.records & self.kept_but_for(self.words)
            query = self.query_with(**{self.words: spelt})
            yield WayOut(f"Avec « {spelt} »", query, kept.bit_count())
        for name in self.selections:
            label = self.filters[name].without(self, self.values[name])
            kept = self.kept_but_for(name)
            yield WayOut(label, self.query_with(**{name: None}), kept.bit_count())

    def _otherwise_spelt(self):
        """What the words typed may have meant, when nothing holds them."""
        if self.ranked is None or self.ranked.records:
            return None
        return corrected(self.values[self.words], synonyms.reader())

    def query_with(self, **values):
        """The address with some values in place of its own, None to remove one."""
        query = self.data.copy()
        for name, value in {"page": None, **values}.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return query.urlencode(safe=":")

    @cached_property
    def errors(self):
        """{filter: what it cannot understand of the address, in words}."""
        found = {name: list(errors) for name, errors in self.form.errors.items()}
        for name, shown in self.filters.items():
            asked = isinstance(shown, FacetFilter) and self.values[name]
            if asked and (unknown := shown.unknown(self, asked)):
                found[name] = [UNKNOWN % {"value": value} for value in unknown]
        if (tri := self.values.get("tri")) and tri not in self.known_sorts:
            found["tri"] = [f"« {tri[:40]} » n'existe pas, la liste est dans l'ordre habituel."]
        return found

    @property
    def status(self):
        """Of the page: what it cannot understand is said there, and found by machines."""
        return 400 if self.errors else 200

    @cached_property
    def ignored(self):
        """What the list does not follow of the address, in words."""
        said = []
        if len(self.data.get(self.words, "")) > WordsField.MAX_LENGTH:
            said.append(
                f"Votre recherche dépasse {WordsField.MAX_LENGTH} caractères : "
                "seul le début a été cherché."
            )
        for name, errors in self.errors.items():
            said += [f"{self.form[name].label or name} : {error}" for error in errors]
        return said

    @property
    def is_active(self):
        return bool(self.selections)

    @property
    def cleared_query(self):
        """The query of the same tab without any filter."""
        query = QueryDict(mutable=True)
        for name, shown in self.filters.items():
            if isinstance(shown, TabFilter) and self.data.get(name):
                query[name] = self.data[name]
        return query.urlencode()
