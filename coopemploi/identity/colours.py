"""The one colour a network chooses, checked for contrast, and its shade for dark pages.

Contrast is that of WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

import re

from django.core.exceptions import ValidationError

DEFAULT = "#1f5f5b"
WHITE, BLACK = "#ffffff", "#000000"
# The grounds of static/css/tokens.css on which the colour is read, the hardest of each theme.
LIGHT_GROUND, DARK_GROUND = "#f1ebe1", "#28312f"
LIGHT_SURFACE, DARK_SURFACE = "#ffffff", "#1f2625"
DARK_INK = "#10201f"
MINIMUM = 4.5  # WCAG AA, text
SOFTNESS = 0.12  # how much of the colour tints a soft ground


def channels(colour):
    """ "#1f5f5b" → (31, 95, 91)."""
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


def mix(colour, other, share):
    """`share` of `other` in `colour`, from 0 to 1."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def luminance(colour):
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour, other):
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def soft(colour, surface):
    """The ground tinted by a colour."""
    return mix(surface, colour, SOFTNESS)


def is_legible(colour, ground, surface):
    """Whether text of this colour reads on the page and on its own soft ground."""
    grounds = (ground, soft(colour, surface))
    return all(contrast(colour, one) >= MINIMUM for one in grounds)


def toward(colour, end, ground, surface):
    """The nearest shade on the way to `end`, black or white, that reads."""
    shades = (mix(colour, end, step / 50) for step in range(51))
    return next(shade for shade in shades if is_legible(shade, ground, surface))


def for_light(colour):
    return toward(colour, BLACK, LIGHT_GROUND, LIGHT_SURFACE)


def for_dark(colour):
    return toward(colour, WHITE, DARK_GROUND, DARK_SURFACE)


def validate_colour(colour):
    """Refuse what is no colour, and a colour too pale to be read on our grounds."""
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise ValidationError(
            "Écrivez une couleur par ses six chiffres, comme #1f5f5b.", code="invalid"
        )
    if not is_legible(colour, LIGHT_GROUND, LIGHT_SURFACE):
        found = f"{contrast(colour, LIGHT_GROUND):.1f}".replace(".", ",")
        raise ValidationError(
            f"Trop pâle pour être lue : son contraste est de {found} pour 1, il en faut 4,5. "
            f"La plus proche qui convient : {for_light(colour)}.",
            code="contrast",
        )


def stylesheet(colour):
    """The tokens that follow from the colour of a network; they win over those of ours."""
    dark = for_dark(colour)
    tokens = {
        "accent": (colour, dark),
        "accent-ink": (WHITE, DARK_INK if contrast(DARK_INK, dark) >= MINIMUM else BLACK),
        "accent-soft": (soft(colour, LIGHT_SURFACE), soft(dark, DARK_SURFACE)),
    }
    lines = [
        f"  --{name}: light-dark({light}, {night});" for name, (light, night) in tokens.items()
    ]
    return "\n".join([":root {", *lines, "}", ""])
