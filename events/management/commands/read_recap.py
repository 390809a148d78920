import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from events.reading.documents import UnreadableRecapError
from events.reading.reading import read_recap
from events.reading.referential import territory_resolver


class Command(BaseCommand):
    help = (
        "Lit un compte rendu, texte ou HTML, et écrit en JSON ce qu'il propose. N'enregistre rien."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "file", metavar="FICHIER", type=Path, help="Le compte rendu, en texte ou en HTML."
        )

    def handle(self, *, file, **options):
        resolve = territory_resolver()
        if resolve is None:
            self.stderr.write("La base n'a pas de territoires : ils restent sans code.")
        try:
            reading = read_recap(file.read_bytes(), resolve)
        except OSError as error:
            raise CommandError(f"Ce fichier ne peut pas être lu : {error.strerror}.") from error
        except UnreadableRecapError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(reading.to_json(), ensure_ascii=False, indent=2))
