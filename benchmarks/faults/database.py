"""PostgreSQL stopped, then started again, under load: a page says so, nothing is lost.

python benchmarks/faults/database.py — a cluster of its own, in a temporary folder, on
loopback only. Needs the programs of PostgreSQL; `initdb` refuses root, so root runs them as
the user `postgres`.
"""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from workers import PORT, SETTINGS, ask, django, free_port, gunicorn, manage

DATABASE_PORT = free_port()
MAILS = 20
RECOVERY = 2  # seconds, at most


def programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if found:
        return found[-1].parent
    if path := shutil.which("pg_ctl"):
        return Path(path).parent
    raise SystemExit("PostgreSQL n'est pas installé.")


class Cluster:
    def __init__(self, folder):
        self.bin, self.data = programs(), Path(folder) / "data"
        self.log = Path(folder) / "log"
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync")

    def _run(self, program, *arguments):
        command = [str(self.bin / program), *map(str, arguments)]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603

    def start(self):
        options = f"-p {DATABASE_PORT} -c listen_addresses=127.0.0.1 -k {self.data}"
        self._run("pg_ctl", "-D", self.data, "-o", options, "-l", self.log, "-w", "start")

    def stop(self):
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")


@contextmanager
def cluster():
    with tempfile.TemporaryDirectory() as folder:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        made = Cluster(folder)
        made.start()
        try:
            yield made
        finally:
            made.stop()


def page(path):
    """(status, Retry-After, body) of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, response.headers["Retry-After"], response.read().decode()
    finally:
        connection.close()


def mails(environment):
    code = (
        "from post_office.models import Email, STATUS\n"
        "print(Email.objects.filter(status=STATUS.sent).count(), Email.objects.count())"
    )
    return tuple(map(int, django(environment, code).split()))


def queue_mails(environment):
    code = (
        "from coopemploi.identity.models import Identity\n"
        "from django.core.mail import EmailMessage\n"
        "from coopemploi.mail.backends import queue_message\n"
        f"for n in range({MAILS}):\n"
        "    queue_message(EmailMessage('essai', 'essai', to=[f'{n}@fault.example']))"
    )
    django(environment, code)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the cluster is stopped in any case
    wrong = []
    with cluster() as database:
        environment = {
            **os.environ,
            **SETTINGS,
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{DATABASE_PORT}/postgres",
            "EMAIL_URL": "dummymail://",
        }
        manage(environment, "migrate", "-v0")
        manage(environment, "collectstatic", "--noinput", "-v0")
        queue_mails(environment)
        with gunicorn(environment):
            database.stop()
            for path in ("/", "/initiatives/", "/comptes/login/"):
                status, retry, body = page(path)
                if status != 503 or not retry or "Traceback" in body or "psycopg" in body:
                    wrong.append(f"{path} répond {status}, Retry-After {retry}")
            manage(
                environment, "run_due", check=False
            )  # the timer comes at a bad time: nothing is lost
            database.start()
            begun = time.monotonic()
            while ask("/initiatives/", timeout=2) != 200:
                if time.monotonic() - begun > 30:
                    break
                time.sleep(0.05)
            recovery = time.monotonic() - begun
        manage(environment, "run_due", check=False)
        sent, queued = mails(environment)
    print(
        f"PostgreSQL arrêté : {3 - len(wrong)} pages sur 3 le disent (503, Retry-After) ; "
        f"repris en {recovery:.2f} s ; {sent} courriels partis sur {queued}"
    )
    if recovery > RECOVERY:
        wrong.append(f"la reprise prend plus de {RECOVERY} s")
    if (sent, queued) != (MAILS, MAILS):
        wrong.append("des courriels en attente ne sont pas partis")
    if wrong:
        raise SystemExit(" ; ".join(wrong))


if __name__ == "__main__":
    main()
