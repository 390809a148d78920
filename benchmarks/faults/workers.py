"""Workers killed at random, then a reload, under load: what was acknowledged is kept.

python benchmarks/faults/workers.py [seconds] — on the database of DATABASE_URL, which is
migrated, or on a new SQLite one. On loopback only.
"""

import argparse
import http.client
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RATE = 50  # requests a second


def free_port():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


PORT = free_port()  # others may run the same on this machine
SETTINGS = {
    "DEBUG": "0",
    "SECRET_KEY": "a key of a measure, that signs nothing of value",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECURE_SSL_REDIRECT": "0",
    "LOG_LEVEL": "ERROR",
}


def django(environment, code):
    """What some code prints, once the site is set up."""
    return subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "coopemploi.settings"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()


def manage(environment, *arguments, check=True):
    subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        check=check,
        stdout=subprocess.DEVNULL,
        stderr=None if check else subprocess.DEVNULL,
    )


@cache
def _migrated():
    """A folder with a new SQLite database, made once for all that copy it."""
    folder = tempfile.TemporaryDirectory()
    database = Path(folder.name) / "s.sqlite3"
    environment = {**os.environ, **SETTINGS, "DATABASE_URL": f"sqlite:///{database}"}
    if kept := django(environment, KEPT_SCHEMA):
        shutil.copy(kept, database)
    manage(environment, "migrate", "-v0")
    manage(environment, "collectstatic", "--noinput", "-v0")
    return folder


def new_site(folder, **settings):
    """The environment of a site whose SQLite database is new, in `folder`."""
    shutil.copy(Path(_migrated().name) / "s.sqlite3", Path(folder) / "site.sqlite3")
    url = f"sqlite:///{folder}/site.sqlite3"
    return {**os.environ, **SETTINGS, "DATABASE_URL": url, **settings}


# What the tests keep of a database just migrated, which takes most of a minute.
KEPT_SCHEMA = """
from pathlib import Path
from tests import schema
print(schema.nearest(Path(".pytest_cache/d/schema")) or "")
"""


@contextmanager
def gunicorn(environment, workers=3):
    command = [
        str(Path(sys.executable).with_name("gunicorn")),
        *("--config", "python:coopemploi.web_server", "--workers", str(workers)),
        *("--bind", f"127.0.0.1:{PORT}", "--log-level", "critical"),
        *("--pythonpath", f"{ROOT},{Path(__file__).parent}"),
        "site_under_fault:application",
    ]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        while ask("/sante/", timeout=2) != 200:
            if process.poll() is not None:
                raise SystemExit("Le site n'a pas démarré.")
            time.sleep(0.2)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:  # stopping is not what is tried here
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def ask(path, method="GET", timeout=30):
    """The status of an answer, None when there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=timeout)
    try:
        connection.request(method, path, headers={"Connection": "close"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Load:
    """Requests at a steady rate, one in two of which writes."""

    def __init__(self, first):
        self.number, self.lock = first, threading.Lock()
        self.acknowledged, self.failed, self.times = [], 0, []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self._run) for _ in range(10)]

    def _run(self):
        while not self.stopped.wait(len(self.threads) / RATE):
            with self.lock:
                self.number += 1
                number = self.number
            writes = number % 2
            status = ask(f"/ecrire/{number}/", "POST") if writes else ask("/sante/")
            with self.lock:
                if status in {200, 201}:
                    self.times.append(time.monotonic())
                    if writes:
                        self.acknowledged.append(number)
                else:
                    self.failed += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    @property
    def gap(self):
        times = sorted(self.times)
        return max((b - a for a, b in pairwise(times)), default=0)


def workers_of(process):
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def written(environment):
    code = (
        "from coopemploi.mail.models import Refusal\n"
        "rows = Refusal.objects.filter(address__endswith='@fault.example')\n"
        "print(*(address.partition('@')[0] for address in rows.values_list('address', flat=True)))"
    )
    return {int(number) for number in django(environment, code).split()}


def main(seconds):
    with tempfile.TemporaryDirectory() as folder:
        if "DATABASE_URL" in os.environ:
            environment = {**os.environ, **SETTINGS}
            manage(environment, "migrate", "-v0")
            manage(environment, "collectstatic", "--noinput", "-v0")
        else:
            environment = new_site(folder)
        with gunicorn(environment) as process:
            time.sleep(2)
            lost, gap = kill_at_random(process, seconds, environment)
            failed = reload_under_load(process, seconds / 2)
    wrong = {
        "des écritures confirmées sont perdues": lost,
        "le silence dépasse 1 s": gap > 1,
        "le rechargement refuse des demandes": failed,
    }
    if any(wrong.values()):
        raise SystemExit(" ; ".join(said for said, is_so in wrong.items() if is_so))


def kill_at_random(process, seconds, environment):
    """(acknowledged writes that are lost, longest silence in seconds)."""
    killed = 0
    with Load(first=0) as load:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(random.uniform(1, 3))  # noqa: S311 - not a secret
            os.kill(random.choice(workers_of(process)), signal.SIGKILL)  # noqa: S311
            killed += 1
        time.sleep(2)
    lost = set(load.acknowledged) - written(environment)
    print(
        f"kill -9 : {killed} processus tués en {seconds:.0f} s, {len(load.times)} réponses, "
        f"{load.failed} sans réponse, {len(load.acknowledged)} écritures confirmées, "
        f"{len(lost)} perdues, plus long silence {load.gap:.2f} s",
        flush=True,
    )
    return lost, load.gap


def reload_under_load(process, seconds):
    """How many requests had no answer."""
    with Load(first=1_000_000) as load:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(4)
            os.kill(process.pid, signal.SIGHUP)
        time.sleep(3)
    print(f"rechargement : {len(load.times)} réponses, {load.failed} demandes sans réponse")
    return load.failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Des processus tués, puis rechargés, sous charge.")
    parser.add_argument(
        "seconds", nargs="?", metavar="secondes", type=float, default=60, help="durée (60)"
    )
    main(parser.parse_args().seconds)
