"""What a text speaks of: its schemes, its subjects, the terms and words it holds. Pure.

Knows the lexicon of the field (`lexicon.yaml`), the glossary and the vocabularies that come
with the project, and whatever glossary it is handed besides.
"""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from coopemploi.search.analysis import is_sigle, read_word, read_words
from coopemploi.search.text import normalise
from coopemploi.vocabulary.loading import CONTENT

HERE = Path(__file__).parent

# What a shared feature weighs before its rarity is counted.
SCHEME, PRECISE, BROAD, TERM, PHRASE, WORD = 3.0, 2.4, 1.5, 1.4, 0.9, 1.0
STATED = 1.1  # a theme, a sector or an obstacle that somebody ticked
AUDIENCE = 0.5
PARENT = 0.6  # a precise subject also is, in part, its broader one
COMMON = 0.15  # of the weight of a word that everybody uses
WITHIN_A_FORM = 0.4  # of that of a word already counted with its subject
DETAIL = 0.6  # of that of what only the details say

# A text tells how rare a feature is only once many were read: until then, what the
# project's own definitions say counts as this many texts.
BACKGROUND = 150
SUBJECT_SHARE = 0.03
RAREST = math.log(200)

# « hors permis », « et non du conseil »: named to be set aside.
# « hors les murs » names no such thing.
_ASIDE = re.compile(
    r"\b(?:hors(?! les murs| de nos| des radars)|sauf|excepté|et non|et pas|plutôt que|autres? que)"
    r"\s[^,.;:()!?]*",
    re.IGNORECASE,
)
# « nous ne faisons pas de formation »: an offer of everything but that.
_NOT_DONE = re.compile(
    r"\b(?:ne\s|n['’])\w+\s(?:pas|plus|jamais)\b(?:(?!\bmais\b)[^,.;:()!?])*", re.IGNORECASE
)
_WORD = re.compile(r"(?<!\w)[^\W\d_](?:\.[^\W\d_])+(?!\w)|[^\W_]+")


@dataclass(frozen=True)
class Feature:
    """One thing that a text speaks of: how much it weighs, and how the text says it."""

    weight: float
    said: str = ""


@dataclass
class Forms:
    """Ways to write things: the longest that stands at a place is the one meant."""

    # Stems that everybody writes: « aidants » is not « aide », though their stem is one.
    usual: frozenset = frozenset()
    by_first: dict = field(default_factory=lambda: defaultdict(list))

    def add(self, text, meaning):
        words = read_words(text)
        if not words:
            return
        exact = ""
        if len(words) == 1 and words[0].stem in self.usual and not words[0].is_upper:
            if normalise(text) != words[0].text:
                return
            exact = words[0].text
        needs_capitals = len(words) == 1 and is_sigle(text) and len(words[0].text) <= 4
        stems = tuple(word.stem for word in words)
        self.by_first[stems[0]].append((stems, needs_capitals, exact, meaning))

    def find(self, words):
        """(start, end, meanings) of what `words` hold, from left to right, not overlapping."""
        position = 0
        while position < len(words):
            longest, meanings = 0, {}
            first = words[position]
            for stems, needs_capitals, exact, meaning in self.by_first.get(first.stem, ()):
                if len(stems) < longest or (needs_capitals and not first.is_upper):
                    continue
                if exact and first.text != exact:
                    continue
                if tuple(word.stem for word in words[position : position + len(stems)]) != stems:
                    continue
                if len(stems) > longest:
                    longest, meanings = len(stems), {}
                meanings[meaning] = None
            if longest:
                yield position, position + longest, [each for each in meanings if each]
            position += max(1, longest)


@dataclass
class Subject:
    key: str
    name: str
    weight: float
    parent: str = ""


