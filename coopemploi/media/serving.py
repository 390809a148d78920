"""How a file sent to the site is given: as itself, and able to do nothing."""

from django.http import FileResponse, Http404
from django.utils.text import slugify

HOUR = 3600  # seconds: what is withdrawn is soon forgotten


def give(file, *, media_type, name="", is_public):
    """A file of a record; one with a `name` is downloaded under it, the others are shown."""
    try:
        opened = file.open("rb")
    except (ValueError, FileNotFoundError) as error:
        raise Http404("Ce fichier n'existe plus.") from error
    response = FileResponse(opened, content_type=media_type, as_attachment=bool(name))
    if name:
        stem, _, extension = name.rpartition(".")
        name = f"{slugify(stem)[:80] or 'document'}.{extension}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = f"public, max-age={HOUR}" if is_public else "private, no-store"
    return response
