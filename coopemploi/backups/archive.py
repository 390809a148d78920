"""A backup: a folder with the database, the files, and a manifest that says what they hold.

It is written aside and named once complete, so that a folder of the list is a good backup. The
manifest gives the digest of each file, and of each table the number of rows and a digest of
what they say: restoring compares them.
"""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from . import databases
from .files import pack, unpack
from .stamps import date_of, stamp_of

FORMAT = 1
MANIFEST = "manifest.json"
UNDER_WAY = ".under-way"
ABANDONED = timedelta(days=1)  # no backup takes so long
FILES = {"media.tar": "default", "mail.tar": "mail"}
# Kept: every backup of so many days, then one a week, then one a month.
DAYS, WEEKS, MONTHS = 14, 8, 12


class BackupError(Exception):
    """What a backup or a restoration cannot do, in French."""


@dataclass(frozen=True)
class Archive:
    folder: Path

    @property
    def made_at(self):
        return date_of(self.folder.name)

    @property
    def manifest(self):
        try:
            told = json.loads((self.folder / MANIFEST).read_text())
            # Another version may name other files.
            if told["format"] == FORMAT and not told["files"].keys() >= {told["database"], *FILES}:
                raise ValueError("It does not name every file.")
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise BackupError(f"Manifeste illisible : {self.folder / MANIFEST}.") from error
        return told

    @property
    def size(self):
        return sum(file.stat().st_size for file in self.folder.iterdir())

    def check_files(self):
        """Raise BackupError unless each file is what it was when the backup was made."""
        for name, told in self.manifest["files"].items():
            file = self.folder / name
            if not file.is_file():
                raise BackupError(f"Il manque {name} à cette sauvegarde.")
            if digest(file) != told["sha256"]:
                raise BackupError(f"{name} a changé depuis la sauvegarde : elle est abîmée.")


def root():
    return Path(settings.BACKUP_DIR)


def archives():
    """The good backups, the oldest first."""
    if not root().is_dir():
        return []
    return [
        Archive(folder)
        for folder in sorted(root().iterdir())
        if date_of(folder.name) and (folder / MANIFEST).is_file()
    ]


def find(name):
    """A backup by its name, its folder, or « latest »."""
    if name == "latest":
        found = archives()
        if not found:
            raise BackupError(f"Il n'y a aucune sauvegarde dans {root()}.")
        return found[-1]
    folder = Path(name) if Path(name).is_dir() else root() / name
    if not (folder / MANIFEST).is_file():
        raise BackupError(f"{folder} n'est pas une sauvegarde.")
    return Archive(folder)


# Making one


def make(at=None):
    """Make a backup, checked; return its `Archive`."""
    at = at or timezone.now()
    name = stamp_of(at)
    folder = root() / name
    if folder.exists():
        raise BackupError(f"{folder} existe déjà.")
    with _under_way(name) as aside:
        _clear_interrupted(at)
        file, tables = databases.dump(connection, aside)
        for tar, storage in FILES.items():
            pack(storages[storage], aside / tar)
        files = [aside / file, *(aside / tar for tar in FILES)]
        manifest = {
            "format": FORMAT,
            "made_at": at.isoformat(),
            "vendor": connection.vendor,
            "database": file,
            "tables": tables,
            "files": {
                each.name: {"size": each.stat().st_size, "sha256": digest(each)} for each in files
            },
        }
        (aside / MANIFEST).write_text(json.dumps(manifest, indent=1))
        for each in aside.iterdir():
            flush(each)
        aside.rename(folder)
    return Archive(folder)


