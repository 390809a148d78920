"""How to reach somebody, written where everybody reads it. Pure."""

import re

# An e-mail, « ada (at) example.org » too; a telephone, of any country: « +33 (0)6 12 34 56 78 ».
# « L'@telier » is a name: what follows the sign of an address has a point.
_REACHES = re.compile(
    r"\S@[^\s@]+\.\w|\w\s?(?:@|\barobase\b|[([](?:at|arobase)[])])\s?[\w.-]+\.[a-z]{2}"
    r"|(?:\+|\b00)[1-9](?:[\s.,·/()–-]{0,3}\d){8}"
    # By pairs, all parted alike, whatever follows: « 06 12 34 56 78 / 79 ».
    r"|\b0[1-9](\s?[.,·/–‑-]?\s?)\d\d(?:\1\d\d){3}\b"
    # Otherwise grouped: « 0558 12 34 56 », but no dates, as « 09.2024 - 06.25 ».
    r"|\b0(?!\d[\s.–-]+(?:\d\d[\s.–-]+)?20\d\d\b)(?:[\s.·–-]{0,3}\d){9}(?![\s.·–-]{0,3}\d)",
    re.IGNORECASE,
)


def says_contact(text):
    return _REACHES.search(text) is not None


def refuse_contact(text):
    """Raise ValueError, in French, for an e-mail or a telephone."""
    if says_contact(text):
        raise ValueError(
            "une adresse e-mail ou un téléphone serait ici lu de tous : ôtez-les, et notez-les "
            "dans la fiche de la personne."
        )
