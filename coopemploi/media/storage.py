"""The folder where the files sent to the site are kept: whole, or not at all."""

import tempfile
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class FilesUnreachableError(OSError):
    """What keeps the files does not answer, or refuses."""


class _WrittenAside(File):
    def temporary_file_path(self):
        return self.file.name


class FolderStorage(FileSystemStorage):
    """Files written aside, then named: a full disk leaves none cut short."""

    def _save(self, name, content):
        folder = Path(self.path(name)).parent
        folder.mkdir(parents=True, exist_ok=True)
        # In the same folder: whatever a power cut leaves of it is an orphan like any other.
        with tempfile.NamedTemporaryFile(dir=folder, prefix="en-cours-", delete=False) as aside:
            try:
                for chunk in content.chunks():
                    aside.write(chunk)
                aside.flush()
                return super()._save(name, _WrittenAside(aside))
            except BaseException:
                Path(aside.name).unlink(missing_ok=True)
                raise
