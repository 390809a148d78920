"""Key figures: numbers that count something, not dates, addresses or ranks."""

import re
from dataclasses import dataclass
from itertools import zip_longest

from .blocks import HEADING
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
    is_result: bool = False  # of the evaluation of the meeting
    base: int | None = None  # how many answered
    base_label: str = ""  # who they were
    is_base: bool = False  # of a result, which says it


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
    r"\s?(?P<of>d['’]|de |des )?(?!(?:à|au|aux|du|et|ou|le|la|les|un|une|ont|est|sur|"
    r"par contre|a|dont|que|qui|pour|dans|avec|sont|se|premi\w+|derni\w+|"
    r"derniers)\b)(?P<noun>[A-Za-zÀ-ÿœŒ][\wÀ-ÿ’'-]*)",
)
_BOUNDARY = re.compile(
    r"[.,;:()!?»”\"\n+=]|\s[–—]\s|\s(?:dont|soit)\s|"
    r"\set\s(?=(?:[a-zà-ÿ]+\s)?\d)|(?<!qui)\s(?:ont|a|est|sont|étaient|se sont|avaient)\s"
)


_LEADS_TO_NUMBER = re.compile(r"\s(?:(?:est|sont|était|étaient)\s)?(?:de|d['’]|à|des)$", re.I)
_UNITS = {"pour cent": "%", "%": "%", "km": "km", "ETP": "ETP", "heures": "heures"}
_JOINED = re.compile(r"\s?(?:à|et|-|–)\s?")
_FROM = re.compile(r"\b(?:entre|de)\s?$")
_DEFINITE = re.compile(r"\b(?:les|ces|ses|nos|leurs|tous|toutes)\s$")


# Whose opinion of the meeting is told: « des 25 répondants », « des personnes présentes ».
_RESPONDENTS = re.compile(
    r"\s?(?:des|de|sur)\s(?:(?P<base>\d+)\s)?(?P<who>répondante?s|réponses|"
    r"personnes\s(?:présentes|interrogées|ayant répondu)|(?P<some>participante?s|présents))\b",
    re.I,
)
_OPINION = re.compile(
    r"\b(?:satisf\w+|recommand\w+|appréci\w+|(?:ont|a)\s(?:envie|jugé|aimé)|"
    r"(?:se|s['’])\s?(?:disent|déclarent|sentent)|trouv\w+\s(?:ça|cela|que|utile|trop)|"
    r"(?:estim|jug|souhait|veul|voudr|aimer|pens|reviendr|reparte)\w*)",
    re.I,
)
_ASKED = re.compile(
    r"^bilan(?:\sde\sl[a'’]\s?\S+)?\W*$|"
    r"\b(?:évaluation|satisfaction|questionnaire|sondage|retours|répondants)\b",
    re.I,
)
_ANSWERS = re.compile(
    r"(?P<base>\d+)\s(?:réponses?|répondante?s?|questionnaires?\s(?:remplis|rendus))\b", re.I
)
_WHO = re.compile(r"(?:répond|répons|questionn|particip|présent|personnes)", re.I)
AROUND = 300  # characters
_RESULT_END = re.compile(r"[.;:!?»”\"\n(]|,\s|\set\s(?=\d)")


def read_figures(document, quotes):
    found, seen = [], set()
    said = [(quote.start, quote.end) for quote in quotes]
    rows = {}
    title = ""
    for block in document.blocks:
        if block.is_around:
            continue
        title = block.text if block.kind == HEADING else title
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
            if figure.unit == "%":
                _read_result(figure, block, title)
            key = (figure.value, figure.unit, " ".join(figure.label.lower().split()[:2]))
            if key not in seen:
                seen.add(key)
                found.append(figure)
    bases = {each.base for each in found if each.is_result}
    for each in found:
        each.is_base = each.value in bases and bool(_WHO.match(each.label))
    return found


