"""How static files are served in production: compressed, hashed, their sheets bundled."""

import re

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEETS = ("css/site.css", "css/admin/admin.css")  # those that import others
IMPORT = re.compile(
    r'@import url\("(?P<name>[\w-]+\.css)"\)( layer\((?P<layer>\w+)\))?(?P<media>[^;]*);'
)


def bundled(sheet, read):
    """`sheet` with the sheets it imports in their place; `read` gives the text of one."""

    def imported(found):
        text = read(found["name"])
        if found["layer"]:
            text = f"@layer {found['layer']} {{\n{text}\n}}"
        media = found["media"].strip()
        return f"@media {media} {{\n{text}\n}}" if media else text

    return IMPORT.sub(imported, sheet)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """So many sheets would be as many requests: a page asks for one."""

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run:
            sheets = [name for name in SHEETS if name in paths]
            paths = {**paths, **{name: self._bundle(name, *paths[name]) for name in sheets}}
        yield from super().post_process(paths, dry_run, **options)

    def _bundle(self, name, storage, path):
        """Where the sheet `name`, of `path` in `storage`, is once it holds those it imports."""
        folder, _, sheet = path.rpartition("/")

        def read(imported):
            with storage.open(f"{folder}/{imported}") as file:
                return file.read().decode()

        bundle = bundled(read(sheet), read)
        self.delete(name)
        self._save(name, ContentFile(bundle.encode()))
        return self, name
