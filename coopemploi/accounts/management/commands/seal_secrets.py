from django.core.management.base import BaseCommand

from coopemploi.accounts.sealing import seal_all, unseal_all


class Command(BaseCommand):
    help = "Scelle les secrets des seconds facteurs par la première clé de SECRETS_KEYS."

    def add_arguments(self, parser):
        parser.add_argument(
            "--open",
            action="store_true",
            help="Les écrire en clair, avant de revenir à une version qui ne sait pas les lire.",
        )

    def handle(self, **options):
        changed, lost = unseal_all() if options["open"] else seal_all()
        self.stdout.write(f"Seconds facteurs réécrits : {changed}.")
        if lost:
            self.stdout.write(f"Leur clé manque à SECRETS_KEYS : {lost}.")
