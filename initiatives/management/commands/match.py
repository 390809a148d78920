import csv
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from initiatives.matching.engine import match
from initiatives.matching.tables import TableError, read_items


class Command(BaseCommand):
    help = (
        "Rapproche des besoins des offres et des démarches d'un tableau, avec les raisons. "
        "Écrit un CSV sur la sortie standard, n'enregistre rien et ne lit pas la base."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            type=Path,
            metavar="FICHIER.csv",
            help=(
                "Colonnes kind (need, offer ou initiative), id, text et, si on les sait, "
                "schemes, themes, territory, actor."
            ),
        )

    def handle(self, *, file, **options):
        try:
            items = read_items(file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file} : fichier illisible ({error.strerror}).") from None
        except TableError as error:
            raise CommandError(f"{file} : {error}") from None
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(["need", "candidate", "score", "reasons"])
        for pair in match(items):
            reasons = " ; ".join(pair.reasons)
            writer.writerow([pair.need, pair.candidate, f"{pair.score / 1000:.3f}", reasons])
