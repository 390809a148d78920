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
    with tarfile.open(tar, "w") as opened:
        for name in names_in(storage):
            with storage.open(name) as file:
                entry = tarfile.TarInfo(name)
                entry.size = file.size
                entry.mtime = int(storage.get_modified_time(name).timestamp())
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
        folder.rename(folder.with_name(f"{folder.name}.{aside}"))
    folder.mkdir(parents=True, exist_ok=True)
    opened.extractall(folder, filter="data")


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
