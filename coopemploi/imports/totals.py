"""The rows of a spreadsheet that add up the others. Pure."""

import re

from .readers import CALCULATION_ERROR

# « Total », « TOTAL GÉNÉRAL : », « Sous-total Landes », « Total des actions », « Total : 12 ».
_TOTAL = re.compile(
    r"(?:sous[\s-]*tota(?:l|ux)\b.*"
    r"|tota(?:l|ux)(?:\s+g[ée]n[ée]r(?:al|aux))?(?:\s+(?:ht|ttc))?"
    r"(?:\s+(?:des?|du|par|pour|en)\b.*|[\s\d]*(?::.*)?))",
    re.IGNORECASE | re.DOTALL,
)
# « 12 », « 15 000,50 € », « 40 % », « - ».
_NUMBER = re.compile(r"[-–]?\s*\d[\d\s.,]*(?:%|€|k€|M€)?|[-–]", re.IGNORECASE)


def total_in(cells):
    """What names a total among the cells of a row that say nothing else but numbers, or ""."""
    said = [text for text in cells if text and not _is_number(text)]
    return said[0] if said and all(map(_TOTAL.fullmatch, said)) else ""


def _is_number(text):
    return _NUMBER.fullmatch(text) or CALCULATION_ERROR.fullmatch(text)
