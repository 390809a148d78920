"""The official territories: read from a directory of files, and loaded.

Everything is read and checked first, compared with what is stored, and only the
differences are written. What people wrote stays: aliases, descriptions, compositions
and territories of their own, the dates from which territories exist.
"""

import csv
import datetime
import gzip
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from coopemploi.bulk import insert, insert_rows
from coopemploi.dates import PartialDate
from coopemploi.derived import registry

from .models import Composition, FormerCode, Territory

DATA = Path(__file__).resolve().parent / "data"
VINTAGE = 2026

Kind = Territory.Kind
BATCH = 2000
FEW = 500  # changes, when refreshing derived tables beats rebuilding them

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


class Referential:
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


@dataclass
class Changes:
    """What a loading creates, changes and ends."""

    created: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    ended: list = field(default_factory=list)
    confirmed: list = field(default_factory=list)  # same as before, of an older vintage
    links_created: list = field(default_factory=list)  # (part, whole) pairs of keys
    links_removed: list = field(default_factory=list)
    codes_created: list = field(default_factory=list)  # (FormerCode, commune key) pairs
    codes_changed: list = field(default_factory=list)

    @property
    def count(self):
        return sum(len(records) for records in vars(self).values())


@transaction.atomic
def load(directory=DATA, *, vintage=VINTAGE, dry_run=False, progress=None):
    """Load the official territories; return the Changes, only planned when `dry_run`.

    `progress(total)`, when given, returns a function to call with each number of
    records just written. Raise ReferentialError when a file is wrong.
    """
    latest = Territory.objects.aggregate(latest=Max("vintage"))["latest"]
    if latest and vintage < latest:
        raise ReferentialError(
            f"Le millésime {latest} est déjà chargé ; {vintage} est plus ancien."
        )
    referential = Referential(directory)
    changes, territories = _plan_territories(referential, vintage)
    _plan_links(referential, territories, changes)
    _plan_former_codes(referential, territories, changes)
    if not dry_run:
        _write(changes, vintage, progress or _in_silence)
    return changes


def _in_silence(total):
    return lambda written: None


def _plan_territories(referential, vintage):
    changes = Changes()
    territories, slugs = {}, {}
    for territory in Territory.objects.order_by():
        slugs[territory.kind, territory.slug] = territory
        if territory.code:
            territories[territory.kind, territory.code] = territory
    for key, official in referential.territories.items():
        territory = territories.get(key)
        if territory is None:
            kind, code = key
            if other := slugs.get((kind, code.lower())):
                raise ReferentialError(
                    f"La référence « {other.reference} » est celle de « {other} », qui n'a pas "
                    f"de code officiel : donnez-lui le code {code}, ou une autre référence."
                )
            territories[key] = territory = Territory(
                kind=kind, code=code, slug=code.lower(), vintage=vintage, **vars(official)
            )
            changes.created.append(territory)
        elif _update(territory, official, vintage):
            changes.changed.append(territory)
        elif territory.vintage != vintage:
            changes.confirmed.append(territory)
    for key, territory in territories.items():
        official = territory.vintage is not None and not territory.valid_until
        if official and key not in referential.territories:
            territory.valid_until = PartialDate.day(datetime.date(vintage - 1, 12, 31))
            changes.ended.append(territory)
    return changes, territories


def _update(territory, official, vintage):
    """Bring a stored territory to what the files say; tell whether it changed."""
    before = {name: getattr(territory, name) for name in (*Official.FIELDS, "valid_until")}
    if territory.vintage is None and territory.name != official.name:
        # Somebody described it before it was official: their name still finds it.
        territory.aliases = [*territory.aliases, territory.name]
    for name in Official.FIELDS:
        setattr(territory, name, getattr(official, name))
    until = territory.valid_until.latest
    if until and until < datetime.date(vintage, 1, 1):
        territory.valid_until = PartialDate()  # a commune restored
    return any(getattr(territory, name) != value for name, value in before.items())


def _plan_links(referential, territories, changes):
    keys = {territory.pk: key for key, territory in territories.items() if territory.pk}
    stored = {}
    for link in Composition.objects.order_by().only("part", "whole", "is_official"):
        # People's own links, when one end has no code, are of no concern here.
        if link.part_id in keys and link.whole_id in keys:
            stored[keys[link.part_id], keys[link.whole_id]] = link
    wanted = referential.links | _links_of_the_gone(referential, territories, stored)
    changes.links_created += wanted - stored.keys()
    changes.links_removed += [
        link for pair, link in stored.items() if link.is_official and pair not in wanted
    ]


