"""Free-text names meet the referential: « CdC du Bazadais » is epci:200043982.

A name resolves to one territory, or to none. What is ambiguous or unknown gives ranked
candidates, each with its reason, and no match: somebody chooses.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import Count, F, Max, Model, Sum
from django.db.models.functions import Length
from django.utils import timezone

from coopemploi.vocabulary.models import GlossaryTerm

from .models import Actor, Containment, FormerCode, Territory
from .naming import (
    FORMER_REGIONS,
    JOINING_WORDS,
    METROPOLES,
    NAMED_WITH_KIND,
    REGION_ABBREVIATIONS,
    REGION_ABBREVIATIONS_AFTER_KIND,
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

Kind, Nature = Territory.Kind, Territory.Nature

LONGEST_NAME = 300  # characters read
MOST_CANDIDATES = 8

# How sure each way of recognising a name is, from 0 to 1.
CODE = 1.0
SAME_WORDS = 0.98
SAME_KEY = 0.95
FORMER_NAME = 0.9
SHORT_NAME = 0.85
BEGINNING = 0.8
ONE_LETTER = 0.85
AMBIGUOUS = 0.6  # and below: never a match
OUT_OF_CONTEXT = 0.3
ENDED = 0.3
RESEMBLING = 0.4
LEAST_SHARE = 1 / 3  # of the words of two names: « Oullins », now Oullins-Pierre-Bénite

# A homonym this many times more populated, and a town, is the one meant.
DOMINANT_RATIO = 10
DOMINANT_POPULATION = 20_000
# Under these, a bare word is as likely to mean something else.
VILLAGE = 5_000
SHORTEST_MISSPELT_WORD = 10
COUNTRY_ENDINGS = ("ois", "ais")
# « Bretagne », « Creuse »: the area, not the village of the same name.
AREA_RATIO = 100

_AREAS = {Kind.REGION, Kind.DEPARTEMENT, Kind.COM}


class Candidate(NamedTuple):
    record: Model  # a Territory here; an Actor or a Person in `party_reconciliation`
    confidence: float
    reason: str  # in French, shown to who chooses


@dataclass(frozen=True)
class Resolution:
    match: Model | None = None
    candidates: list[Candidate] = field(default_factory=list)  # best first, the match included
    confidence: float = 0.0  # of the match

    @property
    def is_ambiguous(self):
        return self.match is None and len(self.candidates) > 1


class _Name(NamedTuple):
    pk: int
    text: str
    said_with_kind: bool  # « Die » alone is never the arrondissement


@dataclass(frozen=True)
class _Hit:
    quality: float
    reason: str


class Reconciler:
    """The names of the territories at a moment, held in memory to resolve many names."""

    _shared = (None, None)  # stamp, reconciler

    @classmethod
    def shared(cls):
        """The reconciler of this process, loaded again once the referential has changed."""
        stamp = _stamp()
        kept, reconciler = cls._shared
        if kept != stamp:
            reconciler = cls()
            cls._shared = (stamp, reconciler)
        return reconciler

    def __init__(self, today=None):
        self._today = today or timezone.localdate()
        self._territories = {}
        self._containers = {}
        self._names = defaultdict(list)  # key → [_Name]
        self._short_names = defaultdict(dict)  # key → {pk: reason}
        self._former_names = defaultdict(dict)  # key → {pk: name}
        self._abbreviations = defaultdict(set)  # words → {pk}
        self._abbreviations_after_kind = defaultdict(set)
        self._codes = defaultdict(dict)  # code → {pk: reason}
        self._postal_codes = defaultdict(set)
        self._area_codes = {}  # (kind, code) → pk
        self._mains = defaultdict(set)  # commune → EPCI it is the most populated of
        self._by_word = defaultdict(list)
        self._initials = defaultdict(set)
        self._starts = []  # (name of a commune without its article, pk), sorted
        self._group_starts = []  # (key of a name of an EPCI, pk), sorted
        self._load()
        self._starts.sort()
        self._group_starts.sort()
        self._squashed = defaultdict(list)  # « grandangouleme » → keys
        for key in self._names:
            self._squashed[key.replace(" ", "")].append(key)
        self._typos = TypoIndex(self._squashed)

    # Loading

    def _load(self):
        territories = Territory.objects.only(
            "kind",
            "nature",
            "name",
            "code",
            "slug",
            "aliases",
            "postal_codes",
            "population",
            "valid_until_latest",
        ).order_by("pk")
        for territory in territories.iterator():
            self._territories[territory.pk] = territory
            self._learn_codes(territory)
            if territory.kind == Kind.COMMUNE:
                start = " ".join(without_article(words_of(territory.name)))
                self._starts.append((start, territory.pk))
            elif territory.nature in URBAN:
                self._learn_initials(territory)
            for name in (territory.name, *territory.aliases):
                self._learn_name(territory, name)
        self._learn_containers()
        for code in FormerCode.objects.select_related(None).order_by("pk").iterator():
            self._learn_former(code)
        self._learn_governing_actors()
        self._learn_region_abbreviations()
        self._find_main_communes()

    def _learn_containers(self):
        links = Containment.objects.exclude(container=F("contained"))
        rows = links.order_by("contained").values_list("contained_id", "container_id")
        same = {}  # the communes of an EPCI share one set: a third of the memory
        for contained, group in groupby(rows.iterator(), key=itemgetter(0)):
            containers = frozenset(container for _, container in group)
            self._containers[contained] = same.setdefault(containers, containers)

    def _learn_codes(self, territory):
        code = territory.code.casefold()
        if territory.kind in _AREAS:
            self._area_codes[territory.kind, code] = territory.pk
        elif code and territory.kind != Kind.ARRONDISSEMENT:
            self._codes[code][territory.pk] = f"code officiel {territory.code}"
        for postal_code in territory.postal_codes:
            self._postal_codes[postal_code].add(territory.pk)

    def _learn_initials(self, territory):
        """« MEL »; those of CC are shared by too many."""
        initials = "".join(word[0] for word in words_of(territory.name) if word not in SMALL_WORDS)
        if len(initials) > 2:
            self._initials[initials].add(territory.pk)

    def _learn_name(self, territory, name):
        """File a name in full, and without what says the kind of the territory."""
        if territory.kind not in NAMED_WITH_KIND:
            said_with_kind = territory.kind in SAID_WITH_KIND
            self._file(territory.pk, Reading(words_of(name)), said_with_kind)
            return
        for text, reason in _parts_of(name) if territory.kind == Kind.EPCI else [(name, "")]:
            for reading in readings(text):
                if reading.kinds and territory.kind not in reading.kinds:
                    continue
                if reason:
                    self._short_names[reading.key].setdefault(territory.pk, reason)
                else:
                    said_with_kind = bool(reading.kinds) and territory.kind in SAID_WITH_KIND
                    self._file(territory.pk, reading, said_with_kind)

    def _file(self, pk, reading, said_with_kind):
        self._names[reading.key].append(_Name(pk, reading.text, said_with_kind))
        if self._territories[pk].kind == Kind.EPCI and reading.words[0] not in {"cc", "ca", "cu"}:
            self._group_starts.append((reading.key, pk))
        for word in reading.words:
            if word not in SMALL_WORDS:
                self._by_word[word].append(pk)

    def _learn_former(self, former):
        reason = f"ancien code {former.code}"
        self._codes[former.code.casefold()].setdefault(former.territory_id, reason)
        if former.name:
            names = self._former_names[key_of(words_of(former.name))]
            names.setdefault(former.territory_id, former.name)

    def _learn_governing_actors(self):
        """A collectivité's own sheet brings its other names: « VGA », and its SIREN."""
        actors = Actor.objects.published().exclude(governs=None).order_by("pk")
        for actor in actors.only("name", "aliases", "siren", "governs"):
            territory = self._territories[actor.governs_id]
            for name in (actor.name, *actor.aliases):
                self._learn_name(territory, name)
            if actor.siren:
                self._codes[actor.siren].setdefault(territory.pk, f"SIREN {actor.siren}")

    def _learn_region_abbreviations(self):
        regions = {}
        for (kind, code), pk in self._area_codes.items():
            if kind != Kind.REGION:
                continue
            regions[key_of(words_of(self._territories[pk].name))] = pk
            for text in REGION_ABBREVIATIONS.get(code, ()):
                self._abbreviations[text].add(pk)
            for text in REGION_ABBREVIATIONS_AFTER_KIND.get(code, ()):
                self._abbreviations_after_kind[text].add(pk)
        for term in GlossaryTerm.objects.order_by("pk").only("term", "expansions", "aliases"):
            for expansion in term.expansions:
                if pk := regions.get(key_of(words_of(expansion))):
                    for text in (term.term, *term.aliases):
                        words = words_of(text)
                        # « NA » alone also says that there is nothing to say.
                        if words and key_of(words) != "na":
                            self._abbreviations[" ".join(words)].add(pk)

    def _find_main_communes(self):
        main = {}
        for pk, containers in self._containers.items():
            commune = self._territories[pk]
            if commune.kind != Kind.COMMUNE:
                continue
            for container in containers:
                if self._territories[container].kind != Kind.EPCI:
                    continue
                known = main.get(container)
                if known is None or self._population(pk) > self._population(known):
                    main[container] = pk
        for epci, commune in main.items():
            self._mains[commune].add(epci)

    # Resolving

    def resolve(self, name, context="", kinds=None):
        """The territory that `name` means, in the light of `context`, among `kinds`.

        `context` is free text that tells homonyms apart: « Drôme », « (26) ».
        """
        name, context = name[:LONGEST_NAME], context[:LONGEST_NAME]
        wanted = frozenset(kinds or ())
        places = self._places_in(context)
        outside, near = {}, []
        for text, inner, needs_place in _splits(name):
            inner_places = self._places_in(inner) if inner else []
            if needs_place and not inner_places:
                continue
            around = places + inner_places
            found = [among for reading in readings(text) if (among := reading.among(wanted))]
            for hits, reading, decide in self._attempts(found):
                if inside := self._inside(hits, around):
                    return decide(inside, reading, bool(around))
                outside = {**hits, **outside}
            near += found
        if outside:
            return self._without_match(
                [
                    (pk, OUT_OF_CONTEXT, f"{hit.reason}, mais {self._why_outside(pk)}")
                    for pk, hit in outside.items()
                ]
            )
        return self._resembling(near)

    def _attempts(self, found):
        """What each reading may mean, the surest way of recognising a name first."""
        for find, decide in (
            (self._by_code, self._decide_without_dominance),
            (self._by_name, self._decide),
            (self._by_abbreviation, self._decide),
            (self._by_former_name, self._decide),
            (self._by_short_name, self._decide),
            (self._by_beginning, self._decide_without_dominance),
            (self._by_former_region, self._decide_nothing),
            (self._by_squashed_name, self._decide_without_dominance),
            (self._by_typo, self._decide_without_dominance),
            (self._by_initials, self._decide_in_context),
            (self._by_group_beginning, self._decide_in_context),
        ):
            for reading in found:
                if hits := self._allowed(find(reading), reading):
                    yield hits, reading, decide

    def _by_code(self, reading):
        hits = {}
        labelled = re.fullmatch(
            r"(siren|insee|codeinsee|cp|codepostal)?([0-9a-z]{2,9})", "".join(reading.words)
        )
        if labelled and not reading.said and any(char.isdigit() for char in labelled[2]):
            label, code = labelled[1] or "", labelled[2]
            if label in {"", "cp", "codepostal"}:
                hit = _Hit(SAME_KEY, f"code postal {code}")
                hits = dict.fromkeys(self._postal_codes.get(code, ()), hit)
            if label in {"", "siren", "insee", "codeinsee"}:
                # The postal code of some and the Insee code of another: nobody can tell.
                quality = SAME_KEY if hits else CODE
                for pk, reason in self._codes.get(code, {}).items():
                    hits[pk] = _Hit(quality, reason)
        if len(reading.words) == 1:
            code = reading.words[0]
            # « 84 » alone is the Vaucluse.
            for kind in reading.kinds & _AREAS or (Kind.DEPARTEMENT, Kind.COM):
                if pk := self._area_codes.get((kind, code)):
                    hits[pk] = _Hit(CODE, f"code officiel {code.upper()}")
        return hits

    def _by_name(self, reading):
        hits = {}
        for pk, text, said_with_kind in self._names.get(reading.key, ()):
            if said_with_kind and self._territories[pk].kind not in reading.kinds:
                continue
            exact = text == reading.text
            if pk in hits and not exact:
                continue
            reason = "même nom" if exact else "même nom, aux petits mots près"
            quality = SAME_WORDS if exact else SAME_KEY
            territory = self._territories[pk]
            if reading.said:
                reason += f", « {reading.said} » dit le type"
            if reading.natures and territory.nature and territory.nature not in reading.natures:
                # A CC often becomes a CA under its name.
                quality = SHORT_NAME
                reason += f", mais c'est une {territory.get_nature_display()}"
            hits[pk] = _Hit(quality, reason)
        return hits

    def _by_abbreviation(self, reading):
        found = self._abbreviations.get(reading.text)
        if reading.said:
            found = self._abbreviations_after_kind.get(reading.text, found)
        return dict.fromkeys(found or (), _Hit(SAME_KEY, "abréviation de région"))

    def _by_former_name(self, reading):
        hits = {}
        keys = [reading.key]
        if re.fullmatch(r"\d{1,2}e?", reading.words[-1]) and len(reading.words) > 1:
            number = reading.words[-1].rstrip("e").lstrip("0")
            keys.append(key_of((*reading.words[:-1], f"{number}e", "arrondissement")))
        for key in keys:
            for pk, name in self._former_names.get(key, {}).items():
                hits[pk] = _Hit(FORMER_NAME, f"« {name} » fait partie de cette commune")
        return hits

    def _by_short_name(self, reading):
        """« COBAS », « agglo de Périgueux », « Grand Lyon »."""
        hits = {
            pk: _Hit(SHORT_NAME, reason)
            for pk, reason in self._short_names.get(reading.key, {}).items()
        }
        # A « CC de X » that is not recorded may be one that merged.
        if reading.natures and reading.natures != {Nature.CC}:
            for epci in self._epci_around(reading, self._communes_starting(reading)):
                if epci.nature in reading.natures:
                    hits.setdefault(
                        epci.pk, _Hit(SHORT_NAME, "intercommunalité de cette ville principale")
                    )
        if reading.words[0] == "grand" and len(reading.words) > 1:
            short = Reading(without_article(reading.words[1:]))
            namesakes = {name.pk for name in self._names.get(short.key, ())}
            for epci in self._epci_around(short):
                if epci.nature in URBAN and epci.pk in namesakes:
                    hits.setdefault(
                        epci.pk, _Hit(SHORT_NAME, "« Grand » ajouté au nom de cette agglomération")
                    )
        return hits

    def _epci_around(self, reading, longer=()):
        """Those whose most populated commune is called so, or one of `longer`."""
        called_so = [name.pk for name in self._names.get(reading.key, ())]
        for commune in [*called_so, *longer]:
            for epci in self._mains.get(commune, ()):
                yield self._territories[epci]

    def _by_beginning(self, reading):
        """« Loriol » for Loriol-sur-Drôme."""
        if len(reading.key) < 5:
            return {}
        hit = _Hit(BEGINNING, "début du nom de la commune")
        return dict.fromkeys(self._communes_starting(reading), hit)

    def _communes_starting(self, reading):
        start = " ".join(without_article(reading.words)) + " "
        for name, pk in _starting(self._starts, start):
            if name[len(start) :].split(maxsplit=1)[0] in JOINING_WORDS:
                yield pk

    def _by_initials(self, reading):
        """« MEL », in the Nord."""
        found = self._initials.get(reading.text, ()) if reading.is_acronym else ()
        return dict.fromkeys(found, _Hit(BEGINNING, "initiales de l'intercommunalité"))

    def _by_group_beginning(self, reading):
        """« Grand Paris Sud », in the Essonne."""
        # A « CC de X » that is not recorded may be one that merged.
        if len(reading.key.split()) < 2 or reading.natures == {Nature.CC}:
            return {}
        hit = _Hit(BEGINNING, "début du nom de l'intercommunalité")
        return {pk: hit for _, pk in _starting(self._group_starts, f"{reading.key} ")}

    def _by_former_region(self, reading):
        code = FORMER_REGIONS.get(reading.text)
        pk = self._area_codes.get((Kind.REGION, code))
        return {pk: _Hit(AMBIGUOUS, "ancienne région, fusionnée en 2016")} if pk else {}

    def _by_squashed_name(self, reading):
        """« GrandAngoulême »."""
        hit = _Hit(ONE_LETTER, "même nom, aux espaces près")
        return dict.fromkeys(self._spelt([reading.squashed], reading), hit)

    def _by_typo(self, reading):
        hit = _Hit(ONE_LETTER, "même nom, à une lettre près")
        near = [
            name
            for name in self._typos.near(reading.squashed)
            # « Montargois » is the country around, not a misspelt Montargis.
            if not reading.squashed.endswith(COUNTRY_ENDINGS) or name.endswith(COUNTRY_ENDINGS)
        ]
        return dict.fromkeys(self._spelt(near, reading), hit)

    def _spelt(self, squashed_names, reading):
        for squashed in squashed_names:
            for key in self._squashed.get(squashed, ()):
                for name in self._names[key]:
                    kind = self._territories[name.pk].kind
                    if not name.said_with_kind or kind in reading.kinds:
                        yield name.pk

    # Choosing

    def _allowed(self, hits, reading):
        """The hits of the kinds said; no CC has become a métropole."""
        return {
            pk: hit
            for pk, hit in hits.items()
            if (not reading.kinds or self._territories[pk].kind in reading.kinds)
            and not (reading.natures == {Nature.CC} and self._territories[pk].nature in METROPOLES)
        }

    def _inside(self, hits, around):
        """The hits that satisfy the most of the context; all of them without context."""
        if not around or not hits:
            return hits
        scores = {pk: sum(self._lies_in(pk, places) for places in around) for pk in hits}
        best = max(scores.values())
        return {pk: hit for pk, hit in hits.items() if best and scores[pk] == best}

    def _lies_in(self, pk, places):
        containers = self._containers.get(pk, ())
        return any(
            place == pk or place in containers or pk in self._containers.get(place, ())
            for place in places
        )

    def _decide(self, hits, reading, has_context, dominance=True):
        current = {pk: hit for pk, hit in hits.items() if not self._has_ended(pk)}
        if not current:
            return self._without_match(
                [(pk, ENDED, f"{hit.reason}, mais n'existe plus") for pk, hit in hits.items()]
            )
        chosen = self._preferred(current, reading)
        if len(chosen) > 1:
            best = max(hit.quality for hit in chosen.values())
            chosen = {pk: hit for pk, hit in chosen.items() if hit.quality == best}
        if len(chosen) > 1 and dominance:
            chosen = self._dominant(chosen, reading)
        if len(chosen) != 1:
            return self._ambiguous(current, reading, has_context)
        [(pk, hit)] = chosen.items()
        if not has_context and (
            self._is_overshadowed(pk, hit, reading) or self._is_common_word(pk, hit, reading)
        ):
            return self._ambiguous(current, reading, has_context)
        homonyms = len(current) > 1 and not reading.said
        confidence = hit.quality - (0.1 if homonyms and not has_context else 0)
        reason = hit.reason
        if homonyms:
            reason += ", préféré à ses homonymes"
        if has_context:
            reason += ", dans le contexte donné"
        match = Candidate(self._territories[pk], round(confidence, 2), reason)
        others = [
            (other, min(AMBIGUOUS, 1 - confidence) / 2, f"{hit.reason}, moins probable")
            for other, hit in current.items()
            if other != pk
        ]
        return Resolution(match.record, [match, *self._ranked(others)], match.confidence)

    def _decide_without_dominance(self, hits, reading, has_context):
        return self._decide(hits, reading, has_context, dominance=False)

    def _decide_in_context(self, hits, reading, has_context):
        return (self._decide if has_context else self._ambiguous)(hits, reading, has_context)

    def _decide_nothing(self, hits, reading, has_context):
        return self._ambiguous(hits, reading, has_context)

    def _preferred(self, hits, reading):
        """A bare name means the commune, rather than the intercommunalité called after it."""
        communes = {pk for pk in hits if self._territories[pk].kind == Kind.COMMUNE}
        areas = {pk for pk in hits if self._territories[pk].kind in _AREAS}
        if reading.said:
            natures = {pk for pk in hits if self._territories[pk].nature in reading.natures} or set(
                hits
            )
            return {pk: hits[pk] for pk in natures}
        if communes and areas:
            largest = max(map(self._population, communes))
            smallest = min(map(self._population, areas))
            if largest == smallest:  # Paris is both, on the same ground
                return {pk: hits[pk] for pk in communes}
            if smallest >= AREA_RATIO * max(largest, 1):
                return {pk: hits[pk] for pk in areas}
            return {pk: hits[pk] for pk in communes | areas}
        if communes:
            return {pk: hits[pk] for pk in communes}
        return hits

    def _dominant(self, hits, reading):
        """The town among villages called so, or all of them."""
        if {self._territories[pk].kind for pk in hits} != {Kind.COMMUNE}:
            return hits
        largest = max(hits, key=self._population)
        called_so = {*hits, *self._communes_starting(reading)} - {largest}
        second = max(map(self._population, called_so))
        limit = max(DOMINANT_POPULATION, DOMINANT_RATIO * second)
        return {largest: hits[largest]} if self._population(largest) >= limit else hits

    def _is_overshadowed(self, pk, hit, reading):
        """« Romans » is a village, and how people call Romans-sur-Isère."""
        if self._territories[pk].kind != Kind.COMMUNE:
            return False
        population = 0 if hit.quality == FORMER_NAME else self._population(pk)
        longer = set(self._communes_starting(reading)) - {pk}
        return sum(map(self._population, longer)) >= max(population, VILLAGE)

    def _is_common_word(self, pk, hit, reading):
        """« SEM » is an acronym before it is a village, « Commerce » no misspelt Commercy."""
        if reading.kinds or len(reading.words) > 1 or self._territories[pk].kind != Kind.COMMUNE:
            return False
        if hit.quality == ONE_LETTER:
            is_short = len(reading.key) < SHORTEST_MISSPELT_WORD
            return is_short or self._population(pk) < VILLAGE
        village = hit.quality == FORMER_NAME or self._population(pk) < VILLAGE
        return reading.is_acronym and village

    def _ambiguous(self, hits, reading, has_context):
        communes = {pk for pk in hits if self._territories[pk].kind == Kind.COMMUNE}
        if communes and not has_context:
            hits = {**self._allowed(self._by_beginning(reading), reading), **hits}
        # Populations compare homonyms of one kind only: a PETR declares none.
        same_kind = len({self._territories[pk].kind for pk in hits}) == 1
        weights = {pk: self._population(pk) + 1000 if same_kind else 1 for pk in hits}
        total = sum(weights.values())
        return self._without_match(
            [
                (pk, AMBIGUOUS * hit.quality * weights[pk] / total, hit.reason)
                for pk, hit in hits.items()
            ]
        )

    def _resembling(self, found):
        """Names that share rare words with what was read, as candidates only."""
        scores = {}
        for reading in found:
            words = {word for word in reading.words if word not in SMALL_WORDS}
            rare = sorted(words & self._by_word.keys(), key=lambda word: len(self._by_word[word]))
            for word in rare[:2]:
                if len(self._by_word[word]) > 300:
                    break
                for pk in self._by_word[word]:
                    territory = self._territories[pk]
                    if reading.kinds and territory.kind not in reading.kinds:
                        continue
                    own = set(words_of(territory.name)) - SMALL_WORDS
                    share = len(words & own) / len(words | own)
                    scores[pk] = max(scores.get(pk, 0), share)
        return self._without_match(
            [
                (pk, RESEMBLING * share, "noms proches")
                for pk, share in scores.items()
                if share >= LEAST_SHARE
            ]
        )

    def _without_match(self, found):
        return Resolution(candidates=self._ranked(found))

    def _ranked(self, found):
        ranked = sorted(found, key=lambda item: (-item[1], -self._population(item[0]), item[0]))
        return [
            Candidate(self._territories[pk], round(confidence, 2), reason)
            for pk, confidence, reason in ranked[:MOST_CANDIDATES]
        ]

    def _population(self, pk):
        return self._territories[pk].population or 0

    def _has_ended(self, pk):
        until = self._territories[pk].valid_until_latest
        return until is not None and until < self._today

    def _why_outside(self, pk):
        names = sorted(
            self._territories[container].name
            for container in self._containers.get(pk, ())
            if self._territories[container].kind in {Kind.DEPARTEMENT, Kind.COM}
        )
        return f"dans : {', '.join(names)}" if names else "hors du contexte donné"

    # Context

    def _places_in(self, context):
        """The territories that a context names: one set a place, of its possible meanings."""
        places = []
        for segment in re.split(r"[,;()\n]|\s[-–—/]\s", context):
            places += self._places_in_segment(segment)
        return places

    def _places_in_segment(self, segment):
        words = words_of(segment)
        places, start = [], 0
        while start < len(words):
            for end in range(min(len(words), start + 7), start, -1):
                if found := self._area(words[start:end]):
                    places.append(found)
                    start = end
                    break
            else:
                start += 1
        if places:
            # « Isère et Drôme »: either will do.
            return [set().union(*places)]
        for hits, reading, decide in self._attempts(readings(segment)):
            match = decide(hits, reading, False).match
            return [{match.pk}] if match else []
        return []

    def _area(self, words):
        """The régions or départements that these words name, or the communes of a code."""
        if len(words) == 1 and any(char.isdigit() for char in words[0]):
            code = words[0]
            pk = self._area_codes.get((Kind.DEPARTEMENT, code)) or self._area_codes.get(
                (Kind.COM, code)
            )
            if pk:
                return {pk}
            return self._postal_codes.get(code, set()) | self._codes.get(code, {}).keys()
        if words[0] in SMALL_WORDS and len(words) > 1:
            return set()
        found = {
            name.pk
            for name in self._names.get(key_of(words), ())
            if self._territories[name.pk].kind in _AREAS
        }
        return found | self._abbreviations.get(" ".join(words), set())


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


