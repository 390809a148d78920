"""The files of the official territories, read and checked whole before anything is written."""

import csv
import gzip
from dataclasses import dataclass, field
from pathlib import Path

from .models import FormerCode, Territory

DATA = Path(__file__).resolve().parent / "data"

Kind = Territory.Kind

COLUMNS = {
    "regions.csv": ["code", "nom", "zone", "population"],
    "departements.csv": ["code", "nom", "zone", "code_region", "population"],
    "arrondissements.csv": ["code", "nom", "code_departement"],
    "epci.csv": ["siren", "nom", "nature", "population"],
    "ept.csv": ["siren", "nom", "population"],
    "communes.csv.gz": [
        "code_insee",
        "nom",
        "zone",
        "code_departement",
        "code_arrondissement",
        "siren_epci",
        "siren_ept",
        "population",
        "codes_postaux",
    ],
    "communes_anciens_codes.csv.gz": ["ancien_code", "code_insee", "ancien_nom", "type"],
    "communes_centroides.csv.gz": ["code_insee", "lat", "lon"],
    "territoires_centroides.csv": ["type", "code", "lat", "lon"],
}


class ReferentialError(Exception):
    """What is wrong with the official files, in French, with file and line."""


@dataclass
class Official:
    """A territory as the files say it."""

    name: str
    nature: str = ""
    population: int | None = None
    postal_codes: list[str] = field(default_factory=list)
    latitude: float | None = None
    longitude: float | None = None

    FIELDS = ("name", "nature", "population", "postal_codes", "latitude", "longitude")


class _Row(dict):
    """A line of a file, which knows where it stands."""

    file = ""
    line = 0

    def error(self, message):
        return ReferentialError(f"{self.file}, ligne {self.line} : {message}")

    def text(self, column, longest):
        text = self[column]
        if not text:
            raise self.error(f"la colonne « {column} » est vide.")
        if len(text) > longest:
            raise self.error(f"la colonne « {column} » dépasse {longest} caractères.")
        return text

    def number(self, column, convert=int, low=0, high=2**31 - 1):
        text = self[column]
        try:
            value = convert(text) if text else None
        except ValueError:
            value = low - 1
        if value is not None and not low <= value <= high:
            raise self.error(f"« {text} » n'est pas valable dans la colonne « {column} ».")
        return value

    def choice(self, column, choices):
        if self[column] not in choices:
            expected = ", ".join(choices)
            raise self.error(
                f"« {self[column]} » n'est pas valable dans la colonne « {column} » "
                f"(attendu : {expected})."
            )
        return self[column]


class OfficialFiles:
    """The content of a directory of official files, checked.

    `territories` maps (kind, code) to an Official, `links` is a set of (part, whole)
    pairs of such keys, `former_codes` maps (code, kind) to (name, commune key).
    """

    def __init__(self, directory):
        self.directory = Path(directory)
        self.territories = {}
        self.links = set()
        self.former_codes = {}
        self._read_regions()
        self._read_departements()
        self._read_arrondissements()
        self._read_groupings()
        self._read_communes()
        self._read_former_codes()
        self._read_points()

    def _rows(self, file):
        path = self.directory / file
        opener = gzip.open if path.suffix == ".gz" else open
        try:
            with opener(path, "rt", encoding="utf-8-sig", newline="") as text:
                reader = csv.DictReader(text, strict=True)
                for column in COLUMNS[file]:
                    if column not in (reader.fieldnames or ()):
                        raise ReferentialError(f"{file}, ligne 1 : la colonne « {column} » manque.")
                for values in reader:
                    row = _Row(values)
                    row.file, row.line = file, reader.line_num
                    if None in values or None in values.values():
                        raise row.error("le nombre de colonnes n'est pas celui de l'en-tête.")
                    yield row
        except FileNotFoundError:
            raise ReferentialError(f"{path} : fichier introuvable.") from None
        except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise ReferentialError(f"{file} : fichier illisible ({error}).") from error

    def _add(self, row, kind, column="code", **values):
        key = (kind, row.text(column, 20))
        if key in self.territories:
            raise row.error(f"le code « {key[1]} » est déjà pris ({Kind(kind).label}).")
        population = row.number("population") if "population" in row else None
        self.territories[key] = Official(row.text("nom", 200), population=population, **values)
        return key

    def _refer(self, row, kind, column):
        key = (kind, row[column])
        if key not in self.territories:
            raise row.error(
                f"« {row[column]} » (colonne « {column} ») n'est le code d'aucun territoire "
                f"de type {Kind(kind).label}."
            )
        return key

    def _link(self, row, part, kind, column):
        self.links.add((part, self._refer(row, kind, column)))

    # The overseas collectivities stand in both files; departements.csv is read for them.
    def _read_regions(self):
        for row in self._rows("regions.csv"):
            if row["zone"] != "com":
                self._add(row, Kind.REGION)

    def _read_departements(self):
        for row in self._rows("departements.csv"):
            if row["zone"] == "com":
                self._add(row, Kind.COM)
            else:
                departement = self._add(row, Kind.DEPARTEMENT)
                self._link(row, departement, Kind.REGION, "code_region")

    def _read_arrondissements(self):
        for row in self._rows("arrondissements.csv"):
            arrondissement = self._add(row, Kind.ARRONDISSEMENT)
            self._link(row, arrondissement, Kind.DEPARTEMENT, "code_departement")

    def _read_groupings(self):
        for row in self._rows("epci.csv"):
            nature = row.choice("nature", Territory.Nature.values)
            self._add(row, Kind.EPCI, "siren", nature=nature)
        for row in self._rows("ept.csv"):
            self._add(row, Kind.EPT, "siren")

    def _read_communes(self):
        for row in self._rows("communes.csv.gz"):
            postal_codes = row["codes_postaux"].split()
            commune = self._add(row, Kind.COMMUNE, "code_insee", postal_codes=postal_codes)
            departement = Kind.COM if row["zone"] == "com" else Kind.DEPARTEMENT
            self._link(row, commune, departement, "code_departement")
            for kind, column in (
                (Kind.ARRONDISSEMENT, "code_arrondissement"),
                (Kind.EPCI, "siren_epci"),
                (Kind.EPT, "siren_ept"),
            ):
                if row[column]:
                    self._link(row, commune, kind, column)

    def _read_former_codes(self):
        for row in self._rows("communes_anciens_codes.csv.gz"):
            key = (row.text("ancien_code", 20), row.choice("type", FormerCode.Kind.values))
            if key in self.former_codes:
                raise row.error(f"l'ancien code « {key[0]} » est déjà pris.")
            commune = self._refer(row, Kind.COMMUNE, "code_insee")
            self.former_codes[key] = (row["ancien_nom"][:200], commune)

    def _read_points(self):
        for row in self._rows("communes_centroides.csv.gz"):
            self._place(row, self._refer(row, Kind.COMMUNE, "code_insee"))
        for row in self._rows("territoires_centroides.csv"):
            kind = row.choice("type", [Kind.REGION, Kind.DEPARTEMENT, Kind.EPCI])
            self._place(row, self._refer(row, kind, "code"))

    def _place(self, row, key):
        official = self.territories[key]
        official.latitude = row.number("lat", float, -90, 90)
        official.longitude = row.number("lon", float, -180, 180)
