"""How well a search answers queries judged on the demonstration's content.

DATABASE_URL=… python benchmarks/relevance.py

Each line of `relevance*.csv` gives a query and the answers, `model|title` separated by
« ;; », that would satisfy who typed it: judged by reading the content, before any tuning.
The mean reciprocal rank (MRR) is the mean of 1 / the rank of the first of them.
`relevance_traps.csv` holds queries that must not find nothing.
"""

import csv
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The ranking may be tuned on the first; the other tells whether that holds elsewhere.
LISTS = ("relevance.csv", "relevance_heldout.csv")
TRAPS = "relevance_traps.csv"
LEAST_MRR = 0.85


def rows(name):
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def answers(query):
    """What the page of results shows, from top to bottom, as `model|title`."""
    from django.contrib.auth.models import AnonymousUser

    from coopemploi.pages.results import Search

    search = Search(query, AnonymousUser())
    results = [
        f"{group.key}|{''.join(part.text for part in result.title)}"
        for group in search.groups
        for result in group.results
    ]
    return [*(f"vocabulary.glossaryterm|{term}" for term in search.terms), *results]


def mean_reciprocal_rank(name, tell):
    total = 0
    judged = rows(name)
    for row in judged:
        relevant = {answer.strip() for answer in row["relevant"].split(";;")}
        found = answers(row["query"])
        rank = next((rank for rank, answer in enumerate(found, 1) if answer in relevant), 0)
        total += 1 / rank if rank else 0
        if rank != 1:
            tell(f"    {row['query']} : {f'rang {rank}' if rank else 'absent'}")
    return total / len(judged), len(judged)


def main():
    failed = False
    for name in LISTS:
        said = []
        mrr, count = mean_reciprocal_rank(name, said.append)
        failed |= mrr < LEAST_MRR
        print(f"  {name} : MRR {mrr:.3f} sur {count} requêtes (au moins {LEAST_MRR})")
        print("\n".join(said))
    empty = [row["query"] for row in rows(TRAPS) if not answers(row["query"])]
    print(f"  {TRAPS} : {len(empty)} requêtes sans réponse (aucune permise) {empty or ''}")
    return failed or bool(empty)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")
    import django

    django.setup()
    sys.exit(main())
