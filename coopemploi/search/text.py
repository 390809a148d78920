"""Text made comparable: no accents, case or punctuation. Pure functions."""

import re
import unicodedata
from functools import lru_cache

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


@lru_cache(4096)
def normalise(text):
    """ "L'Étang-St-Œuvre" → "l etang saint oeuvre"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    ascii_only = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = re.sub(r"[\W_]+", " ", ascii_only).split()
    return " ".join(_SAINTS.get(word, word) for word in words)


def singular(text):
    """`text` normalised, its words without the mark of a plural: « Tiers-lieux » → "tier lieu"."""
    return " ".join(map(_singular_word, normalise(text).split()))


def _singular_word(word):
    if len(word) < 4:  # « gip », « ess »
        return word
    if word.endswith("aux") and not word.endswith("eaux"):
        return f"{word[:-3]}al"
    return word[:-1] if word[-1] in "sx" else word


def storable(text):
    """`text` without what no database takes: NUL bytes and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
