from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from coopemploi.formats.documents import DocumentError
from coopemploi.vocabulary.loading import load_vocabularies


class Command(BaseCommand):
    help = "Charge les vocabulaires et le glossaire fournis avec le projet."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Tout vérifier sans rien enregistrer."
        )

    def handle(self, *, dry_run, **options):
        try:
            with transaction.atomic():
                report = load_vocabularies()
                transaction.set_rollback(dry_run)
        except DocumentError as error:
            raise CommandError(f"Rien n'a été chargé.\n{error}") from error
        self.stdout.write(str(report))
        if dry_run:
            self.stdout.write("Essai seulement : rien n'a été enregistré.")
