"""How to reach somebody, written where everybody reads it. Pure."""

import re
from itertools import pairwise

# An e-mail, « ada (at) example.org » too. « L'@telier » is a name: what follows the sign of an
# address has a point.
_ADDRESS = re.compile(
    r"\S@[^\s@]+\.\w|\w\s?(?:@|\barobase\b|[([](?:at|arobase)[])])\s?[\w.-]+\.[a-z]{2}",
    re.IGNORECASE,
)
# A telephone, of any country: « +33 (0)6 12 34 56 78 ».
_TELEPHONE = re.compile(
    r"(?:\+|\b00)[1-9](?:[\s.,·/()–-]{0,3}\d){8}"
    # By pairs, all parted alike, whatever follows: « 06 12 34 56 78 / 79 ».
    r"|\b0[1-9](\s?[.,·/–‑-]?\s?)\d\d(?:\1\d\d){3}\b"
    # Otherwise grouped: « 0558 12 34 56 », but no dates, as « 09.2024 - 06.25 », nor what follows
    # the day of one, as « 01.01.26 - 31.12.26 ».
    r"|(?<!\d[.·–-])\b0(?!\d[\s.–-]+(?:\d\d[\s.–-]+)?20\d\d\b)(?:[\s.·–-]{0,3}\d){9}(?![\s.·–-]{0,3}\d)",
)
# As many pairs as a telephone has, or more.
_PAIRS = re.compile(r"(?<![\w+])\d\d([\s.,·/–-]{1,3})\d\d(?:\1\d\d){3,}(?!\w)")
_DEPARTEMENTS = re.compile(r"\b(?:d[ée]partements|d[ée]?pts)\W{0,3}$", re.IGNORECASE)
_OF_A_TELEPHONE = 5

REFUSAL = (
    "une adresse e-mail ou un téléphone serait ici lu de tous : ôtez-les, et notez-les dans la "
    "fiche de la personne."
)


def says_address(text):
    return _ADDRESS.search(text) is not None


def says_contact(text):
    """Whether a text gives an e-mail or a telephone."""
    return says_address(text) or _TELEPHONE.search(_PAIRS.sub(_less_list, text)) is not None


def says_contact_at_length(text):
    """The same of a long text, where numbers that follow are none: « 01 02 03 04 05 »."""
    return says_contact(_PAIRS.sub(_less_row, text))


def _less_list(pairs):
    """Nothing of codes of départements in their order, when they are said so or many."""
    codes = _codes_in(pairs)
    is_told = _DEPARTEMENTS.search(pairs.string[max(0, pairs.start() - 20) : pairs.start()])
    return "|" if codes and (is_told or len(codes) > _OF_A_TELEPHONE) else pairs[0]


def _less_row(pairs):
    codes = _codes_in(pairs)
    return "|" if codes and codes[-1] - codes[0] < len(codes) else pairs[0]


def _codes_in(pairs):
    """The numbers of pairs of digits, if they are codes of départements in their order."""
    codes = [int(code) for code in re.findall(r"\d\d", pairs[0])]
    are_codes = all(0 < code < 96 and code != 20 for code in codes)
    return codes if are_codes and all(a < b for a, b in pairwise(codes)) else []


def refuse_contact(text):
    """Raise ValueError, in French, for an e-mail or a telephone."""
    if says_contact(text):
        raise ValueError(REFUSAL)


def refuse_address(text):
    """The same for an e-mail alone, among codes: two of five digits are no telephone."""
    if says_address(text):
        raise ValueError(REFUSAL)
