import sqlite3

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from coopemploi import version
from coopemploi.backups import archive
from coopemploi.backups.databases import DumpError


class Command(BaseCommand):
    help = "Remet une sauvegarde en place, et vérifie que tout y est."

    def add_arguments(self, parser):
        parser.add_argument("backup", help="Son dossier, son nom, ou « latest » pour la dernière.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Vérifier les fichiers, sans rien restaurer."
        )
        parser.add_argument(
            "--replace", action="store_true", help="Remplacer ce que la base contient."
        )

    def handle(self, *, backup, dry_run, replace, **options):
        try:
            found = archive.find(backup)
            if dry_run:
                archive.check(found)
                self.stdout.write(f"{found.folder} : fichiers intacts.")
                return
            manifest = archive.restore(found, replace=replace)
        except (archive.BackupError, DumpError, OSError, Error, sqlite3.Error) as error:
            raise CommandError(str(error)) from error
        version.change()
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(
            f"Restaurée : {len(manifest['tables'])} tables et {rows} lignes, toutes identiques."
        )
