"""The logo of a network: a picture drawn anew, never the file that was sent."""

import hashlib
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_BYTES = 2_000_000
MAX_PIXELS = 20_000_000  # a small file can unfold into gigabytes
BOX = (480, 96)  # twice what the header shows, for dense screens


def read_logo(upload):
    """The picture of a file, opened but not yet decoded; ValidationError otherwise."""
    if upload.size > MAX_BYTES:
        raise ValidationError("Ce fichier dépasse 2 Mo : réduisez l'image.", code="heavy")
    try:
        picture = Image.open(upload, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise ValidationError("Cette image est trop grande : réduisez-la.", "large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise ValidationError(
            "Envoyez une image PNG, JPEG, WebP ou GIF. Un dessin SVG, qui peut contenir un "
            "programme, est à exporter d'abord en PNG.",
            code="invalid",
        ) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise ValidationError("Cette image est trop grande : réduisez-la.", code="large")
    return picture


def drawn_anew(upload):
    """A WebP of the size we show, named for its content, without what the file also held."""
    picture = read_logo(upload)
    try:
        picture = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError) as error:
        raise ValidationError("Cette image est abîmée : envoyez-en une autre.") from error
    picture.thumbnail(BOX)
    bare = Image.new("RGBA", picture.size)
    bare.paste(picture)
    written = BytesIO()
    bare.save(written, "WEBP", lossless=True)
    content = written.getvalue()
    return ContentFile(content, name=f"{hashlib.sha256(content).hexdigest()[:16]}.webp")
