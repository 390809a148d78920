"""Who held a meeting: « organisée par la grappe et TZCLD », « accueillie par la mairie »."""

import re
from dataclasses import dataclass

from .dates import find_dates

_HELD_BY = re.compile(
    r"\b(?P<role>(?:co-?)?organis|(?:co-?)?pilot|accueill|financ)(?:ée?s?|ie?s?)\s"
    r"(?:conjointement\s)?par\s(?P<who>[^.;:!?()«»“”\"\n]{2,300})",
    re.I,
)
_MEETING = re.compile(
    r"\b(?:rencontre|réunion|webinaire|atelier|(?:demi-)?journée|matinée|soirée|forum|visite|"
    r"colloque|séminaire|comité)s?\b",
    re.I,
)
_SENTENCE_START = re.compile(r"[.!?]\s(?=[A-ZÀ-Ý])")
_ELSEWHERE = re.compile(
    r",?\s(?:sur|à|au|aux|en|dans|lors|afin|pour|avec|où|qui|autour|le|ce|cette|depuis)\s(?![A-ZÀ-Ý])|"
    r",\s(?:sur|à|au|aux|en|dans)\s"
)
# « de l'emploi, du travail et de la protection » is one name.
_BETWEEN = re.compile(r"(?:,\s(?:et\s)?|\set\s)(?=(?:l[ae]\s|les\s|l['’])|[A-ZÀ-Ý])")
_ARTICLE = re.compile(r"^(?:l[ae]\s|les\s|l['’])(?=\S)", re.I)
_ROLES = {"organis": "organiser", "pilot": "pilot", "accueill": "host", "financ": "funder"}
LONGEST = 400  # characters of a sentence, before who held the meeting
FIRST_BLOCKS = 12  # where a recap says who held the meeting


@dataclass
class PartyRead:
    name: str
    role: str
    start: int = 0
    end: int = 0


def read_parties(document):
    found = {}
    written = [block for block in document.blocks if not block.is_around and block.row < 0]
    for block in written[:FIRST_BLOCKS]:
        for match in _HELD_BY.finditer(block.text):
            before = block.text[max(0, match.start() - LONGEST) : match.start()]
            sentence = _SENTENCE_START.split(before)[-1]
            if not _MEETING.search(sentence):
                continue
            role = _ROLES[match["role"].lower().removeprefix("co-").removeprefix("co")]
            for name in _names(match["who"]):
                start = block.start + match.start("who") + match["who"].find(name)
                found.setdefault((role, name), PartyRead(name, role, start, start + len(name)))
    return list(found.values())


def _names(who):
    dates = find_dates(who)
    who = who[: dates[0].start] if dates else who
    cut = _ELSEWHERE.search(who)
    who = who[: cut.start()] if cut else who
    for part in _BETWEEN.split(who):
        name = _ARTICLE.sub("", part.strip(" ,–-"))
        if 1 < len(name) <= 200:
            yield name
