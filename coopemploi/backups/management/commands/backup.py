import logging

from django.core.management.base import BaseCommand, CommandError

from coopemploi.backups import archive

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Sauvegarde la base et les fichiers, vérifie, et retire les sauvegardes anciennes."

    def add_arguments(self, parser):
        parser.add_argument(
            "--list", action="store_true", dest="lists", help="Dire seulement ce qu'il y a."
        )

    def handle(self, *, lists, **options):
        if lists:
            for found in archive.archives():
                self.stdout.write(f"{found.folder.name}  {found.size / 1e6:.1f} Mo")
            return
        try:
            made = archive.make()
            made.check_files()
            self.stdout.write(
                f"Sauvegarde faite : {made.folder} "
                f"({len(made.manifest['tables'])} tables, {made.size / 1e6:.1f} Mo)"
            )
            for name in archive.prune():
                self.stdout.write(f"Ancienne sauvegarde retirée : {name}")
            if archive.send_away(made):
                self.stdout.write("Copiée hors du serveur.")
        except Exception as error:
            # Nobody reads what a command of the night says: whatever fails is mailed.
            logger.error("The backup failed.", exc_info=error)
            raise CommandError(str(error)) from error
