from django.core.management.base import BaseCommand
from django.db import transaction

from coopemploi.imports.models import ImportBatch


class Command(BaseCommand):
    help = "Efface le contenu des fichiers importés il y a plus de trente jours."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire ce qui serait effacé, sans rien écrire."
        )

    def handle(self, *, dry_run, **options):
        with transaction.atomic():
            count = ImportBatch.objects.forget_files()
            transaction.set_rollback(dry_run)
        self.stdout.write(f"Imports effacés : {count}.")
        if dry_run:
            self.stdout.write("Essai seulement : rien n'a été effacé.")
