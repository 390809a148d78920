"""The first and last name of somebody, as one text: « DUPONT Marie ». Pure."""

import re
from typing import NamedTuple

from coopemploi.imports.contacts import refuse_contact
from coopemploi.search.text import normalise

CIVILITIES = frozenset(["m", "mr", "mme", "mlle", "dr", "monsieur", "madame", "mademoiselle"])
# What a surname may begin with: « Le Goff », « de la Tour ».
_PARTICLES = frozenset(["de", "du", "des", "d", "la", "le", "les", "van", "von", "der", "di", "el"])
_SEVERAL = re.compile(r"[|;/&\n]|\s(?:et|ou)\s", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2}")  # of initials, « J.-P. », none follows another
_NAMES = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’–-])*")


class FullName(NamedTuple):
    first: str
    last: str
    is_sure: bool = True  # told by capitals, or by the order of two names

    @property
    def told(self):
        """How it was read, for who wrote it."""
        if not self.first:
            return f"nom « {self.last} », sans prénom."
        doubt = "" if self.is_sure else " Est-ce bien cela ?"
        return f"nom « {self.last} », prénom « {self.first} ».{doubt}"


def split_name(text, surname_first=None):
    """The `FullName` of a text: capitals tell the surname, else the order, if it is known.

    Raise ValueError, in French, for what is not the name of one person.
    """
    refuse_contact(text)
    if _SEVERAL.search(text):
        raise ValueError(f"« {text} » : une seule personne par ligne.")
    words = _without_civility(text.split())
    last, comma, first = (part.strip() for part in " ".join(words).partition(","))
    are_names = comma and _NAMES.fullmatch(last) and _NAMES.fullmatch(first)
    if are_names and (_is_capital(last) or len(last.split()) == 1):
        return FullName(first, last)
    if not _NAMES.fullmatch(" ".join(words)):
        raise ValueError(f"« {text} » : écrivez un nom et un prénom, sans rien d'autre.")
    if len(words) == 1:
        return FullName("", words[0])
    return _by_capitals(words) or _by_order(words, surname_first)


def tells_surname(text):
    """Whether capitals tell the surname from the rest: « DUPONT Marie »."""
    return _by_capitals(_without_civility(text.split())) is not None


def said_otherwise(text):
    """A full name, normalised, whichever name comes first: « Mme ROUX Léa » → "lea roux"."""
    words = _without_civility(normalise(text).split())
    return [" ".join(words[cut:] + words[:cut]) for cut in range(len(words))]


def _without_civility(words):
    return words[1:] if words[1:] and normalise(words[0]) in CIVILITIES else words


def _by_capitals(words):
    capital = [place for place, word in enumerate(words) if _is_capital(word)]
    if not capital or len(capital) == len(words):
        return None
    start, end = capital[0], capital[-1] + 1
    if end - start > len(capital):  # « DUPONT Marie MARTIN »
        return None
    while start and _is_particle(words[start - 1]):  # « Marie de LA TOUR »
        start -= 1
    if start and end < len(words):
        return None
    return FullName(" ".join(words[:start] + words[end:]), " ".join(words[start:end]))


def _by_order(words, surname_first):
    """A surname of one word, and of the particles before it; in doubt, it comes last."""
    if surname_first:
        end = 1
        while end < len(words) - 1 and (_is_particle(words[end - 1]) or _is_particle(words[end])):
            end += 1
        first, last = words[end:], words[:end]
    else:
        start = len(words) - 1
        while start > 1 and _is_particle(words[start - 1]):
            start -= 1
        first, last = words[:start], words[start:]
    is_sure = surname_first is not None and len(first) == 1
    return FullName(" ".join(first), " ".join(last), is_sure)


def _is_capital(text):
    return text.isupper() and _LETTERS.search(text) is not None


def _is_particle(word):
    return normalise(word) in _PARTICLES
