"""A picture drawn anew at the widths we show: nothing of what its file held besides."""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 12_000_000
MAX_PIXELS = 50_000_000  # a small file can unfold into gigabytes
WIDTHS = {"small": 400, "medium": 800, "large": 1600}
TALLEST = 4  # times the width: a strip taller than that is no picture of a meeting
QUALITY = 80


@dataclass(frozen=True)
class Drawn:
    """The size of the largest drawing, and a WebP file of each of WIDTHS."""

    width: int
    height: int
    files: dict


def draw_anew(upload):
    """The picture of an uploaded file, upright; ValidationError, in French, when it is none."""
    if upload.size > MAX_BYTES:
        raise ValidationError("Ce fichier dépasse 12 Mo : réduisez l'image.", code="heavy")
    picture = _decoded(upload)
    name = hashlib.sha256(picture.tobytes()).hexdigest()[:20]
    files, size = {}, picture.size
    for which, width in WIDTHS.items():
        drawing = picture.copy()
        drawing.thumbnail((width, width * TALLEST))
        written = BytesIO()
        drawing.save(written, "WEBP", quality=QUALITY, method=4)
        files[which] = ContentFile(written.getvalue(), name=f"{name}-{width}.webp")
        size = drawing.size
    return Drawn(*size, files)


def _decoded(upload):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(upload, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise ValidationError("Cette image est trop grande : réduisez-la.", "large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise ValidationError(
            "Envoyez une image JPEG, PNG ou WebP. Un dessin SVG, qui peut contenir un "
            "programme, est à exporter d'abord en PNG.",
            code="invalid",
        ) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise ValidationError("Cette image est trop grande : réduisez-la.", code="large")
    try:
        upright = ImageOps.exif_transpose(picture)
        mode = "RGBA" if upright.has_transparency_data else "RGB"
        upright = upright.convert(mode)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise ValidationError(
            "Cette image est abîmée : envoyez-en une autre.", code="broken"
        ) from error
    bare = Image.new(mode, upright.size)
    bare.paste(upright)
    return bare
