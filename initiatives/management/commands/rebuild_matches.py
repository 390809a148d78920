from django.core.management.base import BaseCommand

from coopemploi.derived import registry
from initiatives.matching.suggestions import MatchTable


class Command(BaseCommand):
    help = "Refait les rapprochements suggérés ; ce que l'on a décidé d'une paire reste."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire ce qui a dérivé, sans rien écrire."
        )

    def handle(self, *, dry_run, **options):
        for table in registry.tables:
            if not isinstance(table, MatchTable):
                continue
            if dry_run:
                self.stdout.write(f"{table.drift()} écart(s).")
                self.stdout.write("Essai seulement : rien n'a été écrit.")
            else:
                self.stdout.write(f"{table.rebuild()} rapprochements.")
