"""No room left for SQLite, then for files: the site says so, loses nothing, and recovers.

python benchmarks/faults/disk.py — on a small disk of its own in memory, which only root mounts.
"""

import http.client
import os
import sqlite3
import subprocess
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

from workers import PORT, gunicorn, new_site, written

SIZE = 64  # MB
WRITES = 100  # more than what is left of a last page holds
# Long: three random megabytes hold a short one, once in six times.
BOUNDARY = "entre-deux-parties-d-un-envoi"


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


def page(path, method="GET", body=None, headers=()):
    """(status, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    try:
        connection.request(method, path, body, {"Connection": "close", **dict(headers)})
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


def send(content):
    """Send a file to the site: (status, body)."""
    edge = b"--" + BOUNDARY.encode()
    head = b'\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return page("/envoyer/", "POST", edge + head + content + b"\r\n" + edge + b"--\r\n", kind)


def main():
    if wrong := [*database_without_room(), *files_without_room()]:
        raise SystemExit(" ; ".join(wrong))


def files_without_room():
    """Half of the files fit, of a size that a full disk cuts short."""
    content = os.urandom(3_000_000)
    with (
        small_disk() as folder,
        tempfile.TemporaryDirectory() as elsewhere,
        gunicorn(new_site(elsewhere, MEDIA_DIR=str(folder)), workers=1),
    ):
        answers = [send(content) for _ in range(2 * SIZE // 3)]
        kept = [folder / body for status, body in answers if status == 201]
        refused = [answer for answer in answers if answer[0] != 201]
        stored = [file for file in folder.rglob("*") if file.is_file()]
        whole = sum(file.read_bytes() == content for file in stored)
        kept[0].unlink()
        status, _ = send(content)
    clear = sum(status == 503 and "plus de place" in body for status, body in refused)
    print(
        f"disque des fichiers plein : {len(kept)} fichiers reçus, {whole} entiers sur "
        f"{len(stored)} présents ; {len(refused)} refusés, {clear} en le disant (503) ; "
        f"place faite, l'envoi répond {status}"
    )
    if not refused or clear != len(refused) or status != 201:
        return ["le refus d'un fichier n'est pas dit, ou le site ne reprend pas"]
    return [] if whole == len(stored) == len(kept) else ["des fichiers sont coupés"]


def database_without_room():
    wrong = []
    with small_disk() as folder:
        database = folder / "site.sqlite3"
        environment = new_site(folder)
        with gunicorn(environment, workers=1):
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
    return wrong


if __name__ == "__main__":
    main()
