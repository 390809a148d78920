from django.core.management.base import BaseCommand, CommandError

from coopemploi.derived import registry


class Command(BaseCommand):
    help = "Compare les tables calculées à ce qu'elles devraient être ; --repair les refait."

    def add_arguments(self, parser):
        parser.add_argument(
            "--repair", action="store_true", help="Refaire les tables qui ont dérivé."
        )

    def handle(self, *, repair, **options):
        drifted = 0
        for table in registry.tables:
            drift = table.drift()
            if not drift:
                self.stdout.write(f"{table.name} : à jour.")
            elif repair:
                count = table.rebuild()
                self.stdout.write(
                    f"{table.name} : {drift} écart(s), table refaite ({count} lignes)."
                )
            else:
                drifted += 1
                self.stdout.write(f"{table.name} : {drift} écart(s).")
        if drifted:
            raise CommandError("Des tables ont dérivé : relancez avec --repair pour les refaire.")
