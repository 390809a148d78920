""" "Vouliez-vous dire": the words of the documents that a misspelt one may mean."""

import math
import string

from rapidfuzz.distance import OSA

from .analysis import LONGEST_SPELT, SHORTEST_SPELT
from .models import Document, Word
from .text import normalise

# Two slips are forgiven in words of so many letters, when they begin alike.
LONG_WORD = 7
ALIKE = 2


def guesses(word, most=3):
    """Spellings of the words closest to `word`, a normalised one; the likeliest first."""
    if not SHORTEST_SPELT <= len(word) <= LONGEST_SPELT or not word.isalpha():
        return []
    near = list(Word.objects.filter(text__in=_one_slip_away(word)))
    if not near and len(word) >= LONG_WORD:
        near = [known for known in _beginning_alike(word) if _distance(known.text, word) <= 2]
    near.sort(key=lambda known: (_distance(known.text, word) - _familiarity(known), known.text))
    return [known.spelling for known in near[:most]]


def corrected(query, analyser):
    """The query with each word that nothing holds in its likeliest spelling, or None."""
    words, is_corrected = [], False
    for word in query.split():
        clauses = analyser.clauses(word)
        is_known = not clauses or Document.objects.matching(clauses).exists()
        guess = None if is_known else next(iter(guesses(normalise(word))), None)
        words.append(guess or word)
        is_corrected = is_corrected or bool(guess)
    return " ".join(words) if is_corrected else None


def _distance(one, other):
    return OSA.distance(one, other)


def _familiarity(known):
    """Under 1: between words as close, the most frequent."""
    return math.log1p(known.frequency) / 20


def _one_slip_away(word):
    """What `word` may be for one letter missing, added, replaced, or two swapped."""
    splits = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    letters = string.ascii_lowercase
    return {
        *(start + end[1:] for start, end in splits if end),
        *(start + end[1] + end[0] + end[2:] for start, end in splits if len(end) > 1),
        *(start + letter + end[1:] for start, end in splits if end for letter in letters),
        *(start + letter + end for start, end in splits for letter in letters),
    } - {word}


def _beginning_alike(word):
    """The words of about the same length with the same first letters."""
    start = word[:ALIKE]
    after = start[:-1] + chr(ord(start[-1]) + 1)
    return [
        known
        for known in Word.objects.filter(text__gte=start, text__lt=after)
        if abs(len(known.text) - len(word)) <= 2
    ]
