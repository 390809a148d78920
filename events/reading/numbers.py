"""Numbers as French writes them, in figures or in words: 1 200, 2,5 M€, une vingtaine."""

import re
from dataclasses import dataclass

ABOUT, MORE_THAN, LESS_THAN, EXACT = "about", "more_than", "less_than", "exact"

_UNITS = {
    "zéro": 0,
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "treize": 13,
    "quatorze": 14,
    "quinze": 15,
    "seize": 16,
    "vingt": 20,
    "vingts": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "septante": 70,
    "huitante": 80,
    "nonante": 90,
}
_SCALES = {"cent": 100, "cents": 100, "mille": 1000}
_ABOUT_NOUNS = {
    "huitaine": 8,
    "dizaine": 10,
    "douzaine": 12,
    "quinzaine": 15,
    "vingtaine": 20,
    "trentaine": 30,
    "quarantaine": 40,
    "cinquantaine": 50,
    "soixantaine": 60,
    "centaine": 100,
    "millier": 1000,
}
_MULTIPLIERS = {
    "million": 1_000_000,
    "millions": 1_000_000,
    "milliard": 1_000_000_000,
    "milliards": 1_000_000_000,
    "m€": 1_000_000,
    "md€": 1_000_000_000,
    "k€": 1000,
    "keur": 1000,
    "meur": 1_000_000,
}

_WORD = "|".join(sorted([*_UNITS, *_SCALES], key=len, reverse=True))
_ABOUT_NOUN = "|".join(_ABOUT_NOUNS)
_DIGITS = r"\d{1,3}(?:[ .]\d{3})+(?:,\d{1,4})?(?!\d)|\d+(?:,\d{1,4}|\.\d{1,2}(?!\d))?"

NUMBER = re.compile(
    rf"(?<![\w,./°’'-])(?:"
    rf"(?P<nouns>(?:une?|(?P<times>{_WORD})|plusieurs|quelques|l'|la|cette|notre)\s"
    rf"(?:petite?\s|bonne\s|grosse\s)?(?P<noun>{_ABOUT_NOUN})s?\b)"
    rf"|(?P<digits>{_DIGITS})(?P<suffix>\s?(?:M€|Md€|k€|K€|kEUR|MEUR|millions?\b|milliards?\b))?"
    rf"|(?P<words>(?:{_WORD})(?:(?:[ -](?:et[ -])?)(?:{_WORD}))*)"
    rf"(?P<word_suffix>\smillions?\b|\smilliards?\b)?"
    rf")(?![\w°]|[-/’'][\w])",
    re.I,
)
FRACTION = re.compile(
    r"\b(?:(?P<half>la moitié)|(?P<two_thirds>(?:les )?deux tiers)|(?P<third>un tiers|le tiers)|"
    r"(?P<three_quarters>(?:les )?trois quarts)|(?P<quarter>un quart|"
    r"le quart))(?=\s(?:des?|du|d'|d’)\b)",
    re.I,
)
FRACTION_VALUES = {
    "half": 50,
    "two_thirds": 66.67,
    "third": 33.33,
    "three_quarters": 75,
    "quarter": 25,
}

_BEFORE = (
    (LESS_THAN, r"(?:un peu )?moins d(?:e|['’])|à peine|au plus|au maximum|jusqu['’]à|presque"),
    (
        MORE_THAN,
        r"(?:un peu |bien |largement )?plus d(?:e|['’])|au moins|au minimum|pas moins de|"
        r"au-delà de|dépass\w* (?:les )?|supérieure? à|minimum",
    ),
    (
        ABOUT,
        r"environ|près d(?:e|['’])|autour d(?:e|['’])|quelque|à peu près|aux alentours de|"
        r"approximativement|"
        r"de l['’]ordre de|avoisin\w+|pas loin de|une petite|soit environ|~|≈|env\.|presque",
    ),
)
_QUALIFIERS = [
    (
        qualifier,
        re.compile(rf"(?:^|[^\w])(?P<wording>{words})\s?(?:les\s|des\s|la\s|l['’])?$", re.I),
    )
    for qualifier, words in _BEFORE
]
# « Autour de deux démarches »: what one speaks of, and not about how many.
_SUBJECT = re.compile(r"\bautour d(?:e|['’])\s?$", re.I)
FEW = 10
# What no key figure has room for.
TOO_LARGE = 10**12
_AFTER = re.compile(r"^\s?(?:environ|à peu près|ou plus|au moins)\b", re.I)


@dataclass(frozen=True)
class NumberFound:
    value: float
    start: int
    end: int
    qualifier: str
    has_money: bool  # « 2,5 M€ »
    in_words: bool


def find_numbers(text):
    for match in NUMBER.finditer(text):
        number = _read(match, text)
        if number is not None:
            yield number


def plain_number(text):
    """The number that is the whole of a cell, with its sign of % or €, or None."""
    match = re.fullmatch(rf"({_DIGITS})\s?(%|€)?", text.strip())
    if match and (value := _digits(match[1])) < TOO_LARGE:
        return value, match[2] or ""
    return None


def _read(match, text):
    qualifier = EXACT
    money = False
    if noun := match["noun"]:
        lead = match["nouns"].split()[0].lower()
        if lead in {"plusieurs", "quelques"}:
            return None
        times = words_value(match["times"]) if match["times"] else 1
        value, qualifier = (times or 1) * _ABOUT_NOUNS[noun.lower()], ABOUT
    elif match["digits"]:
        value = _digits(match["digits"])
        if match["suffix"]:
            suffix = match["suffix"].strip().lower()
            value *= _MULTIPLIERS[suffix]
            money = "€" in suffix or "eur" in suffix
    else:
        value = words_value(match["words"])
        if value is None:
            return None
        if match["word_suffix"]:
            value *= _MULTIPLIERS[match["word_suffix"].strip().lower()]
    if value >= TOO_LARGE:
        return None
    said = qualifier_before(text, match.start())
    if value < FEW and _SUBJECT.search(text, 0, match.start()):
        said = ""
    if said and not (qualifier == ABOUT and said == ABOUT):
        qualifier = said
    elif qualifier == EXACT and (after := _AFTER.match(text[match.end() : match.end() + 20])):
        qualifier = MORE_THAN if "plus" in after[0] or "moins" in after[0] else ABOUT
    value = round(value, 2)
    value = int(value) if value == int(value) else value
    return NumberFound(value, match.start(), match.end(), qualifier, money, not match["digits"])


def qualifier_before(text, position):
    before = text[max(0, position - 30) : position].rstrip()
    for qualifier, pattern in _QUALIFIERS:
        if pattern.search(before):
            return qualifier
    return ""


def wording_start(text, position):
    """Where the wording of a number begins, its qualifier included."""
    low = max(0, position - 30)
    before = text[low:position].rstrip()
    starts = [match.start("wording") for _, p in _QUALIFIERS if (match := p.search(before))]
    return low + min(starts) if starts else position


def _digits(text):
    text = text.replace(" ", "")
    if "," in text:
        return float(text.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", text):
        return float(text.replace(".", ""))
    return float(text)


def words_value(text):
    """ "quatre-vingt-cinq" → 85; None for what is no number."""
    total = part = 0
    for word in re.split(r"[\s-]+", text.lower()):
        if word == "et":
            continue
        if word == "mille":
            total, part = (total + (part or 1) * 1000), 0
        elif word in _SCALES:
            part = (part or 1) * 100
        elif word in {"vingt", "vingts"} and part % 100 == 4:
            part += 76
        elif word in _UNITS:
            part += _UNITS[word]
        else:
            return None
    return total + part
