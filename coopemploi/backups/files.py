"""How the files sent to the site, in a folder or in a bucket, are packed and put back."""

import os
import posixpath
import tarfile
from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from .stamps import date_of


def names_in(storage, folder=""):
    """The names of all the files of the site below a folder."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (posixpath.join(folder, file) for file in sorted(files))
    for each in sorted(folders):
        if not folder and _is_foreign(each):
            continue
        yield from names_in(storage, posixpath.join(folder, each))


def _is_foreign(top):
    """Whether what stands at the top is not the site's: what a restoration moved aside, or what
    a disk of its own has for root only.
    """
    return top == "lost+found" or date_of(top) is not None


def pack(storage, tar):
    """A file that goes meanwhile, with the mail it was attached to, is no more to be kept."""
    with tarfile.open(tar, "w") as opened:
        for name in names_in(storage):
            try:
                file = storage.open(name)
                modified = storage.get_modified_time(name)
            except FileNotFoundError:
                continue
            with file:
                entry = tarfile.TarInfo(name)
                entry.size = file.size
                entry.mtime = int(modified.timestamp())
                opened.addfile(entry, file)


def unpack(tar, storage, *, aside):
    """Put files back; what was there is moved aside, under a name ending so, never erased."""
    if isinstance(storage, FileSystemStorage):
        _move_aside(Path(storage.location), aside)
    with tarfile.open(tar) as opened:
        for entry in filter(tarfile.TarInfo.isfile, opened):
            try:
                _put_back(storage, entry.name, opened.extractfile(entry), aside)
            except SuspiciousFileOperation as error:
                raise OSError(f"{tar} a un fichier hors de son dossier : {entry.name}") from error
            if isinstance(storage, FileSystemStorage):  # a bucket dates files itself
                os.utime(storage.path(entry.name), (entry.mtime, entry.mtime))


def _move_aside(folder, aside):
    """Beside the folder; within it when it is a disk of its own, or a volume of a container."""
    found = [each for each in _inside(folder) if not _is_foreign(each.name)]
    if not found:
        return
    try:
        folder.rename(folder.with_name(f"{folder.name}.{aside}"))
        return
    except OSError:
        within = folder / aside
    try:
        within.mkdir()
        for each in found:
            each.rename(within / each.name)
    except OSError as error:
        raise OSError(
            f"Les fichiers de {folder} n'ont pas tous été mis de côté dans {within}, et ceux de "
            f"la sauvegarde n'ont pas été remis. Restaurez à nouveau une fois ceci réglé : {error}"
        ) from error


def _inside(folder):
    return list(folder.iterdir()) if folder.is_dir() else []


def _put_back(storage, name, content, aside):
    """In a bucket, what was there stays when it is the same."""
    if storage.exists(name):
        with storage.open(name) as file:
            before = file.read()
        if before == content.read():
            return
        content.seek(0)
        storage.save(f"{aside}/{name}", ContentFile(before))
        storage.delete(name)
    storage.save(name, File(content))