@contextmanager
def _under_way(name):
    """A folder beside the backups, for what is being made, that does not last."""
    aside = root() / f".{name}{UNDER_WAY}"
    shutil.rmtree(aside, ignore_errors=True)
    root().mkdir(parents=True, exist_ok=True)
    aside.mkdir(mode=0o700)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _clear_interrupted(at):
    """What a power cut leaves of a backup holds people's data, and fills the disk.

    What cannot be cleared stays: that must not stop the backup.
    """
    for aside in root().glob(f".*{UNDER_WAY}"):
        began = date_of(aside.name.removeprefix(".").removesuffix(UNDER_WAY))
        if began and at - began > ABANDONED:
            shutil.rmtree(aside, ignore_errors=True)


def flush(file):
    """Have the disk really write it: a backup must survive the power cut that follows."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def digest(file):
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def send_away(archive):
    """Give the backup to the command that copies it elsewhere, if there is one."""
    if not settings.BACKUP_HOOK:
        return False
    command = [*shlex.split(settings.BACKUP_HOOK), str(archive.folder)]
    done = subprocess.run(  # noqa: S603 - what the administrator chose
        command, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise BackupError(
            "La sauvegarde est faite, mais la copie hors du serveur a échoué : "
            f"{(done.stderr or done.stdout).strip()[-500:]}"
        )
    return True


# Keeping few


def prune():
    """Remove the backups that are not to be kept; return their names."""
    removed = [each for each in archives() if each not in kept(archives())]
    for archive in removed:
        shutil.rmtree(archive.folder)
    return [archive.folder.name for archive in removed]


def kept(found):
    """Those to keep: all the recent ones, then the first of each week, of each month."""
    if not found:
        return []
    last = found[-1].made_at
    keep, weeks, months = {found[-1].folder}, {}, {}
    for archive in found:
        made_at = archive.made_at
        if last - made_at < timedelta(days=DAYS):
            keep.add(archive.folder)
        weeks.setdefault(made_at.isocalendar()[:2], archive.folder)
        months.setdefault((made_at.year, made_at.month), archive.folder)
    keep |= {*list(weeks.values())[-WEEKS:], *list(months.values())[-MONTHS:]}
    return [archive for archive in found if archive.folder in keep]


# Restoring one


def check(archive):
    """Raise BackupError or DumpError unless this site can read all of a backup."""
    manifest = archive.manifest
    if manifest["format"] != FORMAT:
        raise BackupError("Cette sauvegarde vient d'une autre version de Coopemploi.")
    if manifest["vendor"] != connection.vendor:
        raise BackupError(
            f"Cette sauvegarde est d'une base {manifest['vendor']}, "
            f"et DATABASE_URL désigne une base {connection.vendor}."
        )
    archive.check_files()
    databases.check(manifest["vendor"], archive.folder / manifest["database"])


def restore(archive, *, replace=False):
    """Put back the database and the files, and check that they say the same; return the
    manifest. BackupError when there is something there, unless `replace`, or on a difference.
    """
    check(archive)
    manifest = archive.manifest
    if not replace and databases.holds_something(connection):
        raise BackupError(
            "La base n'est pas vide. Désignez une base vide par DATABASE_URL, "
            "ou ajoutez --replace pour remplacer ce qu'elle contient."
        )
    stamp = stamp_of(timezone.now())
    with _under_way(stamp) as aside:
        databases.load(connection, archive.folder / manifest["database"], aside)
    for tar, storage in FILES.items():
        unpack(archive.folder / tar, storages[storage], aside=stamp)
    if wrong := differences(manifest["tables"], databases.tables(connection)):
        raise BackupError("La base restaurée diffère de la sauvegarde : " + ", ".join(wrong))
    return manifest


def differences(told, found):
    """The tables that do not hold what they should, in words."""
    said = []
    for table in sorted({*told, *found}):
        if table not in found:
            said.append(f"{table} manque")
        elif table not in told:
            said.append(f"{table} est de trop")
        elif told[table]["rows"] != found[table]["rows"]:
            said.append(f"{table} : {found[table]['rows']} lignes sur {told[table]['rows']}")
        elif told[table]["digest"] != found[table]["digest"]:
            said.append(f"{table} : contenu différent")
    return said
