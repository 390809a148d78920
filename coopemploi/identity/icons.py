"""The icons of the site, square and opaque: of its logo when it has one, else of our mark."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.core.files.storage import default_storage
from PIL import Image, ImageOps

# static/icon.svg without its round corners, which devices cut themselves.
MARK = Path(__file__).with_name("mark.png")
SIZES = (192, 512)
FAVICON = 48
MARGIN = 12  # a logo leaves one twelfth of the square free on each side


@lru_cache(8)
def png(logo, size):
    """A PNG of `size` pixels of the file named `logo`; FileNotFoundError when it is lost."""
    return _written(_drawn(logo, size), "PNG", optimize=True)


@lru_cache(2)
def ico(logo):
    sizes = [(side, side) for side in (16, 32, FAVICON)]
    return _written(_drawn(logo, FAVICON), "ICO", sizes=sizes)


def _drawn(logo, size):
    if not logo:
        return Image.open(MARK).convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
    with default_storage.open(logo) as file:
        picture = Image.open(file).convert("RGBA")
    inner = size - 2 * (size // MARGIN)
    picture = ImageOps.contain(picture, (inner, inner), Image.Resampling.LANCZOS)
    square = Image.new("RGB", (size, size), "white")
    square.paste(picture, ((size - picture.width) // 2, (size - picture.height) // 2), picture)
    return square


def _written(picture, kind, **how):
    written = BytesIO()
    picture.save(written, kind, **how)
    return written.getvalue()
