from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from territories import referential


class Command(BaseCommand):
    help = (
        "Charge les territoires officiels et leurs compositions, ou les met au millésime "
        "donné, sans toucher à ce qui a été saisi."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--data",
            type=Path,
            default=referential.DATA,
            metavar="DOSSIER",
            help="Dossier des fichiers officiels (par défaut : ceux de Coopemploi).",
        )
        parser.add_argument(
            "--vintage",
            type=int,
            default=referential.VINTAGE,
            metavar="ANNÉE",
            help="Millésime de ces fichiers (par défaut : %(default)s).",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire ce qui changerait, sans rien écrire."
        )

    def handle(self, *, data, vintage, dry_run, **options):
        bar = None

        def progress(total):
            nonlocal bar
            # None: no bar when the output is not a terminal.
            bar = tqdm(total=total, unit=" fiches", desc="Territoires", disable=None)
            return bar.update

        try:
            changes = referential.load(data, vintage=vintage, dry_run=dry_run, progress=progress)
        except referential.ReferentialError as error:
            raise CommandError(str(error)) from error
        finally:
            if bar is not None:
                bar.close()
        self.stdout.write(f"{'À blanc. ' if dry_run else ''}Millésime {vintage} :")
        for label, records in (
            ("territoires créés", changes.created),
            ("territoires modifiés", changes.changed),
            ("territoires terminés", changes.ended),
            ("territoires inchangés, portés à ce millésime", changes.confirmed),
            ("compositions créées", changes.links_created),
            ("compositions retirées", changes.links_removed),
            ("anciens codes créés", changes.codes_created),
            ("anciens codes modifiés", changes.codes_changed),
        ):
            self.stdout.write(f"- {label} : {len(records)}")
