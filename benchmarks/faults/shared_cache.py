"""Redis killed, hung, then started again, under a site that keeps its pages there: it goes on.

python benchmarks/faults/shared_cache.py — a Redis of its own, on loopback only, and a new
SQLite database. Needs `redis-server`.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager

from workers import ask, free_port, gunicorn, new_site

PAGES = ("/", "/initiatives/", "/evenements/", "/comptes/login/", "/sante/")
SECONDS = 6  # of each state
LONGEST = 3  # seconds a page may take: several timeouts of one second
RECOVERY = 2  # seconds, at most


class Redis:
    def __init__(self):
        self.program, self.port = shutil.which("redis-server"), free_port()
        if self.program is None:
            raise SystemExit("Redis n'est pas installé.")

    def start(self):
        command = [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603

    def stop(self):
        self.process.kill()
        self.process.wait()


@contextmanager
def redis():
    made = Redis()
    made.start()
    try:
        yield made
    finally:
        made.stop()


def read_pages(said):
    """What is wrong of the pages read for a while."""
    statuses, longest, deadline = [], 0, time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for path in PAGES:
            begun = time.monotonic()
            statuses.append(ask(path))
            longest = max(longest, time.monotonic() - begun)
    failed, counted = len(statuses) - statuses.count(200), ask("/compter/", "POST")
    print(
        f"Redis {said} : {len(statuses)} pages lues, {failed} en échec, la plus lente en "
        f"{longest:.2f} s ; un envoi à compter répond {counted}"
    )
    return [
        *([f"{failed} pages en échec, Redis {said}"] if failed else []),
        *([f"une page prend {longest:.1f} s, Redis {said}"] if longest > LONGEST else []),
        *([f"un envoi répond {counted}, Redis {said}"] if counted != EXPECTED[said] else []),
    ]


EXPECTED = {"présent": 201, "tué": 503, "figé": 503, "revenu": 201}


def main():
    with redis() as cache, tempfile.TemporaryDirectory() as folder:
        environment = new_site(folder, CACHE_URL=f"redis://127.0.0.1:{cache.port}/0")
        with gunicorn(environment, workers=2):
            wrong = read_pages("présent")
            cache.stop()
            wrong += read_pages("tué")
            cache.start()
            begun = time.monotonic()
            while ask("/compter/", "POST") != 201 and time.monotonic() - begun < 30:
                time.sleep(0.05)
            recovery = time.monotonic() - begun
            print(f"repris en {recovery:.2f} s")
            os.kill(cache.process.pid, signal.SIGSTOP)
            wrong += read_pages("figé")
            os.kill(cache.process.pid, signal.SIGCONT)
            wrong += read_pages("revenu")
    if recovery > RECOVERY:
        wrong.append(f"la reprise prend plus de {RECOVERY} s")
    if wrong:
        raise SystemExit(" ; ".join(wrong))


if __name__ == "__main__":
    main()
