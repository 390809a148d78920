from django.core.management.base import BaseCommand
from django.db import transaction

from coopemploi.accounts.sealing import seal_all, unseal_all


class Command(BaseCommand):
    help = "Scelle les secrets des seconds facteurs par la première clé de SECRETS_KEYS."

    def add_arguments(self, parser):
        parser.add_argument(
            "--open",
            action="store_true",
            help="Les écrire en clair, avant de revenir à une version qui ne sait pas les lire.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire combien le seraient, sans rien écrire."
        )

    def handle(self, **options):
        rewrite, dry_run = unseal_all if options["open"] else seal_all, options["dry_run"]
        with transaction.atomic():
            changed, lost = rewrite()
            transaction.set_rollback(dry_run)
        self.stdout.write(f"Seconds facteurs réécrits : {changed}.")
        if lost:
            self.stdout.write(f"Leur clé manque à SECRETS_KEYS : {lost}.")
        if dry_run:
            self.stdout.write("Essai seulement : rien n'a été écrit.")
