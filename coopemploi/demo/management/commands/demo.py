import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import get_internal_wsgi_application, run
from django.db import connection

from coopemploi.demo import freshness
from coopemploi.demo.loading import SIGN_INS
from coopemploi.search.models import Document

ADDRESS = "127.0.0.1"
NOT_FOUND = "coopemploi.demo.not_found.NotFoundMiddleware"


class Command(BaseCommand):
    help = "Prépare la démonstration, puis la sert avec son exécutant de tâches (DEBUG seulement)."

    def add_arguments(self, parser):
        parser.add_argument(
            "--port",
            type=int,
            default=os.environ.get("PORT", "8000"),
            help="Port d'écoute (8000, ou la variable PORT).",
        )
        parser.add_argument(
            "--reload-content",
            action="store_true",
            help="Recharger les contenus même s'ils n'ont pas changé.",
        )

    def handle(self, *, port, reload_content, **options):
        if not settings.DEBUG:
            raise CommandError(
                "La démonstration a des mots de passe publics : elle ne démarre qu'avec DEBUG=1."
            )
        _check_free(port)
        settings.SITE_URL = os.environ["SITE_URL"] = f"http://{ADDRESS}:{port}"
        _stop_on_signals()
        try:
            prepare(self.stdout, reload_content=reload_content)
            with _worker():
                self._serve(port)
        except KeyboardInterrupt:
            self.stdout.write("\nLa démonstration est arrêtée.")

    def _serve(self, port):
        def announce(bound_port):
            self.stdout.write(f"\nCoopemploi est prêt : http://{ADDRESS}:{bound_port}/\n\n")
            for role, email, password in SIGN_INS:
                self.stdout.write(f"  {role:<15} {email:<30} mot de passe : {password}")
            self.stdout.write("\nCtrl-C pour arrêter.")
            self.stdout.flush()

        settings.MIDDLEWARE = [*settings.MIDDLEWARE, NOT_FOUND]
        run(ADDRESS, port, get_internal_wsgi_application(), threading=True, on_bind=announce)


def prepare(stdout, *, reload_content=False):
    """Bring the database up to date: tables, territories, contents, accounts."""
    if connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    if not reload_content and freshness.is_fresh():
        if not Document.objects.exists():  # a migration made the index anew
            call_command("rebuild_search", stdout=stdout)
        return
    stdout.write("Chargement des territoires et des contenus…")
    call_command("load_territories", stdout=stdout)
    call_command("load_demo", stdout=stdout)
    freshness.mark_fresh()


def _check_free(port):
    if not 0 < port < 65536:
        raise CommandError(f"{port} n'est pas un numéro de port : choisissez entre 1024 et 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except PermissionError as error:
            raise CommandError(f"Le port {port} est réservé : choisissez-en un autre.") from error
        except OSError as error:
            raise CommandError(
                f"Le port {port} est déjà pris. Choisissez-en un autre : make demo PORT={port + 1}"
            ) from error


def _stop_on_signals():
    """Stop as on Ctrl-C when the terminal closes or a script asks to.

    A shell script starts its background commands deaf to SIGINT.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


@contextmanager
def _worker():
    """The background worker, for as long as the site is served."""
    command = [sys.executable, settings.BASE_DIR / "manage.py", "db_worker", "--no-reload"]
    process = subprocess.Popen(command)  # noqa: S603 - our own command
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
