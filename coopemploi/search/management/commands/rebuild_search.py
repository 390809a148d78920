from django.core.management.base import BaseCommand
from django.db import transaction
from tqdm import tqdm

from coopemploi.search.index import sources
from coopemploi.search.models import Word


class Command(BaseCommand):
    help = "Reconstruit l'index de la recherche et des listes à partir des fiches."

    def handle(self, **options):
        with transaction.atomic():
            Word.objects.all().delete()
            for source in sources.values():
                total = source.model._base_manager.count()
                with tqdm(total=total, unit=" fiches", desc=source.label, disable=None) as bar:
                    count = source.rebuild(progress=bar.update)
                self.stdout.write(f"{source.label} : {count}")
