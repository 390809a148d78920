"""What the text of a cell is read as, however spreadsheets and hurried hands write it. Pure."""

import re
from decimal import Decimal

from ..dates import PartialDate

# Below, runs are bounded where two could share them: a cell may be a million spaces.

# How tables say that there is nothing to say.
_NOTHING = frozenset(["-", "--", "–", "—", "/", "//", "?", "n/a", "n.a.", "nc", "n.c.", "néant"])
_DITTOS = frozenset(['"', "''", "“", "”", "″", "〃", '- " -', "idem", "idem.", "dito", "ditto"])
_BULLET = re.compile(r"^(?:[-–—•●▪‣*·]\s*)+")
# As a spreadsheet shows a day, or a month: « 17/10/23 », « oct-23 ».
_SHORT_DAY = re.compile(r"(\d{1,2}[/.-]\d{1,2}[/.-])(\d{2})")
_SHORT_MONTH = re.compile(r"([^\W\d_]{3,9})\.?[ /-]'?(\d{2})")
_MIDNIGHT = re.compile(r"\s{1,9}(?:à )?0?0[:h]00(?::00)?$")
_NEXT_CENTURY = 50
_EUROS = re.compile(
    r"(\d[\d\s]{0,30}(?:[.,]\d{1,20})?)\s{0,9}(k|m)?(?:€|euros?)(?:\s*(?:HT|TTC))?", re.IGNORECASE
)
_TIMES = {"k": 1_000, "m": 1_000_000}
_ROUNDED = re.compile(r"\d[.,]\d+E\+\d+", re.IGNORECASE)


def says_nothing(text):
    return text.casefold() in _NOTHING


def is_ditto(text):
    """Whether a cell says what the one above it does."""
    return text.casefold() in _DITTOS


def without_bullet(text):
    return _BULLET.sub("", text)


def web_address(text):
    """« www.example.org » as browsers understand it, and the forms of the site.

    An e-mail is left as it is, no address of a site: « https://ada@example.org » would be one.
    """
    is_bare = text and "://" not in text and "@" not in text.partition("/")[0]
    return f"https://{text}" if is_bare else text


def date(text):
    """« 17/10/23 » with its century, « oct-23 » as a month, and no midnight."""
    text = _MIDNIGHT.sub("", text)
    for pattern, joined in ((_SHORT_DAY, ""), (_SHORT_MONTH, " ")):
        if found := pattern.fullmatch(text):
            start, year = found.groups()
            century = 20 if int(year) < _NEXT_CENTURY else 19
            whole = f"{start.replace('-', '/')}{joined}{century}{year}"
            return whole if _is_date(whole) else text
    return text


def _is_date(text):
    try:
        PartialDate.parse(text)
    except ValueError:
        return False
    return True


def euros(text):
    """« 15 000,00 € », « 12,5 k€ », as their number."""
    found = _EUROS.fullmatch(text)
    if not found:
        return text
    number, times = found.groups()
    if not times:
        return number.strip()
    amount = Decimal("".join(number.split()).replace(",", ".")) * _TIMES[times.casefold()]
    return f"{amount.normalize():f}"


def inhabitants(text):
    return re.sub(r"(?<=\d)\s*(?:hab\.?|habitants)$", "", text, flags=re.IGNORECASE)


def telephone(text):
    """A number that a spreadsheet held as one has lost its zero."""
    refuse_rounded(text)
    return f"0{text}" if re.fullmatch(r"[1-9]\d{8}", text) else text


def refuse_rounded(text):
    """Raise ValueError, in French, for « 8,23457E+13 »: its last digits are lost."""
    if _ROUNDED.fullmatch(text):
        raise ValueError(
            f"« {text} » : le tableur a arrondi ce numéro. Donnez à cette colonne le format "
            "texte, et écrivez-le de nouveau."
        )
