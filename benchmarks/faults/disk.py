"""No room left for SQLite, under the site: it says so, keeps what it acknowledged, and recovers.

python benchmarks/faults/disk.py — on a small disk of its own in memory, which only root mounts.
"""

import http.client
import os
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

from database import manage
from workers import PORT, SETTINGS, ask, gunicorn, written

SIZE = 64  # MB
WRITES = 400


@contextmanager
def small_disk():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(  # noqa: S603 - our own command
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", folder],  # noqa: S607
            check=True,
        )
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)  # noqa: S603, S607 - our own command


def fill(folder):
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"0" * 4096)
        except OSError:
            return ballast


def page(path, method="GET"):
    """(status, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    try:
        connection.request(method, path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def write(first):
    """The numbers acknowledged, and what refused the others, of `WRITES` writings."""
    kept, refused = [], []
    for number in range(first, first + WRITES):
        status, body = page(f"/ecrire/{number}/", "POST")
        if status == 201:
            kept.append(number)
        else:
            refused.append((status, body))
    return kept, refused


def main():
    wrong = []
    with small_disk() as folder:
        database = folder / "site.sqlite3"
        environment = {**os.environ, **SETTINGS, "DATABASE_URL": f"sqlite:///{database}"}
        manage(environment, "migrate", "-v0")
        manage(environment, "collectstatic", "--noinput", "-v0")
        with gunicorn(environment):
            while ask("/sante/", timeout=2) != 200:
                time.sleep(0.2)
            before, _ = write(0)
            ballast = fill(folder)
            during, refused = write(10_000)
            reads = page("/initiatives/")[0]
            ballast.unlink()
            after, still_refused = write(20_000)
        lost = {*before, *during, *after} - written(environment)
        with closing(sqlite3.connect(database)) as connection:
            integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
    clear = sum(status == 503 and "plus de place" in body for status, body in refused)
    print(
        f"disque plein : {len(refused)} écritures refusées, {clear} en le disant (503) ; "
        f"une liste répond {reads} ; place faite, {len(after)} écritures sur {WRITES} ; "
        f"{len(lost)} écritures confirmées perdues ; intégrité : {integrity}"
    )
    if not refused or clear != len(refused):
        wrong.append("le refus n'est pas dit")
    if lost or integrity != "ok" or still_refused:
        wrong.append("des données sont perdues, ou le site ne reprend pas")
    if wrong:
        raise SystemExit(" ; ".join(wrong))


if __name__ == "__main__":
    main()
