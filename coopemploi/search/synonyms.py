"""The synonyms that the analyser uses: who provides them, and the analyser they make."""

from functools import lru_cache

from .. import version
from .analysis import Analyser

_providers = {}


def register(label, terms):
    """Take synonyms from a model: its label, and a function that gives the
    (key, forms) pairs of a queryset of it."""
    _providers[label] = terms


def providers():
    return dict(_providers)


def analyser():
    """The analyser of the synonyms as they now are: what is written is made with it."""
    terms = []
    for provide in _providers.values():
        terms += provide()
    return _made_of(tuple(terms))


# The same, read again when something changed: enough to understand what somebody types.
reader = version.kept(analyser)


def read_query(text):
    """The clauses of what somebody typed."""
    return reader().clauses(text)


@lru_cache(maxsize=8)
def _made_of(terms):
    return Analyser(terms)