def words_of(name):
    """The stems of a list of words, its comments left aside."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    text = " ".join(line for line in lines if not line.startswith("#"))
    return frozenset(word.stem for raw in text.split() for word in read_word(raw))


class Reader:
    """Reads texts with what it knows of the field."""

    def __init__(self, lexicon, glossary, vocabularies):
        self.genre = words_of("genre_words.txt")
        self.common = words_of("common_words.txt")
        self.subjects, self.subject_forms = {}, Forms(self.genre | self.common)
        for subject in lexicon["sujets"]:
            self._add_subject(subject)
            for precise in subject.get("précis", ()):
                self._add_subject(precise, parent=subject["réf"])
        ambiguous = {normalise(form) for form in lexicon["ambigus"]}
        structural = set(lexicon["structures"])
        self.schemes, self.scheme_forms, self.term_forms = {}, Forms(), Forms()
        self.terms = {}
        for term, forms, scheme in glossary:
            if term not in structural and not scheme:
                self.terms[term] = term
                for form in forms:
                    self.term_forms.add(form, term)
            if scheme:
                for form in forms:
                    if normalise(form) not in ambiguous:
                        self.scheme_forms.add(form, scheme)
        self.stated = {}
        for kind, slug, names in vocabularies:
            if kind == "dispositifs":
                self.schemes[slug] = names[-1] or names[0]
                for name in filter(None, names):
                    self.scheme_forms.add(name, slug)
            for name in (slug, *filter(None, names)):
                self.stated.setdefault((kind, normalise(name)), (slug, names[0]))
        self._learn_background(glossary, vocabularies)

    def _add_subject(self, entry, parent=""):
        weight = (PRECISE if parent else BROAD) * entry.get("poids", 1)
        key = entry["réf"]
        self.subjects[key] = Subject(key, entry["nom"], weight, parent)
        for form in entry["formes"]:
            self.subject_forms.add(form, key)
        for form in entry.get("sauf", ()):
            self.subject_forms.add(form, "")

    def _learn_background(self, glossary, vocabularies):
        self.background = Counter()
        texts = [" ".join(forms) for _, forms, _ in glossary]
        texts += [" ".join(filter(None, names)) for _, _, names in vocabularies]
        for text in texts + _definitions():
            self.background.update({f"w:{word.stem}" for word in read_words(text)})
        self.background_size = len(texts) + 1

    # Features

    def read(self, text, details="", *, is_offer=False):
        """{key: Feature} of a text, before the rarity of each is counted."""
        features = {}
        for part, share in ((text, 1), (details, DETAIL)):
            if not part:
                continue
            part = _ASIDE.sub(" ", part)
            if is_offer:
                part = _NOT_DONE.sub(" ", part)
            self._read_part(features, part, share)
        return features

    def _read_part(self, features, text, share):
        part = _Part(text, share, features)
        counted = self._keep_forms(part)
        self._keep_words(part, counted)

    def _keep_forms(self, part):
        """Keep schemes, subjects and terms; return the places of the words of the first two."""
        counted = set()
        for start, end, schemes in self.scheme_forms.find(part.words):
            for slug in schemes:
                part.keep(f"d:{slug}", SCHEME, start, end)
                counted.update(range(start, end))
        for start, end, keys in self.subject_forms.find(part.words):
            for key in keys:
                subject = self.subjects[key]
                part.keep(f"s:{key}", subject.weight, start, end)
                if subject.parent:
                    parent = self.subjects[subject.parent]
                    part.keep(f"s:{parent.key}", parent.weight * PARENT, start, end)
                counted.update(range(start, end))
        for start, end, terms in self.term_forms.find(part.words):
            for term in terms:
                part.keep(f"g:{term}", TERM, start, end)
        return counted

    def _keep_words(self, part, counted):
        """Keep words, and pairs of those that follow one another, unless both are common."""
        previous = None
        for position, word in enumerate(part.words):
            if word.stem in self.genre or word.text.isdigit() or len(word.text) < 3:
                previous = None
                continue
            is_common = word.stem in self.common
            weight = WORD * (COMMON if is_common else 1)
            weight *= WITHIN_A_FORM if position in counted else 1
            part.keep(f"w:{word.stem}", weight, position, position + 1)
            if previous is not None and not (is_common and previous[1]):
                pair = f"p:{previous[0]} {word.stem}"
                is_weak = is_common or previous[1] or position in counted
                part.keep(pair, PHRASE * (0.5 if is_weak else 1), position - 1, position + 1)
            previous = (word.stem, is_common)

    def read_stated(self, kind, values):
        """The features of terms of a vocabulary that somebody gave: slugs, sigles or names."""
        features = {}
        for value in values:
            slug, name = self.stated.get((kind, normalise(value)), (normalise(value), value))
            if kind == "dispositifs":
                self.schemes.setdefault(slug, name)
                features[f"d:{slug}"] = Feature(SCHEME)
            elif slug in self.subjects:
                subject = self.subjects[slug]
                weight = AUDIENCE if kind == "publics" else min(STATED, subject.weight)
                features[f"s:{slug}"] = Feature(weight)
            else:
                features[f"v:{kind}:{name}"] = Feature(AUDIENCE)
        return features

    def prior(self, key):
        """How often a text is expected to have a feature."""
        if key.startswith("w:"):
            return (self.background[key] + 0.3) / self.background_size
        return SUBJECT_SHARE if key.startswith("s:") else SUBJECT_SHARE / 3

    def rarity(self, key, counts, size):
        """From 0 to 1, given in how many of `size` texts each feature is."""
        share = (BACKGROUND * self.prior(key) + counts.get(key, 0)) / (BACKGROUND + size)
        return min(1.0, -math.log(min(share, 0.999)) / RAREST)


class _Part:
    """A text, its words that count, and the features to which it adds."""

    def __init__(self, text, share, features):
        self.words = []
        self._raws = []  # as the text writes them
        self._text, self._share, self._features = text, share, features
        for raw in _WORD.findall(text):
            for word in read_word(raw):
                if word.counts:
                    self.words.append(word)
                    self._raws.append(raw)

    def keep(self, key, weight, start, end):
        """Keep a feature that the words from `start` to `end` say, where it weighs most."""
        weight *= self._share
        known = self._features.get(key)
        if known is None or known.weight < weight:
            self._features[key] = Feature(weight, self._said(start, end))

    def _said(self, start, end):
        """How the text writes the words from `start` to `end`."""
        raws = self._raws[start:end]
        if len(raws) == 1:
            return raws[0]
        between = r"\W+(?:\w{1,5}\W+){0,4}?"
        found = re.search(between.join(map(re.escape, raws)), self._text)
        return found.group() if found else " ".join(raws)


def _load(path):
    with path.open("rb") as lines:
        return yaml.load(lines, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


@lru_cache(maxsize=1)
def _shipped():
    glossary, vocabularies, definitions = [], [], []
    for path in sorted(CONTENT.glob("*.yaml")):
        for section, entries in _load(path).items():
            for entry in entries:
                definitions += filter(None, (entry.get("définition"), entry.get("description")))
                if section == "termes":
                    forms = (entry.get("développés") or []) + (entry.get("autres formes") or [])
                    forms = (entry["terme"], *forms)
                    glossary.append((entry["terme"], forms, entry.get("dispositif", "")))
                else:
                    names = (entry["nom"], entry.get("sigle", ""))
                    vocabularies.append((section, entry["réf"], names))
    return tuple(glossary), tuple(vocabularies), definitions


def _definitions():
    return _shipped()[2]


@lru_cache(maxsize=4)
def reader(glossary=(), vocabularies=()):
    """The reader that knows what the project ships, and these (term, forms, scheme) besides."""
    shipped_terms, shipped_vocabularies, _ = _shipped()
    known = {term: (term, forms, scheme) for term, forms, scheme in (*shipped_terms, *glossary)}
    return Reader(
        _load(HERE / "lexicon.yaml"),
        tuple(known.values()),
        (*shipped_vocabularies, *vocabularies),
    )