def _splits(name):
    """The name as a whole, then cut from the place it gives: (name, context, must it be one)."""
    inside = " ; ".join(re.findall(r"\(([^()]*)\)", name))
    whole = re.sub(r"\([^()]*\)", " ", name).strip()
    yield whole, inside, False
    for pattern in (
        r"(?P<name>[^,]+),(?P<place>.+)",
        r"(?P<name>.+)\s[-–—]\s(?P<place>.+)",
        r"(?P<place>\d{5})\s+(?P<name>.+)",
        r"(?P<name>.+?)\s+(?P<place>\d{5}|\d{2,3}|2[AaBb])",
    ):
        if cut := re.fullmatch(pattern, whole, re.DOTALL):
            yield cut["name"], f"{cut['place']} ; {inside}", True


def _stamp():
    """What changes when a name of the referential does; one cheap query a table."""
    names = {"count": Count("pk"), "last": Max("pk"), "letters": Sum(Length("lookup"))}
    counts = {"count": Count("pk"), "last": Max("pk")}
    return tuple(
        tuple(aggregates.items())
        for aggregates in (
            Territory.objects.aggregate(**names, ended=Count("valid_until_latest")),
            FormerCode.objects.aggregate(**names),
            Containment.objects.aggregate(last=Max("pk")),
            Actor.objects.published().aggregate(**names, governing=Count("governs")),
            GlossaryTerm.objects.aggregate(**counts),
        )
    )
