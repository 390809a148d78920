"""Pages read while people write: how many of each a second, on the database of DATABASE_URL.

python benchmarks/writers.py [seconds] — two gunicorn workers, on loopback; the database is
migrated and filled beforehand. Run it on SQLite, then on PostgreSQL, in the same quarter of
an hour: the figures count beside one another.
"""

import argparse
import os
import sys
import threading
import time
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "faults"))

from workers import SETTINGS, ask, django, gunicorn

READERS = 4
PAGE = "/"
CLEAN = (
    "from coopemploi.mail.models import Refusal\n"
    "Refusal.objects.filter(address__endswith='@fault.example').delete()"
)


def measure(seconds, writers, first):
    """(pages a second, writes a second, 95th percentile of a write in ms, refusals)."""
    numbers, durations, pages, failed = count(first), [], [], []
    deadline = time.monotonic() + seconds

    def read():
        while time.monotonic() < deadline:
            (pages if ask(PAGE) == 200 else failed).append(1)

    def write():
        while time.monotonic() < deadline:
            began = time.monotonic()
            status = ask(f"/ecrire/{next(numbers)}/", "POST")
            (durations.append(time.monotonic() - began) if status == 201 else failed.append(1))

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    threads += [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    durations.sort()
    p95 = 1000 * durations[int(0.95 * len(durations))] if durations else 0
    return len(pages) / seconds, len(durations) / seconds, p95, len(failed)


def main(seconds):
    environment = {**os.environ, **SETTINGS, "PUBLIC_CACHE": "0"}
    kind = environment["DATABASE_URL"].partition(":")[0]
    with gunicorn(environment, workers=2):
        for _ in range(4):
            ask(PAGE)  # each worker loads what it keeps
        for number, writers in enumerate((0, 2, 8), 1):
            pages, writes, p95, failed = measure(seconds, writers, 1_000_000 * number)
            print(
                f"{kind}, {writers} qui écrivent : {pages:.0f} pages/s, {writes:.0f} écritures/s "
                f"(95 % sous {p95:.0f} ms), {failed} refus",
                flush=True,
            )
    django(environment, CLEAN)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Ce que l'on lit pendant que l'on écrit.")
    parser.add_argument(
        "seconds", nargs="?", metavar="secondes", type=float, default=10, help="par mesure (10)"
    )
    main(parser.parse_args().seconds)
