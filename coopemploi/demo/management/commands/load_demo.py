from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from coopemploi.demo.loading import SIGN_INS, load_demo
from coopemploi.formats.documents import DocumentError


class Command(BaseCommand):
    help = "Charge la démonstration : vocabulaires, contenus, identité du site et comptes (DEBUG)."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Tout vérifier sans rien enregistrer."
        )

    def handle(self, *, dry_run, **options):
        try:
            with transaction.atomic():
                loaded = load_demo()
                transaction.set_rollback(dry_run)
        except DocumentError as error:
            raise CommandError(f"Rien n'a été chargé.\n{error}") from error
        self.stdout.write(f"{loaded.vocabularies}\n{loaded.content}")
        if dry_run:
            self.stdout.write("Essai seulement : rien n'a été enregistré.")
        elif loaded.has_accounts:
            for role, email, password in SIGN_INS:
                self.stdout.write(f"{role} : {email}, mot de passe {password}")
        else:
            self.stdout.write("Sans DEBUG, aucun compte de démonstration n'est créé.")
