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


def storable(text):
    """`text` without what no database takes: NUL bytes and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
