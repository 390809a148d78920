import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from events.round_tables.reading import UnreadableRoundTableError, read_round_table


class Command(BaseCommand):
    help = (
        "Lit un tour de table (texte, HTML, CSV, XLSX, ODS) et écrit en JSON ce qui est compris. "
        "N'enregistre rien."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FICHIER", type=Path, help="Le tour de table.")

    def handle(self, *, file, **options):
        try:
            reading = read_round_table(file.read_bytes())
        except OSError as error:
            raise CommandError(f"Ce fichier ne peut pas être lu : {error.strerror}.") from error
        except UnreadableRoundTableError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(reading.to_json(), ensure_ascii=False, indent=2))
