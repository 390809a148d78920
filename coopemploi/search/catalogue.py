"""The documents of a list in memory: filtered and counted by sets of bits.

Each process keeps a `Catalogue` per model, and brings it up to date with what was written
since. A set of records is a Python integer, the bit n of which stands for the n-th record:
a facet of 50 000 records is counted in microseconds, on any database. See
`docs/performance.md`.
"""

import threading
from collections import defaultdict

from django.contrib.auth.models import AnonymousUser

from .. import version
from ..publishing import reading_rights
from .models import Document, Edition

# Facets with tens of thousands of values, each of few records: kept as sets of numbers.
SPARSE = {"lieu", "acteur_porteur"}
# So few records are sorted by name rather than looked for among all of them.
FEW = 500
VISITOR = AnonymousUser()

_catalogues = {}
_editions = {}  # as last compared
_lock = threading.Lock()


def catalogues_of(*models):
    """The catalogues of `models`, up to date: see `version.editions`."""
    for model, (number, reload) in version.editions().items():
        known = _editions.get(model)
        if known is None or (known.number, known.reload) != (number, reload):
            _editions[model] = Edition(model=model, number=number, reload=reload)
    with _lock:
        return [_up_to_date(model, edition_of(model)) for model in models]


def catalogue_of(model):
    return catalogues_of(model)[0]


def edition_of(model):
    """The edition of a model's documents when catalogues were last brought up to date."""
    key = model._meta.label_lower
    return _editions.get(key) or Edition(model=key)


def forget():
    """Start anew: for tests, whose transactions are rolled back."""
    _catalogues.clear()
    _editions.clear()


def _up_to_date(model, edition):
    kept = _catalogues.get(model)
    if kept is None or kept.edition.reload != edition.reload:
        kept = _catalogues[model] = Catalogue(model)
    if kept.edition.number != edition.number:
        kept.read(edition)
    return kept


