"""Words of names: first names, and those with which an organisation begins."""

from functools import cache
from pathlib import Path

from coopemploi.search.text import normalise


@cache
def first_names():
    return _words("first_names.txt")


@cache
def organisations():
    """Words with which an organisation or a place begins: no name of a person holds them."""
    return _words("organisations.txt")


def is_first_name(word):
    words = normalise(word).split()
    return bool(words) and words[0] in first_names()


def _words(file):
    text = Path(__file__).with_name(file).read_text(encoding="utf-8")
    return frozenset(normalise(word) for word in text.split())
