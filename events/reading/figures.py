"""Key figures: numbers that count something, not dates, addresses or ranks."""

import re
from dataclasses import dataclass

from .dates import find_dates
from .numbers import find_numbers, plain_number, wording_start


@dataclass
class Figure:
    value: float
    unit: str
    qualifier: str
    label: str
    start: int = 0
    end: int = 0


_MASKED = re.compile(
    r"(?:\+33|\b0)\s?\d(?:[\s.-]?\d{2}){2,4}\b|\b\d{1,2}\s?h(?:\s?\d{2})?\b|\b\d{1,2}:\d{2}\b|"
    r"\b\d{1,4}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|av\.|boulevard|bd|place|quai|chemin|"
    r"impasse|allée|route|cours)\b|"
    r"\b\d{5}(?=\s[A-ZÀ-Ý])|\b(?:articles?|art\.|pages?|p\.|annexe|chapitre|n°|numéro|"
    r"étape|point|axe|atelier|"
    r"table ronde|lot|phase|version|séance|salle|étage|lundi|mardi|mercredi|jeudi|"
    r"vendredi)\s?\d+(?:[/.]\d+)?|"
    r"\b\d+\s?(?:er|ère|e|ème|nd|nde)\b|\b\d+/\d+\b|\b(?:19|20)\d\d\b(?!\s(?:personnes|"
    r"entreprises|emplois|habitants|postes))|"
    r"\S+@\S+|https?://\S+|\b100\s?%\s(?=inclusion)|\b\d+\sdegrés|numéro vert.*",
    re.I,
)
_TIME = re.compile(
    r"\s?(?:ans?|mois|jours?|semaines?|minutes?|min|années?|heures?|h|fois|secondes?|"
    r"siècle|reprises?|points?)\b",
    re.I,
)
_NOUN = re.compile(
    r"\s?(?P<of>d['’]|de |des )?(?!(?:à|au|aux|et|ou|le|la|les|un|une|ont|est|sur|"
    r"par contre|a|dont|que|qui|pour|dans|avec|sont|se|premi\w+|derni\w+|"
    r"derniers)\b)(?P<noun>[A-Za-zÀ-ÿœŒ][\wÀ-ÿ’'-]*)",
)
_BOUNDARY = re.compile(
    r"[.,;:()!?»”\"\n+=]|\s(?:dont|soit)\s|"
    r"\set\s(?=(?:[a-zà-ÿ]+\s)?\d)|(?<!qui)\s(?:ont|a|est|sont|étaient|se sont|avaient)\s"
)


def read_figures(document, quotes):
    found, seen = [], set()
    said = [(quote.start, quote.end) for quote in quotes]
    rows = {}
    for block in document.blocks:
        if block.is_around:
            continue
        if block.row >= 0 and block.column == 0:
            rows.setdefault(block.row, block.text)
        number = plain_number(block.text) if block.row >= 0 and block.column > 0 else None
        if number and not 1900 < number[0] < 2100:
            value = int(number[0]) if number[0] == int(number[0]) else number[0]
            found.append(
                Figure(value, number[1], "exact", rows.get(block.row, ""), block.start, block.end)
            )
            continue
        for figure in _in_block(block, said):
            key = (figure.value, figure.unit, " ".join(figure.label.lower().split()[:2]))
            if key not in seen:
                seen.add(key)
                found.append(figure)
    return found


def _in_block(block, said):
    text = block.text
    masked = text
    for date in reversed(find_dates(text)):
        masked = masked[: date.start] + "#" * (date.end - date.start) + masked[date.end :]
    masked = _MASKED.sub(lambda match: "#" * len(match[0]), masked)
    numbers = list(find_numbers(masked))
    for index, number in enumerate(numbers):
        after = masked[number.end :]
        before = masked[max(0, number.start - 25) : number.start].lower()
        following = numbers[index + 1] if index + 1 < len(numbers) else None
        if number.in_words and re.search(r"\w\s$", before) and masked[number.start].isupper():
            continue  # « la CC des Trois Vals »
        if number.value in {0, 1} and (number.in_words or not re.match(r"\s?(?:%|en )", after)):
            continue
        unit = ""
        end = number.end
        if sign := re.match(r"\s?(%|pour cent|€|euros?\b|d['’]euros|km\b|ETP\b|heures\b)", after):
            unit = {"pour cent": "%", "%": "%", "km": "km", "ETP": "ETP", "heures": "heures"}.get(
                sign[1], "€"
            )
            end += sign.end()
        if number.has_money:
            unit = "€"
        if unit == "heures" and number.value < 100:
            continue
        source = number
        if (
            not unit
            and following
            and re.fullmatch(r"\s?(?:à|et|-|–)\s?", masked[number.end : following.start])
        ) and (re.search(r"\b(?:entre|de)\s?$", before) or masked[number.end] in "-– "):
            tail = masked[following.end :]
            if _TIME.match(tail) or not re.search(r"\b(?:entre|de)\s?$", before):
                continue
            if sign := re.match(r"\s?(%|€|euros?\b)", tail):
                unit = "%" if sign[1] == "%" else "€"
            source, end = following, following.end
        noun = _NOUN.match(masked[source.end :])
        if not unit:
            if _TIME.match(masked[source.end :]) or not noun:
                continue
            if (
                re.search(r"\b(?:les|ces|ses|nos|leurs|tous|toutes|ces)\s$", before)
                and number.value < 4
            ):
                continue
        inside = any(start <= block.start + number.start < stop for start, stop in said)
        if inside and not unit and (number.in_words or number.value < 10):
            continue
        qualifier = number.qualifier
        label = _label(text, end, unit)
        if not label:
            continue
        start = wording_start(text, number.start)
        yield Figure(number.value, unit, qualifier, label, block.start + start, block.start + end)


def _label(text, end, unit):
    rest = text[end : end + 200]
    cut = _BOUNDARY.search(rest.lstrip())
    label = rest.lstrip()[: cut.start()] if cut else rest.strip()
    label = re.sub(r"^(?:d['’]|de |des )", "", label.strip()) if unit != "%" else label.strip()
    if unit and len(label) < 4:
        label = re.split(r"[.;:()!?]\s?", text[:end])[-1].strip()
    return label[:200].strip(" –-")
