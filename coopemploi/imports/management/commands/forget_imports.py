from django.core.management.base import BaseCommand

from coopemploi.imports.models import ImportBatch


class Command(BaseCommand):
    help = "Efface le contenu des fichiers importés il y a plus de trente jours."

    def handle(self, **options):
        count = ImportBatch.objects.forget_files()
        self.stdout.write(f"Imports effacés : {count}.")
