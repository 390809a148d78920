"""The obstacles that a text lists: « les freins à l'emploi (mobilité, garde d'enfants…) »."""

import re
from dataclasses import dataclass

from .blocks import ITEM

_WORD = r"\b(?:freins|obstacles)\b"
_ASIDE = re.compile(rf"{_WORD}[^.;()]{{0,200}}\((?P<list>[^()]{{5,500}})\)", re.I)
_LINE = re.compile(rf"{_WORD}[^.;:()?]{{0,80}}\s?:\s(?P<list>[^:;()?!]{{5,500}}?)\.?$", re.I)
_ABOVE = re.compile(rf"{_WORD}[^.;:()?]{{0,80}}\s?:?$", re.I)
# What is done about them: « Lever les freins : un garage, une crèche ».
_AGAINST = re.compile(
    r"\b(?:lev|rédui|surmont|contourn|actions?|solutions?|réponses?|face|contre)", re.I
)
_PART = re.compile(r"[^,;]+")
LONGEST = 90  # characters of an obstacle; a sentence is more


@dataclass
class ObstacleRead:
    name: str
    start: int = 0
    end: int = 0


def read_obstacles(document):
    found = {}
    is_below = False
    for block in document.blocks:
        if block.is_around or block.row >= 0:
            continue
        if block.kind == ITEM and is_below:
            if len(block.text) <= LONGEST:
                _keep(found, block, block.text, 0)
            continue
        is_against = bool(_AGAINST.search(block.text))
        is_below = bool(_ABOVE.search(block.text)) and len(block.text) <= LONGEST and not is_against
        for pattern in (_ASIDE,) if is_against else (_ASIDE, _LINE):
            for match in pattern.finditer(block.text):
                _read_list(found, block, match)
    return list(found.values())


def _read_list(found, block, match):
    parts = list(_PART.finditer(block.text, match.start("list"), match.end("list")))
    if len(parts) > 1 and all(len(part[0]) <= LONGEST for part in parts):
        for part in parts:
            _keep(found, block, part[0], part.start())


def _keep(found, block, said, at):
    name = re.sub(r"^\s*(?:et\s)?|(?:[…. ]|\betc\b)*$", "", said)
    if name:
        start = block.start + at + said.find(name)
        found.setdefault(name.lower(), ObstacleRead(name, start, start + len(name)))
