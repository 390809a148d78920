"""The names of the territories, filed by what people write of them."""

import re
from bisect import bisect_left
from collections import defaultdict
from typing import NamedTuple

from ..naming import (
    JOINING_WORDS,
    NAMED_WITH_KIND,
    SAID_WITH_KIND,
    SMALL_WORDS,
    URBAN,
    Reading,
    TypoIndex,
    key_of,
    readings,
    without_article,
    words_of,
)
from .geography import Kind


class Name(NamedTuple):
    pk: int
    text: str
    said_with_kind: bool  # « Die » alone is never the arrondissement


class Names:
    def __init__(self):
        self._full = defaultdict(list)  # key → [Name]
        self._short = defaultdict(dict)  # key → {pk: reason}
        self._former = defaultdict(dict)  # key → {pk: name}
        self._initials = defaultdict(set)
        self._by_word = defaultdict(list)
        self._commune_starts = []  # (name without its article, pk), sorted
        self._group_starts = []  # (key of a name of an EPCI, pk), sorted
        self._squashed = defaultdict(list)  # « grandangouleme » → keys
        self._typos = None

    # Learning

    def learn(self, territory):
        if territory.kind == Kind.COMMUNE:
            start = " ".join(without_article(words_of(territory.name)))
            self._commune_starts.append((start, territory.pk))
        elif territory.nature in URBAN:
            self._learn_initials(territory)
        for name in (territory.name, *territory.aliases):
            self.learn_name(territory, name)

    def _learn_initials(self, territory):
        """« MEL »; those of CC are shared by too many."""
        initials = "".join(word[0] for word in words_of(territory.name) if word not in SMALL_WORDS)
        if len(initials) > 2:
            self._initials[initials].add(territory.pk)

    def learn_name(self, territory, name):
        """File a name in full, and without what says the kind of the territory."""
        if territory.kind not in NAMED_WITH_KIND:
            said_with_kind = territory.kind in SAID_WITH_KIND
            self._file(territory, Reading(words_of(name)), said_with_kind)
            return
        for text, reason in _parts_of(name) if territory.kind == Kind.EPCI else [(name, "")]:
            for reading in readings(text):
                if reading.kinds and territory.kind not in reading.kinds:
                    continue
                if reason:
                    self._short[reading.key].setdefault(territory.pk, reason)
                else:
                    said_with_kind = bool(reading.kinds) and territory.kind in SAID_WITH_KIND
                    self._file(territory, reading, said_with_kind)

    def _file(self, territory, reading, said_with_kind):
        pk = territory.pk
        self._full[reading.key].append(Name(pk, reading.text, said_with_kind))
        if territory.kind == Kind.EPCI and reading.words[0] not in {"cc", "ca", "cu"}:
            self._group_starts.append((reading.key, pk))
        for word in reading.words:
            if word not in SMALL_WORDS:
                self._by_word[word].append(pk)

    def learn_former(self, former):
        if former.name:
            names = self._former[key_of(words_of(former.name))]
            names.setdefault(former.territory_id, former.name)

    def complete(self):
        """Once all are learnt, sort what is looked for by its beginning, or by its letters."""
        self._commune_starts.sort()
        self._group_starts.sort()
        for key in self._full:
            self._squashed[key.replace(" ", "")].append(key)
        self._typos = TypoIndex(self._squashed)

    # Looking up

    def full(self, key):
        return self._full.get(key, ())

    def short(self, key):
        """{pk: reason}"""
        return self._short.get(key, {})

    def former(self, key):
        """{pk: name}"""
        return self._former.get(key, {})

    def initials(self, text):
        return self._initials.get(text, ())

    def communes_starting(self, reading):
        """Loriol-sur-Drôme, of « Loriol »."""
        start = " ".join(without_article(reading.words)) + " "
        for name, pk in _starting(self._commune_starts, start):
            if name[len(start) :].split(maxsplit=1)[0] in JOINING_WORDS:
                yield pk

    def groups_starting(self, reading):
        return [pk for _, pk in _starting(self._group_starts, f"{reading.key} ")]

    def spelt(self, squashed):
        """The names written with these letters, whatever their spaces."""
        for key in self._squashed.get(squashed, ()):
            yield from self._full[key]

    def spelt_nearly(self, squashed):
        """The spellings one letter away."""
        return self._typos.near(squashed)

    def rarest(self, words):
        """For each of `words` that names have, the pk of those names; the rarest word first."""
        known = [word for word in sorted(words) if word in self._by_word]
        return sorted((self._by_word[word] for word in known), key=len)


def _starting(names, start):
    """Those of sorted (name, pk) pairs that begin so."""
    for position in range(bisect_left(names, (start, 0)), len(names)):
        if not names[position][0].startswith(start):
            return
        yield names[position]


def _parts_of(name):
    """An EPCI's official name, and the shorter names it holds: (text, reason or none)."""
    core = re.sub(r"\(.*?\)|''.*?''", " ", name)
    parts = [(core, ""), (re.sub(r"\(.*?\)", " ", name), "")]
    for inside in re.findall(r"\((.*?)\)|''(.*?)''", name):
        short = "".join(inside)
        # « CCPL » is that of several pays: an acronym in « CC » is nobody's name.
        if not short.startswith("CC"):
            parts.append((short, "sigle ou nom d'usage"))
    head = re.split(r"\s[-–]\s|\sen\s", core)[0]
    if head != core and len(key_of(words_of(head))) > 5:
        parts.append((head, "début du nom de l'intercommunalité"))
    return parts
