from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from coopemploi.demo import scale


class Command(BaseCommand):
    help = "Ajoute des initiatives synthétiques (exemples fictifs) pour mesurer à grande échelle."

    def add_arguments(self, parser):
        parser.add_argument(
            "--initiatives",
            type=int,
            default=50_000,
            metavar="N",
            help="Combien il doit y en avoir en tout (50 000).",
        )
        parser.add_argument(
            "--no-index",
            action="store_true",
            help="Ne pas les indexer : à faire ensuite avec rebuild_search.",
        )
        parser.add_argument("--remove", action="store_true", help="Les retirer toutes.")
        parser.add_argument(
            "--force",
            action="store_true",
            help="Même hors DEBUG, là où elles se mêleraient à de vraies fiches.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire combien, sans rien écrire."
        )

    def handle(self, *, initiatives, no_index, remove, force, dry_run, **options):
        if not (settings.DEBUG or force or dry_run):
            raise CommandError(
                "Ces fiches sont fictives : hors DEBUG, confirmez avec --force que cette base "
                "sert à mesurer."
            )
        if initiatives < 0:
            raise CommandError(f"{initiatives} n'est pas un nombre d'initiatives.")
        if dry_run:
            there = scale.synthetic().count()
            told = f"retirées : {there}" if remove else f"ajoutées : {max(0, initiatives - there)}"
            self.stdout.write(f"Initiatives synthétiques {told}")
            self.stdout.write("Essai seulement : rien n'a été écrit.")
            return
        if remove:
            self.stdout.write(f"Initiatives synthétiques retirées : {scale.remove()}")
            return
        with tqdm(total=initiatives, unit=" fiches", desc="Fiches", disable=None) as bar:
            added = scale.seed(initiatives, with_index=not no_index, progress=bar.update)
        self.stdout.write(f"Initiatives synthétiques ajoutées : {added}")
