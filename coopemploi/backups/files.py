"""How the files sent to the site, in a folder or in a bucket, are packed and put back."""

import posixpath
import tarfile
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage


def names_in(storage, folder=""):
    """The names of all the files below a folder."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (posixpath.join(folder, file) for file in sorted(files))
    for each in sorted(folders):
        yield from names_in(storage, posixpath.join(folder, each))


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
    with tarfile.open(tar) as opened:
        if isinstance(storage, FileSystemStorage):
            _unpack_in_folder(opened, Path(storage.location), aside)
        else:
            _unpack_in_bucket(opened, storage, aside)


def _unpack_in_folder(opened, folder, aside):
    if folder.is_dir() and any(folder.iterdir()):
        _move_aside(folder, aside)
    folder.mkdir(parents=True, exist_ok=True)
    opened.extractall(folder, filter="data")


def _move_aside(folder, aside):
    """Beside the folder; within it when it is a disk of its own, or a volume of a container."""
    try:
        folder.rename(folder.with_name(f"{folder.name}.{aside}"))
    except OSError:
        found = list(folder.iterdir())
        (folder / aside).mkdir()
        for each in found:
            each.rename(folder / aside / each.name)


def _unpack_in_bucket(opened, storage, aside):
    for entry in opened:
        if not entry.isfile():
            continue
        name, content = posixpath.normpath(entry.name), opened.extractfile(entry).read()
        if storage.exists(name):
            with storage.open(name) as file:
                before = file.read()
            if before == content:
                continue
            storage.save(f"{aside}/{name}", ContentFile(before))
            storage.delete(name)
        storage.save(name, ContentFile(content))
