"""How static files are served in production: compressed, hashed, one style sheet."""

import re

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEET = "css/site.css"
IMPORT = re.compile(
    r'@import url\("(?P<name>[\w-]+\.css)"\) layer\((?P<layer>\w+)\)(?P<media>[^;]*);'
)


def bundled(sheet, read):
    """`sheet` with the sheets it imports in their place; `read` gives the text of one."""

    def imported(found):
        text = f"@layer {found['layer']} {{\n{read(found['name'])}\n}}"
        media = found["media"].strip()
        return f"@media {media} {{\n{text}\n}}" if media else text

    return IMPORT.sub(imported, sheet)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Eleven sheets are eleven requests: a page asks for one."""

    def post_process(self, paths, dry_run=False, **options):
        if SHEET in paths and not dry_run:
            storage, path = paths[SHEET]
            folder = path.removesuffix("site.css")

            def read(name):
                with storage.open(folder + name) as file:
                    return file.read().decode()

            bundle = bundled(read("site.css"), read)
            self.delete(SHEET)
            self._save(SHEET, ContentFile(bundle.encode()))
            paths = {**paths, SHEET: (self, SHEET)}
        yield from super().post_process(paths, dry_run, **options)
