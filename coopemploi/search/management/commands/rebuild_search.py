from django.core.management.base import BaseCommand
from django.db import transaction
from tqdm import tqdm

from coopemploi.search.index import sources
from coopemploi.search.models import Word


class Command(BaseCommand):
    help = "Reconstruit l'index de la recherche et des listes à partir des fiches."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire ce qui a dérivé, sans rien écrire."
        )

    def handle(self, *, dry_run, **options):
        if dry_run:
            for source in sources.values():
                self.stdout.write(f"{source.label} : {source.drift()} écart(s).")
            self.stdout.write("Essai seulement : rien n'a été écrit.")
            return
        with transaction.atomic():
            Word.objects.all().delete()
            for source in sources.values():
                total = source.model._base_manager.count()
                with tqdm(total=total, unit=" fiches", desc=source.label, disable=None) as bar:
                    count = source.rebuild(progress=bar.update)
                self.stdout.write(f"{source.label} : {count}")
