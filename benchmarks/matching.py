"""How well needs find their answers, beside a plain full-text search of their words.

python benchmarks/matching.py [--tell]

`matching_gold.csv` judges pairs of the demonstration's content, and of `matching_needs.csv`:
the engine may be tuned on them. `matching_heldout.csv` is a network of its own, written in
one go and judged before any tuning. A need whose candidate is empty has no answer.
"""

import argparse
import csv
import math
import os
import sys
from collections import defaultdict
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
CONTENT = HERE.parent / "coopemploi" / "demo" / "content"
SECTIONS = {"besoins": "need", "offres": "offer", "initiatives": "initiative"}
LEAST_FIRST, LEAST_RECALL = 0.6, 0.8


def rows(name):
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def judged(name):
    """{need: the ids of its answers}; a need without any has none."""
    answers = defaultdict(set)
    for row in rows(name):
        answers[row["need"]] |= {row["candidate"]} if row["relevant"] == "1" else set()
    return answers


def documents():
    """The needs, offers and démarches of the demonstration, with what is known of them."""
    from initiatives.matching.engine import Item

    leading = ("porteur", "pilote", "copilote")
    items = []
    for path in sorted(CONTENT.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for section, kind in (
            ("besoins", "need"),
            ("offres", "offer"),
            ("initiatives", "initiative"),
        ):
            for entry in content.get(section) or ():
                owners = {entry.get("acteur"), entry.get("personne")}
                owners |= {
                    party.get("acteur")
                    for party in entry.get("parties prenantes") or ()
                    if party.get("rôle") in leading
                }
                items.append(
                    Item(
                        kind=kind,
                        id=entry["réf"],
                        text=entry.get("texte") or entry["titre"],
                        details=entry.get("précisions") or entry.get("résumé") or "",
                        schemes=tuple(entry.get("dispositifs") or ()),
                        themes=tuple(entry.get("thématiques") or ()),
                        sectors=tuple(entry.get("filières") or ()),
                        audiences=tuple(entry.get("publics") or ()),
                        obstacles=tuple(entry.get("freins") or ()),
                        owners=frozenset(owners - {None}),
                    )
                )
    return items


def network(name):
    from initiatives.matching.engine import Item

    return [
        Item(row["kind"], row["id"], row["text"], owners=frozenset({row["actor"]} - {""}))
        for row in ({"actor": "", **row} for row in rows(name))
    ]


def full_text(items):
    """{need: ids}, by the BM25 of the words they share: what a search engine does alone."""
    from coopemploi.search.analysis import read_words

    texts = [[word.stem for word in read_words(f"{item.text} {item.details}")] for item in items]
    pool = [(item, words) for item, words in zip(items, texts, strict=True) if item.kind != "need"]
    mean = sum(len(words) for _, words in pool) / len(pool)
    counts = defaultdict(int)
    for _, words in pool:
        for stem in set(words):
            counts[stem] += 1
    found = {}
    for item, words in zip(items, texts, strict=True):
        if item.kind != "need":
            continue
        scores = {}
        for candidate, theirs in pool:
            if item.owners & candidate.owners:
                continue
            score = 0
            for stem in set(words):
                if often := theirs.count(stem):
                    rare = math.log(1 + (len(pool) - counts[stem] + 0.5) / (counts[stem] + 0.5))
                    length = 0.25 + 0.75 * len(theirs) / mean
                    score += rare * often * 2.2 / (often + 1.2 * length)
            if score:
                scores[candidate.id] = score
        found[item.id] = sorted(scores, key=lambda key: (-scores[key], key))[:5]
    return found


def engine(items):
    from initiatives.matching.engine import match

    found = defaultdict(list)
    for pair in match(items):
        found[pair.need].append(pair.candidate)
    return found


def measure(found, answers):
    """(share of needs first answered right, recall at 5, false alarms, needs with an answer)."""
    asked = [need for need, right in answers.items() if right]
    silent = [need for need, right in answers.items() if not right]
    first = sum(bool(found.get(need)) and found[need][0] in answers[need] for need in asked)
    recall = sum(
        len(answers[need] & set(found.get(need, [])[:5])) / min(5, len(answers[need]))
        for need in asked
    )
    alarms = sum(bool(found.get(need)) for need in silent)
    return first / len(asked), recall / len(asked), alarms, len(asked), len(silent)


def report(name, items, gold, tell):
    answers = judged(gold)
    ours, plain = engine(items), full_text(items)
    print(name)
    for label, found in (("rapprochements", ours), ("plein texte seul", plain)):
        first, recall, alarms, asked, silent = measure(found, answers)
        print(
            f"  {label} : première juste {first:.2f}, rappel à 5 {recall:.2f} ({asked} besoins) ; "
            f"fausses alertes {alarms} sur {silent} besoins sans réponse"
        )
    for need, right in answers.items():
        hits = [bool(found.get(need)) and found[need][0] in right for found in (ours, plain)]
        if right and hits[0] != hits[1]:
            print(f"    {'rapprochements' if hits[0] else 'plein texte'} seul juste : {need}")
        if tell and not (hits[0] if right else not ours.get(need)):
            print(f"    {need} : attendu {sorted(right)}, obtenu {ours.get(need)}")
    first, recall, *_ = measure(ours, answers)
    return first < LEAST_FIRST or recall < LEAST_RECALL


def main(tell):
    failed = report(
        "Contenu de démonstration (réglé dessus)",
        documents() + network("matching_needs.csv"),
        "matching_gold.csv",
        tell,
    )
    failed |= report(
        "Réseau jamais vu (jugé avant tout réglage)",
        network("matching_heldout.csv"),
        "matching_heldout_gold.csv",
        False,
    )
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="La justesse des rapprochements.")
    parser.add_argument("--tell", action="store_true", help="dire chaque besoin mal servi")
    given = parser.parse_args()
    sys.path.insert(0, str(HERE.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")
    import django

    django.setup()
    sys.exit(main(given.tell))
