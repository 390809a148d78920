from django.core.management.base import BaseCommand

from coopemploi.derived import registry
from initiatives.matching.suggestions import MatchTable


class Command(BaseCommand):
    help = "Refait les rapprochements suggérés ; ce que l'on a décidé d'une paire reste."

    def handle(self, **options):
        for table in registry.tables:
            if isinstance(table, MatchTable):
                self.stdout.write(f"{table.rebuild()} rapprochements.")
