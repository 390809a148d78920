"""The one French analyser behind search: text in, tokens out. Pure.

A text becomes tokens of ASCII letters and digits: the stem of each word, the word
itself when it differs (so that half words find it), and a concept for each term of
the field it holds, whatever its form: "GPECT" and "gestion prévisionnelle des emplois
et des compétences" hold the same concept. Synonyms are handed to the analyser.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import snowballstemmer

from .text import normalise

# « P.L.I.E. » is one word.
_WORD = re.compile(r"(?<!\w)[^\W\d_](?:\.[^\W\d_])+(?!\w)|[^\W_]+")
_ASCII = re.compile("[a-z0-9]+")  # other alphabets are not searched
SHORTEST_SPELT, LONGEST_SPELT = 4, 30  # letters; another word is not guessed at
_snowball = snowballstemmer.stemmer("french")

# Plurals and feminines that Snowball leaves apart.
_IRREGULAR = {
    "travaux": "travail",
    "baux": "bail",
    "emaux": "email",
    "chomeuse": "chomeur",
    "chomeuses": "chomeur",
    "yeux": "oeil",
}

STOP_WORDS = frozenset(
    normalise(
        """
        à ai aie ait as au aura aurait aussi autre autres aux avec avoir avait avaient
        ayant c ça car ce cela celle celles celui ces cet cette ceux chez ci comme
        comment d dans de des deux doit donc dont du elle elles en entre es est et
        étaient était été être eu eux fait faire fut il ils j je jusqu l la le les leur
        leurs lors lorsque lui m ma mais me même mes moi mon n ne ni nos notre nous on
        ont ou où par pas plus pour pouvoir près qu quand que quel quelle quelles quels qui
        quoi s sa sans se sera seront ses si soient soit son sont sous sur t ta te tes
        toi ton tous tout toute toutes très tu un une via vos votre vous y
        """
    ).split()
)


def stem(word):
    """The stem of a normalised word: "emplois" → "emploi", "travaux" → "travail"."""
    word = _IRREGULAR.get(word, word)
    if word.isdigit() or len(word) <= 2:
        return word
    stemmed = _snowball.stemWord(word)
    # "emplois", "lieux", "élus": Snowball keeps the mark of the plural after a vowel.
    if len(stemmed) > 3 and stemmed[-1] in "sx":
        stemmed = stemmed[:-1]
    return stemmed


@dataclass(frozen=True)
class Word:
    text: str  # normalised
    stem: str
    is_upper: bool
    counts: bool  # a stop word does not


@lru_cache(maxsize=200_000)
def read_word(raw):
    """The words that one run of letters and digits holds: "Œuvre" → "oeuvre"."""
    raw = raw.replace(".", "")
    is_upper = is_sigle(raw)
    return tuple(
        Word(part, stem(part), is_upper, is_upper or part not in STOP_WORDS)
        for part in _ASCII.findall(normalise(raw))
    )


def read_words(text):
    """The words that count, in order."""
    return [word for raw in _WORD.findall(text) for word in read_word(raw) if word.counts]


def is_sigle(raw):
    """Whether a word is written as an acronym: at least two capitals, no small letter."""
    return len(raw) > 1 and raw.upper() == raw and not raw.isdigit()


def spellings(text):
    """{normalised word: how the text writes it}, of the words one may misspell."""
    return {
        words[0].text: raw.lower()
        for raw in _WORD.findall(text)
        if SHORTEST_SPELT <= len(raw) <= LONGEST_SPELT and raw.isalpha()
        if len(words := read_word(raw)) == 1 and words[0].counts
    }


@dataclass(frozen=True)
class Form:
    """A way to write a term: the stems of its words, and its concept."""

    stems: tuple
    concept: str
    needs_capitals: bool  # a short sigle, such as AI or CLE, is a common word otherwise


class Analyser:
    """Reads texts and queries with the synonyms it was given.

    `terms` are (key, forms) pairs: a key of letters and digits, and what people write.
    """

    def __init__(self, terms=()):
        self._forms = defaultdict(list)
        self._keys = {}
        for key, texts in terms:
            concept = "zz" + normalise(key).replace(" ", "")
            self._keys[concept] = key
            for text in texts:
                words = read_words(text)
                if not words:
                    continue
                short = len(words) == 1 and words[0].is_upper and len(words[0].text) <= 4
                form = Form(tuple(word.stem for word in words), concept, short)
                self._forms[form.stems[0]].append(form)
        for forms in self._forms.values():
            forms.sort(key=lambda form: -len(form.stems))

    def tokens(self, *texts):
        """The tokens of texts to index, in order, without repetition."""
        tokens = {}
        for words in map(read_words, texts):
            for position, word in enumerate(words):
                tokens[word.stem] = tokens[word.text] = None
                for form in self.forms_from(word):
                    if self.stands_at(form, words, position):
                        tokens[form.concept] = None
        return list(tokens)

    def clauses(self, query):
        """What a query asks for: clauses that must all be met, each by one token.

        A clause is a tuple of tokens; one that ends with * stands for all that begin so:
        long words and the last one may be half typed. No clause: nothing is asked.
        """
        words = read_words(query) or [
            word for raw in _WORD.findall(query) for word in read_word(raw)
        ]
        clauses = []
        position = 0
        while position < len(words):
            word = words[position]
            forms = [
                form
                for form in self.forms_from(word)
                if self.stands_at(form, words, position, in_query=True)
            ]
            length = max((len(form.stems) for form in forms), default=1)
            tokens = [form.concept for form in forms if len(form.stems) == length]
            if length == 1:
                tokens.append(word.stem)
                is_last = position == len(words) - 1
                if len(word.text) > (1 if is_last else 3):
                    tokens.append(f"{word.text}*")
            clauses.append(tuple(dict.fromkeys(tokens)))
            position += length
        return clauses

    def terms_named(self, query):
        """The keys of the terms that the whole query is a form of."""
        clauses = self.clauses(query)
        if len(clauses) != 1:
            return []
        return [self._keys[token] for token in clauses[0] if token in self._keys]

    def forms_from(self, word):
        """The forms whose first word this may be."""
        return self._forms.get(word.stem, ())

    def stands_at(self, form, words, position, *, in_query=False):
        if form.needs_capitals and not in_query and not words[position].is_upper:
            return False
        found = islice(words, position, position + len(form.stems))
        return tuple(word.stem for word in found) == form.stems


class _Asked:
    """A clause, to be held against tokens."""

    def __init__(self, clause):
        self.tokens = {token for token in clause if not token.endswith("*")}
        self.beginnings = tuple(token[:-1] for token in clause if token.endswith("*"))

    def is_met_by(self, token):
        return token in self.tokens or token.startswith(self.beginnings)


@lru_cache(256)
def _asked(clause):
    return _Asked(clause)


def clauses_met(clauses, tokens):
    """How many of `clauses` the `tokens` of a text meet."""
    return sum(any(map(_asked(clause).is_met_by, tokens)) for clause in clauses)


class Marker:
    """Finds what clauses ask for in texts, one after the other.

    What a word meets is worked out once for all the texts.
    """

    def __init__(self, analyser, clauses):
        self._analyser = analyser
        self._asked = [_asked(clause) for clause in clauses]
        self._any = _Asked(sum(clauses, ()))
        self._known = {}

    def spans(self, text):
        """Where `text` holds what is asked: [(start, end, number of the clause)]."""
        places, words = [], []
        for match in _WORD.finditer(text):
            for word in read_word(match[0]):
                if word.counts:
                    places.append(match.span())
                    words.append(word)
        spans, known = [], self._known
        for position, word in enumerate(words):
            meeting = known.get(word.text)
            if meeting is None:
                meeting = known[word.text] = self._meeting(word)
            if not meeting:
                continue
            lengths = {}  # number of a clause → how many words meet it
            for number, form in meeting:
                if form is None:
                    length = 1
                elif self._analyser.stands_at(form, words, position):
                    length = len(form.stems)
                else:
                    continue
                lengths[number] = max(lengths.get(number, 0), length)
            for number, length in sorted(lengths.items()):
                spans.append((places[position][0], places[position + length - 1][1], number))
        return spans

    def _meeting(self, word):
        """[(number of a clause, the form that may begin there or None for the word itself)]."""
        forms, meets = self._analyser.forms_from(word), self._any.is_met_by
        if not (forms or meets(word.stem) or meets(word.text)):
            return ()  # most words
        begun = [(form, (form.concept,)) for form in forms] + [(None, (word.stem, word.text))]
        return [
            (number, form)
            for form, tokens in begun
            for number, asked in enumerate(self._asked)
            if any(map(asked.is_met_by, tokens))
        ]
