"""How many names find their territory, and at what cost.

DATABASE_URL=… python benchmarks/reconciliation.py [FILE.csv …]

Each file has the columns name, context, kind, code; an empty code means that nothing may
be assigned. A territory without official code is given by its slug.
"""

import argparse
import csv
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Tuned on the first two; the last was resolved before anybody looked at it.
LISTS = ("reconciliation_gold.csv", "reconciliation_heldout.csv", "reconciliation_unseen.csv")


def judge(reconciler, path):
    """Resolve each line of `path`; return (right, wrong, abstained, seconds) and tell mistakes."""
    right, wrong, abstained, seconds = 0, 0, 0, 0.0
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            start = time.perf_counter()
            match = reconciler.resolve(row["name"], row["context"]).match
            seconds += time.perf_counter() - start
            found = (match.kind, match.code or match.slug) if match else ("", "")
            if found == (row["kind"], row["code"]):
                right += 1
                continue
            wrong += bool(match)
            abstained += not match
            expected = f"{row['kind']}:{row['code']}" if row["code"] else "rien"
            got = f"{match.reference} ({match.name})" if match else "rien"
            print(f"  {row['name']} [{row['context']}] : attendu {expected}, obtenu {got}")
    return right, wrong, abstained, seconds


def main(paths):
    from territories.reconciliation import Reconciler

    start = time.perf_counter()
    reconciler = Reconciler()
    print(f"Chargement des noms : {time.perf_counter() - start:.2f} s")
    for path in paths:
        print(path.name)
        right, wrong, abstained, seconds = judge(reconciler, path)
        total = right + wrong + abstained
        print(
            f"  {total} noms : {right / total:.1%} justes, {wrong / total:.1%} mal attribués, "
            f"{abstained / total:.1%} laissés sans réponse à tort ; "
            f"{1000 * seconds / total:.2f} ms par nom"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="La justesse du rapprochement des noms.")
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="fichier.csv",
        help="des noms jugés ; les nôtres sinon",
    )
    given = parser.parse_args()
    sys.path.insert(0, str(HERE.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")
    import django

    django.setup()
    main(given.files or [path for name in LISTS if (path := HERE / name).exists()])
