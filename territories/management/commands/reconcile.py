import csv
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from territories.reconciliation import Reconciler

COLUMNS = ("name", "context")


class Command(BaseCommand):
    help = (
        "Rapproche des noms de territoires écrits librement de leur code officiel. "
        "Écrit un CSV sur la sortie standard, n'enregistre rien."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            type=Path,
            metavar="FICHIER.csv",
            help="Fichier en UTF-8, avec les colonnes name et context (séparées par , ou ;).",
        )

    def handle(self, *, file, **options):
        rows = read_names(file)
        reconciler = Reconciler()
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(["name", "context", "kind", "code", "confidence", "candidates"])
        for name, context in rows:
            resolution = reconciler.resolve(name, context)
            match = resolution.match
            writer.writerow(
                [
                    name,
                    context,
                    match.kind if match else "",
                    (match.code or match.slug) if match else "",
                    f"{resolution.confidence:.2f}" if match else "",
                    " | ".join(describe(candidate) for candidate in resolution.candidates),
                ]
            )


def describe(candidate):
    territory, confidence, reason = candidate
    return f"{territory.reference} {territory} {confidence:.2f} ({reason})"


def read_names(path):
    """The (name, context) pairs of a CSV file; raise CommandError, in French."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CommandError(f"{path} : fichier introuvable.") from None
    except UnicodeDecodeError:
        raise CommandError(
            f"{path} : ce fichier n'est pas en UTF-8. Enregistrez-le en « CSV UTF-8 »."
        ) from None
    except OSError as error:
        raise CommandError(f"{path} : fichier illisible ({error.strerror}).") from None
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    lines = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    rows = []
    try:
        for column in COLUMNS:
            if column not in (lines.fieldnames or ()):
                raise CommandError(f"{path}, ligne 1 : la colonne « {column} » manque.")
        for row in lines:
            if None in row or None in row.values():
                raise CommandError(
                    f"{path}, ligne {lines.line_num} : "
                    "le nombre de colonnes n'est pas celui de l'en-tête."
                )
            rows.append((row["name"], row["context"]))
    except csv.Error as error:
        raise CommandError(f"{path}, ligne {lines.line_num} : ligne illisible ({error}).") from None
    return rows
