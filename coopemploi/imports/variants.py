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
    said = singular(text)
    forms = {name: singular(name) for name in known}
    if same := {name for name, form in forms.items() if form == said}:
        return same
    said = _squashed(said)
    forms = {name: _squashed(form) for name, form in forms.items()}
    if same := {name for name, form in forms.items() if form == said}:
        return same
    if len(said) < _LONG_ENOUGH:
        return set()
    near = process.extract(said, forms, scorer=OSA.distance, score_cutoff=1, limit=None)
    # « moins de 25 ans » is not « moins de 26 ans ».
    return {name for form, _, name in near if _digits(form) == _digits(said)}


def told(text, name):
    """What to say of a cell read so."""
    return f"« {text} » : compris « {name} »."


def _squashed(text):
    return text.replace(" ", "")


def _digits(text):
    return re.sub(r"\D", "", text)
