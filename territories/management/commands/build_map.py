from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from territories import cartography, referential, topology


class Command(BaseCommand):
    help = (
        "Dessine les cartes du site d'après des contours officiels en TopoJSON "
        "et les rattachements du référentiel."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "contours",
            type=Path,
            metavar="CONTOURS.topojson",
            help="TopoJSON en WGS 84, dont les objets « regions » (code, nom), « departements » "
            "(code, nom, region) et « epci » (code, nom) ont des arcs communs ; compressé si son "
            "nom finit par .gz.",
        )
        parser.add_argument(
            "--data",
            type=Path,
            default=referential.DATA,
            metavar="DOSSIER",
            help="Dossier du référentiel (par défaut : celui de Coopemploi).",
        )
        parser.add_argument(
            "--vintage",
            type=int,
            default=referential.VINTAGE,
            metavar="ANNÉE",
            help="Millésime des rattachements (par défaut : %(default)s).",
        )
        parser.add_argument(
            "--output",
            type=Path,
            default=cartography.FILE,
            metavar="FICHIER",
            help="Fichier à écrire (par défaut : celui que lit le site).",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire ce qui serait écrit, sans rien écrire."
        )

    def handle(self, *, contours, data, vintage, output, dry_run, **options):
        try:
            document = cartography.build(
                topology.read(contours), data, vintage=vintage, track=progress_bar
            )
        except (topology.TopologyError, cartography.CartographyError) as error:
            raise CommandError(str(error)) from error
        content = cartography.compressed(document)
        if not dry_run:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_bytes(content)
        shapes = sum(len(each["shapes"]) for each in document["maps"].values())
        self.stdout.write(
            f"{'À blanc. ' if dry_run else ''}{len(document['maps'])} cartes, "
            f"{shapes} formes, {len(content)} octets."
        )


def progress_bar(maps, total):
    # None: no bar when the output is not a terminal.
    return tqdm(maps, total=total, unit=" cartes", desc="Cartes", disable=None)
