"""How many quotes, figures and people the reader of recaps finds, and how many are wrong.

DATABASE_URL=… python benchmarks/recap_reading.py [-v] [FOLDER …]

The recaps are made up. Those of `heldout` were written before the reader.
"""

import argparse
import difflib
import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def close(one, other):
    one, other = ("".join(c for c in text.lower() if c.isalnum()) for text in (one, other))
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() > 0.85


def same_quote(found, gold):
    authors = gold["author"] if isinstance(gold["author"], list) else [gold["author"]]
    return close(found["text"], gold["text"]) and any(close(found["author"], a) for a in authors)


def same_figure(found, gold):
    return (found["value"], found["unit"]) == (gold["value"], gold["unit"])


def same_place(found, gold):
    return close(found["name"], gold["name"]) and found["stage"] == gold["stage"]


def begins(found, gold):
    return found["text"].lower().startswith(gold.lower()[:25])


KINDS = {
    "quotes": (same_quote, lambda f, o: close(f["text"], o)),
    "figures": (same_figure, lambda f, o: f["value"] == o),
    "people": (lambda f, g: close(f["name"], g), lambda f, o: close(f["name"], o)),
    "territories": (same_place, lambda f, o: False),
    "actions": (begins, begins),
    "dates": (lambda f, g: f == g, lambda f, o: False),
}


def judge(folder, read, tells):
    totals = {kind: [0, 0, 0] for kind in KINDS}  # right, missed, wrong
    for path in sorted(folder.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        source = next(p for p in sorted(folder.glob(f"{path.stem}.*")) if p.suffix != ".json")
        found = read(source.read_bytes())
        for kind, (same, tolerated) in KINDS.items():
            left = list(gold.get(kind, []))
            for proposal in found[kind]:
                match = next((each for each in left if same(proposal, each)), None)
                if match is not None:
                    left.remove(match)
                    totals[kind][0] += 1
                elif not any(tolerated(proposal, o) for o in gold.get(f"optional_{kind}", [])):
                    totals[kind][2] += 1
                    if tells:
                        print(f"  {path.stem} {kind} de trop : {proposal}")
            totals[kind][1] += len(left)
            if tells and left:
                print(f"  {path.stem} {kind} manqués : {left}")
    print(folder.name)
    for kind, (right, missed, wrong) in totals.items():
        precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
        print(f"  {kind:<12} précision {precision:.0%}, rappel {recall:.0%} ({right + missed})")


def main(folders, tells):
    from events.reading.reading import read_recap
    from events.reading.referential import territory_resolver

    resolve = territory_resolver()
    for folder in folders:
        judge(folder, lambda data: read_recap(data, resolve).to_json(), tells)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="La justesse de la lecture des comptes rendus.")
    parser.add_argument("-v", action="store_true", help="dire ce qui manque, et ce qui est de trop")
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        default=[HERE / "recaps" / "tune", HERE / "recaps" / "heldout"],
        metavar="dossier",
        help="de comptes rendus et de ce qu'ils disent ; les nôtres sinon",
    )
    given = parser.parse_args()
    sys.path.insert(0, str(HERE.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")
    import django

    django.setup()
    main(given.folders, given.v)