def _links_of_the_gone(referential, territories, stored):
    """Where the territories which disappeared still lie: a merged commune in the one
    that took it over, another in the wholes that remain."""
    successors = {code: commune for (code, _), (_, commune) in referential.former_codes.items()}
    links = set()
    gone = territories.keys() - referential.territories.keys()
    for key in gone:
        kind, code = key
        if kind == Kind.COMMUNE and code in successors and territories[key].vintage:
            links.add((key, successors[code]))
    taken_over = {part for part, _ in links}
    for part, whole in stored:
        if part in gone and part not in taken_over and whole in referential.territories:
            links.add((part, whole))
    return links


def _plan_former_codes(referential, territories, changes):
    stored = {(former.code, former.kind): former for former in FormerCode.objects.order_by()}
    for key, (name, commune) in referential.former_codes.items():
        territory = territories[commune]
        former = stored.get(key)
        if former is None:
            code, kind = key
            former = FormerCode(code=code, kind=kind, name=name)
            changes.codes_created.append((former, commune))
        elif (former.name, former.territory_id) != (name, territory.pk):
            former.name, former.territory = name, territory
            changes.codes_changed.append(former)


def _write(changes, vintage, progress):
    """Write the changes, and bring derived tables up to date in the same transaction."""
    many = changes.count > FEW
    with registry.rebuilding() if many else nullcontext():
        _write_records(changes, vintage, progress(changes.count))
    registry.flush()


def _write_records(changes, vintage, advance):
    updated = [*changes.changed, *changes.ended]
    registry.notify(updated)  # as they were
    _write_territories(changes, vintage, advance)
    pks = _know_keys(changes.created)
    links = [(pks[part], pks[whole]) for part, whole in changes.links_created]
    _write_links(changes.links_removed, links, advance)
    _write_codes(changes, pks, advance)
    # Past FEW, derived tables are rebuilt, whatever is notified.
    new_links = [Composition(part_id=part, whole_id=whole) for part, whole in links[:FEW]]
    registry.notify([*changes.created, *updated, *new_links])


def _write_territories(changes, vintage, advance):
    for batch in _batches(changes.created, advance):
        insert(batch)
    for territory in changes.changed:
        territory.vintage = vintage
    derived = ("sort_name", "lookup")
    columns = [*Official.FIELDS, "aliases", "valid_until", "vintage", *derived]
    _upsert(changes.changed, columns, advance)
    _upsert(changes.ended, ["valid_until"], advance)
    for batch in _batches(changes.confirmed, advance):
        pks = [territory.pk for territory in batch]
        Territory.objects.filter(pk__in=pks).update(vintage=vintage)


def _know_keys(created):
    """Give territories just inserted their keys; return {(kind, code): key} of them all."""
    stored = Territory.objects.exclude(code="").order_by().values_list("kind", "code", "pk")
    pks = {(kind, code): pk for kind, code, pk in stored}
    for territory in created:
        territory.pk = pks[territory.kind, territory.code]
    return pks


def _write_links(removed, links, advance):
    """`links` are (key of the part, key of the whole) pairs, to add."""
    for batch in _batches(removed, advance):
        Composition.objects.filter(pk__in=[link.pk for link in batch]).delete()
    columns = ("part_id", "whole_id", "is_official", "partial", "since", "until")
    for batch in _batches(links, advance):
        insert_rows(Composition, columns, [(*link, True, False, "", "") for link in batch])


def _write_codes(changes, pks, advance):
    for former, commune in changes.codes_created:
        former.territory_id = pks[commune]
    for batch in _batches([former for former, _ in changes.codes_created], advance):
        insert(batch)
    _upsert(changes.codes_changed, ["name", "territory", "lookup"], advance)


def _upsert(records, fields, advance):
    # bulk_update takes minutes for the populations of every commune.
    for batch in _batches(records, advance):
        type(batch[0]).objects.bulk_create(
            batch, update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


def _batches(records, advance):
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        yield batch
        advance(len(batch))
