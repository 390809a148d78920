"""The first and last name of somebody, as one text: « DUPONT Marie ». Pure."""

from coopemploi.search.text import normalise

CIVILITIES = frozenset(["m", "mr", "mme", "mlle", "dr", "monsieur", "madame", "mademoiselle"])


def said_otherwise(text):
    """A full name, normalised, whichever name comes first: « Mme ROUX Léa » → "lea roux"."""
    words = normalise(text).split()
    if words and words[0] in CIVILITIES:
        words = words[1:]
    return [" ".join(words[cut:] + words[:cut]) for cut in range(len(words))]
