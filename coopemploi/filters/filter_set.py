"""A list: what its filters keep together, in which order, and what it shows of them."""

from functools import cached_property, partial
from itertools import islice

import django_filters
from django.http import QueryDict

from ..batches import batched
from ..search import synonyms
from ..search.catalogue import catalogues_of
from ..search.spelling import corrected
from ..search.text import normalise
from .fields import UNKNOWN, WordsField
from .filters import FacetFilter, ListFilter, SortFilter, TabFilter, TextFilter, UnfoldedFilter
from .shown import Chip, Facet, Sort, WayOut


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
    former_names = {}  # of filters, in addresses that people kept: {former: today's}

    q = TextFilter(label="Mots")
    tri = SortFilter()
    tout = UnfoldedFilter()

    def __init__(self, request, cards, *, catalogue=None, within=None, default_sort=None):
        self.user, self.cards = request.user, cards
        self.default_sort = default_sort or self.default_sort
        self.catalogue = catalogue or catalogues_of(cards.model)[0]
        self.tab = within  # the records of the tab shown, when there are tabs
        # Not as the parent does, which copies every filter and makes a class of form each time.
        self.is_bound, self.data, self.form_prefix = True, self._todays(request.GET), None
        self.filters = self.base_filters
        self.form.is_valid()
        self.values = {name: self.form.cleaned_data.get(name) for name in self.filters}

    def _todays(self, query):
        """The address with the names that filters have today."""
        former = [name for name in self.former_names if name in query]
        if former:
            query = query.copy()
        for name in former:
            query.setlistdefault(self.former_names[name]).extend(query.pop(name))
        return query

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
        return [facet for facet in facets if facet.choices and not self._is_idle(facet)]

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

    def _is_idle(self, facet):
        """Whether every record has its only value: choosing it would narrow nothing."""
        first, *others = facet.choices
        is_asked = facet.selected or facet.errors
        return not (others or facet.folded or is_asked) and first.count == self.count

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
    def misunderstood(self):
        """What the address asks and the list does not understand: « Réseau « x » »."""
        asked = {name: " ".join(self.data.getlist(name))[:80] for name in self.errors}
        return [f"{self.form[name].label or name} « {value} »" for name, value in asked.items()]

    @property
    def is_active(self):
        return bool(self.selections)

    @cached_property
    def has_nothing(self):
        """Whether there is nothing to search in, on any tab, and nothing was asked."""
        asked = (name for name, value in self.values.items() if value)
        is_asked = not all(isinstance(self.filters[name], TabFilter) for name in asked)
        return not (is_asked or self.errors or self.catalogue.readable_by(self.user))

    @property
    def cleared_query(self):
        """The query of the same tab without any filter."""
        query = QueryDict(mutable=True)
        for name, shown in self.filters.items():
            if isinstance(shown, TabFilter) and self.data.get(name):
                query[name] = self.data[name]
        return query.urlencode()
