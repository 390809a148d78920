"""Eight processes that read then write one SQLite database: none is refused.

python benchmarks/faults/sqlite_clients.py [seconds]

With the options of our settings, then with Django's own, which must fail: a measure that never
fails measures nothing.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLIENTS = 8
ROOT = Path(__file__).resolve().parents[2]


def options(ours):
    if not ours:
        return {}
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }


def client(file, seconds, ours):
    """Read then write for so long; print what happened, as JSON."""
    from django.conf import settings

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": options(ours)}
    settings.configure(DATABASES={"default": database}, USE_TZ=True)
    import django
    from django.db import DatabaseError, connection, transaction

    django.setup()
    durations, failures = [], 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.monotonic()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT total FROM counter WHERE id = 1")
                [total] = cursor.fetchone()
                time.sleep(0.002)  # a view thinks between both
                cursor.execute("UPDATE counter SET total = %s WHERE id = 1", [total + 1])
        except DatabaseError:
            failures += 1
        else:
            durations.append(time.monotonic() - began)
    print(json.dumps({"durations": durations, "failures": failures}))


def run(seconds, *, ours):
    import sqlite3

    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "site.sqlite3")
        with sqlite3.connect(file) as database:
            if ours:
                # As our first migration leaves it, for good: SQLite refuses, whatever the
                # timeout, one in a hundred of those who would all do so at once.
                database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE counter (id integer PRIMARY KEY, total integer)")
            database.execute("INSERT INTO counter VALUES (1, 0)")
        command = [sys.executable, __file__, str(seconds), "--client", file]
        command += ["--ours"] if ours else []
        processes = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
            for _ in range(CLIENTS)
        ]
        told = [json.loads(process.communicate()[0]) for process in processes]
        [total] = sqlite3.connect(file).execute("SELECT total FROM counter").fetchone()
    durations = sorted(duration for each in told for duration in each["durations"])
    failures = sum(each["failures"] for each in told)
    p99 = durations[int(0.99 * len(durations))] if durations else 0
    lost = len(durations) - total
    print(
        f"{'nos réglages' if ours else 'réglages de Django'} : {len(durations)} écritures, "
        f"{failures} refusées, {lost} perdues, p99 {1000 * p99:.0f} ms"
    )
    return failures, lost, p99


def main(seconds):
    failures, lost, p99 = run(seconds, ours=True)
    control, _, _ = run(seconds, ours=False)
    if failures or lost or p99 > 2 or not control:
        raise SystemExit("La panne n'est pas évitée, ou le témoin n'a pas échoué.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Des écritures simultanées dans SQLite.")
    parser.add_argument(
        "seconds", nargs="?", metavar="secondes", type=float, default=10, help="durée (10)"
    )
    # How the script calls itself, once for each client.
    parser.add_argument("--client", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--ours", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        client(given.client, given.seconds, ours=given.ours)
    else:
        main(given.seconds)