def _read_result(figure, block, title):
    """Tell what a share is of the answers to an evaluation, and of how many."""
    after = block.text[figure.end - block.start :][:300]
    who = _RESPONDENTS.match(after)
    rest = after[who.end() if who else 0 :]
    end = _RESULT_END.search(rest)
    opinion = re.sub(r"^\s*(?:qui\s)?", "", rest[: end.start()] if end else rest).strip()
    start = figure.start - block.start
    around = block.text[max(0, start - AROUND) : start + AROUND]
    is_asked = who or _ASKED.search(title) or _ASKED.search(around)
    is_of_respondents = who and not who["some"]
    if not opinion or not (is_of_respondents or (is_asked and _OPINION.search(opinion[:60]))):
        return
    figure.is_result = True
    figure.label = opinion[:200]
    answers = _ANSWERS.search(around)
    base = (who and who["base"]) or (answers and answers["base"]) or ""
    figure.base = int(base) if 0 < len(base) < 7 else None
    figure.base_label = who["who"] if who else ""


def _in_block(block, said):
    masked = _masked(block.text)
    numbers = list(find_numbers(masked))
    for number, following in zip_longest(numbers, numbers[1:]):
        if figure := _figure(block, masked, number, following, said):
            yield figure


def _masked(text):
    """The text, its dates and whatever else counts nothing written over."""
    masked = text
    for date in reversed(find_dates(text)):
        masked = masked[: date.start] + "#" * (date.end - date.start) + masked[date.end :]
    return _MASKED.sub(lambda match: "#" * len(match[0]), masked)


def _figure(block, masked, number, following, said):
    """The figure of a number; None when it counts nothing."""
    before = masked[max(0, number.start - 25) : number.start].lower()
    after = masked[number.end :]
    if _is_no_number(number, masked, before, after):
        return None
    unit, end = _unit(number, after)
    if unit == "heures" and number.value < 100:
        return None
    last = number
    if not unit and following and _JOINED.fullmatch(masked[number.end : following.start]):
        if _FROM.search(before):  # « entre 10 et 20 % »
            tail = masked[following.end :]
            if _TIME.match(tail):
                return None
            last, end = following, following.end
            if sign := re.match(r"\s?(%|€|euros?\b)", tail):
                unit = "%" if sign[1] == "%" else "€"
        elif masked[number.end] in "-– ":
            return None
    if not unit:
        rest = masked[last.end :]
        is_told_before = number.value < 4 and _DEFINITE.search(before)
        if _TIME.match(rest) or not _NOUN.match(rest) or is_told_before:
            return None
    is_said = any(start <= block.start + number.start < stop for start, stop in said)
    if is_said and not unit and (number.in_words or number.value < 10):
        return None
    start = wording_start(block.text, number.start)
    label = _label(block.text, start, end, unit)
    if not label:
        return None
    start += block.start
    return Figure(number.value, unit, number.qualifier, label, start, block.start + end)


def _is_no_number(number, masked, before, after):
    """« la CC des Trois Vals », « un jour »."""
    if number.in_words and re.search(r"\w\s$", before) and masked[number.start].isupper():
        return True
    is_article = number.in_words or not re.match(r"\s?(?:%|en )", after)
    return number.value in {0, 1} and is_article


def _unit(number, after):
    """(the unit that follows a number, where it ends)."""
    sign = re.match(r"\s?(%|pour cent|€|euros?\b|d['’]euros|km\b|ETP\b|heures\b)", after)
    end = number.end + (sign.end() if sign else 0)
    if number.has_money:
        return "€", end
    return (_UNITS.get(sign[1], "€") if sign else ""), end


def _label(text, start, end, unit):
    rest = text[end : end + 200]
    cut = _BOUNDARY.search(rest.lstrip())
    label = rest.lstrip()[: cut.start()] if cut else rest.strip()
    label = re.sub(r"^(?:d['’]|de |des )", "", label.strip()) if unit != "%" else label.strip()
    if unit and len(label) < 4:
        # « Budget : 186 k€ (État 60 %, Agglo 25 %) »: what stands before says what it is.
        before = [
            part
            for part in re.split(r"[.;:()!?,]", text[max(0, start - AROUND) : start])
            if part.strip()
        ]
        label = _LEADS_TO_NUMBER.sub("", before[-1].strip()) if before else text[start:end]
    return label[:200].strip(" –-")
