"""How long 10 000 rows take: reading, preview, writing, taking back; all is rolled back.

DEBUG=1 python benchmarks/imports.py [rows], on the demonstration data.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")
django.setup()

from django.db import transaction  # noqa: E402

from coopemploi.accounts.models import User  # noqa: E402
from coopemploi.derived import registry  # noqa: E402
from coopemploi.imports import applying, mapping, readers, writers  # noqa: E402
from coopemploi.imports.declarations import importations  # noqa: E402
from coopemploi.imports.models import ImportBatch  # noqa: E402
from coopemploi.imports.tasks import checker_of  # noqa: E402
from coopemploi.vocabulary.models import Theme  # noqa: E402
from initiatives.models import Initiative  # noqa: E402
from territories.models import Actor, Territory  # noqa: E402

HEADERS = ["titre", "résumé", "avancement", "territoires", "thématiques", "publics", "porteurs"]
State = ImportBatch.State


def rows(count):
    """Places by réf, and one in ten by its bare name, to be reconciled.

    Each is carried by a known actor, and by somebody known by a label alone.
    """
    places = list(Territory.objects.filter(kind="commune").order_by("pk")[: count or 1])
    actors = [f"{actor.name} [{actor.slug}]" for actor in Actor.objects.order_by("pk")]
    themes = [theme.name for theme in Theme.objects.all()[:20]]
    for number in range(count):
        place = places[number % len(places)]
        yield [
            f"Initiative importée numéro {number}",
            f"Ce que fait la commune de {place.name} pour l'emploi, avec ses voisines.",
            "en cours",
            place.name if number % 10 == 0 else place.reference,
            f"{themes[number % 20]} | {themes[(number + 7) % 20]}",
            "",
            f"{actors[number % len(actors)]} | Mairie de {place.name} | 3 associations",
        ]


def timed(label, work):
    start = time.perf_counter()
    result = work()
    print(f"{label:<28}{time.perf_counter() - start:6.1f} s")
    return result


def measure(count):
    user = User.objects.filter(is_superuser=True).first()
    with writers.xlsx_file(HEADERS, rows(count)) as file:
        content = file.read()
    read = timed("lire le fichier XLSX", lambda: readers.read_rows(content))
    known = mapping.known_headers(importations[Initiative].columns())
    headers, others = mapping.split(read, known)
    batch = ImportBatch.objects.create(
        user=user,
        model=Initiative._meta.label,
        file_name="mesure.xlsx",
        headers_key="",
        state=State.CHECKING,
        table={"headers": headers, "rows": others},
        mapping=mapping.guess(headers, known),
    )
    timed("vérifier", lambda: applying.check(batch, checker=checker_of(batch)))
    batch.move(State.CHECKED, State.APPLYING)
    timed("enregistrer", lambda: applying.apply(batch, checker=checker_of(batch)))
    timed("rafraîchir la recherche", registry.flush)
    print({str(state): number for state, number in batch.counts().items()})
    batch.move(State.APPLIED, State.TAKING_BACK)
    timed("retirer", lambda: applying.take_back(batch, checker=checker_of(batch)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Mesure un import, qui est annulé ensuite.")
    parser.add_argument(
        "rows", nargs="?", type=int, default=10_000, metavar="lignes", help="10 000 sinon"
    )
    given = parser.parse_args()
    with transaction.atomic():
        measure(given.rows)
        transaction.set_rollback(True)
