"""What a cell can only mean, though it is written otherwise. Pure."""

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from ..search.text import singular

_LONG_ENOUGH = 6  # below, one letter makes another word: « EBE », « EPE »


def variants(text, known):
    """Those of the names `known`, normalised, that `text` is but for plurals, spaces or a slip.

    The surest way of being so that any has; several are a doubt, for who asks to tell.
    """
    return alike(text, known) or slips(text, known)


def alike(text, known):
    """Those of the names `known` that `text` is but for gender, plurals or spaces."""
    said = _form(text)
    forms = {name: _form(name) for name in known}
    if same := {name for name, form in forms.items() if form == said}:
        return same
    said = _squashed(said)
    return {name for name, form in forms.items() if _squashed(form) == said}


def slips(text, known):
    """Those of the names `known` that `text` is but for one letter."""
    said = _squashed(_form(text))
    if len(said) < _LONG_ENOUGH:
        return set()
    forms = {name: _squashed(_form(name)) for name in known}
    near = process.extract(said, forms, scorer=OSA.distance, score_cutoff=1, limit=None)
    # « moins de 25 ans » is not « moins de 26 ans ».
    return {name for form, _, name in near if _digits(form) == _digits(said)}


def keeps_endings(text, name):
    """Whether the words of both end alike: « terminer » is not « terminée »."""
    return [word[-2:] for word in _form(text).split()] == [
        word[-2:] for word in _form(name).split()
    ]


def told(text, name):
    """What to say of a cell read so."""
    return f"« {text} » : compris « {name} »."


def _form(text):
    """`text` normalised, neither plural nor feminine: « terminées » → "termine"."""
    return re.sub(r"ee\b", "e", singular(text))


def _squashed(text):
    return text.replace(" ", "")


def _digits(text):
    return re.sub(r"\D", "", text)
