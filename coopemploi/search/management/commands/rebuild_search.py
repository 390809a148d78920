from django.core.management.base import BaseCommand
from django.db import transaction

from coopemploi.search.index import sources


class Command(BaseCommand):
    help = "Reconstruit l'index de la recherche à partir des fiches."

    def handle(self, **options):
        for source in sources.values():
            with transaction.atomic():
                count = source.rebuild()
            self.stdout.write(f"{source.label} : {count}")