class Catalogue:
    def __init__(self, model):
        self.model, self.key = model, model._meta.label_lower
        self.edition = Edition(model=self.key)
        self.pks, self.names, self.dates = [], [], []
        self.everything = 0
        self._ordinals = {}  # pk → n
        self._documents = {}  # pk of a document → n
        self._facets = []  # n → its facets
        self._bits = defaultdict(dict)  # "theme" → "mobilite" → records
        self._sparse = defaultdict(dict)  # "lieu" → "1234" → numbers of records
        self._orders, self._kept = {}, {}

    # Reading what was written

    def read(self, edition):
        """Take in what was written since the edition at hand."""
        rows = (
            Document.objects.of(self.model)
            .filter(edition__gt=self.edition.number)
            .order_by("sort_name", "object_id")
            .values_list(
                "pk", "object_id", "status", "created_by", "facets", "sort_name", "sort_date"
            )
        )
        added, removed = defaultdict(list), defaultdict(list)
        for document, pk, status, author, facets, name, date in rows.iterator(chunk_size=5000):
            n = self._documents[document] = self._number_of(pk)
            facets = [*facets.split(" "), f"status:{status}", f"created_by:{author}"]
            for facet in self._facets[n]:
                removed[facet].append(n)
            for facet in facets:
                added[facet].append(n)
            self._facets[n] = facets
            self.names[n], self.dates[n] = name, date
        for facet, numbers in removed.items():
            self._remove(facet, numbers)
        for facet, numbers in added.items():
            self._add(facet, numbers)
        self.everything = (1 << len(self.pks)) - 1
        self._orders, self._kept = {}, {}
        self.edition = edition

    def _number_of(self, pk):
        if pk not in self._ordinals:
            self._ordinals[pk] = len(self.pks)
            self.pks.append(pk)
            self.names.append("")
            self.dates.append("")
            self._facets.append([])
        return self._ordinals[pk]

    def _add(self, facet, numbers):
        name, _, value = facet.partition(":")
        if name in SPARSE:
            self._sparse[name].setdefault(value, set()).update(numbers)
        else:
            facets = self._bits[name]
            facets[value] = facets.get(value, 0) | bits_at(numbers)

    def _remove(self, facet, numbers):
        name, _, value = facet.partition(":")
        if name in SPARSE:
            self._sparse[name][value].difference_update(numbers)
        else:
            self._bits[name][value] &= ~bits_at(numbers)

    # Sets of records

    def having(self, name, values):
        """The records that have one of the `values` of a facet."""
        found = 0
        if name in SPARSE:
            for value in values:
                if numbers := self.numbers_having(name, value):
                    found |= bits_at(numbers)
        else:
            for value in values:
                found |= self._bits[name].get(str(value), 0)
        return found

    def numbers_having(self, name, value):
        """The same for one value of a facet of few records each: numbers, not to be changed."""
        return self._sparse[name].get(str(value), set())

    def readable_by(self, user):
        """The records that `user` may read: see `publishing.reading_rights`."""
        rights = reading_rights(user)
        if rights is None:
            return self.everything
        found = 0
        for name, value in rights:
            found |= self.having(name, [value])
        return found

    def values(self, name):
        """All the values of a facet that some record has had."""
        facets = self._sparse if name in SPARSE else self._bits
        return list(facets[name])

    def keep(self, name, read, *, of=None):
        """What the function `read` gives, such as labels; kept until the next edition, of
        the documents of the model `of` too."""
        edition = of and edition_of(of)
        return self._keep(name, read, edition and (edition.number, edition.reload))

    def labels(self, name, read):
        """The same of what other records than those listed give, known to a list before any of
        its own has it; kept until the content of the site changes too."""
        return self._keep(name, read, version.last_read())

    def _keep(self, name, read, stamp):
        known = self._kept.get(name)
        if known is None or known[0] != stamp:
            known = self._kept[name] = stamp, read()
        return known[1]

    def counts(self, name, records):
        """{value: how many of the `records` have it}, zeros included."""
        facets = self._bits[name]
        return {value: (facets[value] & records).bit_count() for value in list(facets)}

    def places_of(self, n):
        """The keys of the territories where the n-th record is."""
        return [int(facet[5:]) for facet in self._facets[n] if facet.startswith("lieu:")]

    # Orders

    def by_name(self):
        numbers = range(len(self.pks))
        return self._order(
            "name", lambda: sorted(numbers, key=lambda n: (self.names[n], self.pks[n]))
        )

    def latest_recorded(self):
        numbers = range(len(self.pks))
        return self._order(
            "recorded", lambda: sorted(numbers, key=self.pks.__getitem__, reverse=True)
        )

    def by_date(self, *, latest_first):
        """Dated records by date, then the undated by name."""

        def ordered():
            dated = [n for n in range(len(self.pks)) if self.dates[n]]
            dated.sort(key=lambda n: (self.dates[n], self.pks[n]), reverse=latest_first)
            return dated + [n for n in self.by_name() if not self.dates[n]]

        return self._order(("date", latest_first), ordered)

    def _order(self, name, ordered):
        if name not in self._orders:
            self._orders[name] = ordered()
        return self._orders[name]

    def ordered(self, records, numbers):
        """The keys of those of the `numbers` that stand in `records`, one at a time."""
        has = self._digits(records)
        return (self.pks[n] for n in numbers if has[n] == "1")

    def in_name_order(self, records):
        """The numbers of the `records` by name, one at a time."""
        if records.bit_count() > FEW:
            has = self._digits(records)
            return (n for n in self.by_name() if has[n] == "1")
        return iter(sorted(numbers_of_bits(records), key=self._ranks().__getitem__))

    def _ranks(self):
        """n → the place of the n-th record by name."""

        def ranked():
            ranks = [0] * len(self.pks)
            for place, n in enumerate(self.by_name()):
                ranks[n] = place
            return ranks

        return self._order("ranks", ranked)

    def _digits(self, records):
        """A set of records as digits, that of the n-th at n, and a last 0."""
        return format(records, "b")[::-1].ljust(len(self.pks), "0") + "0"

    def having_key(self, pk):
        """The record of this key, if it is there."""
        return bits_at(self.numbers_of([pk]))

    def numbers_of(self, pks):
        return (self._ordinals[pk] for pk in pks if pk in self._ordinals)

    def readable_documents(self, documents, user):
        """Those of the documents, known by their own keys, that `user` may read."""
        has = self._digits(self.readable_by(user))
        return [document for document in documents if has[self._documents.get(document, -1)] == "1"]

    def numbers_of_documents(self, documents):
        found = map(self._documents.get, documents)
        return [n for n in found if n is not None]


def bits_at(numbers):
    """A set of bits; one pass at any size, where shifts would each copy the set."""
    numbers = list(numbers)
    if not numbers:
        return 0
    octets = bytearray(max(numbers) // 8 + 1)
    for n in numbers:
        octets[n >> 3] |= 1 << (n & 7)
    return int.from_bytes(octets, "little")


def numbers_of_bits(records):
    """The numbers that a set of bits holds, in order."""
    digits = format(records, "b")[::-1]
    numbers, n = [], digits.find("1")
    while n >= 0:
        numbers.append(n)
        n = digits.find("1", n + 1)
    return numbers
