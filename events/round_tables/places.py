"""Names of French places, from the shipped official files: no database."""

import csv
import gzip
from functools import cache

from coopemploi.search.text import normalise
from territories.naming import readings
from territories.referential import DATA


@cache
def names():
    """The names of communes, EPCI, départements and regions, made comparable.

    A commune named like a common first or last name is one all the same.
    """
    found = set()
    for file, column in (
        ("communes.csv.gz", "nom"),
        ("epci.csv", "nom"),
        ("departements.csv", "nom"),
        ("regions.csv", "nom"),
    ):
        opened = gzip.open if file.endswith(".gz") else open
        with opened(DATA / file, "rt", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                found.add(normalise(row[column]))
                if file == "epci.csv":
                    found |= {reading.text for reading in readings(row[column])}
    return frozenset(found)


def is_place(text):
    known = normalise(text)
    for article in ("le ", "la ", "les ", "l "):
        known = known.removeprefix(article) if known not in names() else known
    return known in names()
