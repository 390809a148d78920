"""What a meeting was for: the items under « Objectifs de la journée », and their criteria."""

import re
from dataclasses import dataclass

from .blocks import ITEM

_TITLE = re.compile(
    r"(?:les |nos )?objectifs?(?:\s(?:et|&)\s(?:sous-)?objectifs?)?"
    r"(?:\sde\s(?:la\s|l['’]|cette\s|cet\s)(?:demi-)?(?:journée|rencontre|réunion|séance|atelier|"
    r"matinée|soirée))?\s?:?$",
    re.I,
)
# « … à l'échelle du département - Changer de paradigme »: the next item, on the same line.
_NEXT_ITEM = re.compile(r"\s[-–]\s(?=[A-ZÀ-Ý])")


@dataclass
class ObjectiveRead:
    text: str
    kind: str = "objective"
    start: int = 0
    end: int = 0


def read_objectives(document):
    """Items of another bullet, under one that ends with « : », are its criteria."""
    found, in_section, mark = [], False, ""
    for block in document.blocks:
        if block.kind != ITEM:
            in_section, mark = bool(_TITLE.match(block.text)), ""
        elif in_section and not block.is_around:
            first, *others = _NEXT_ITEM.split(block.text)
            is_criterion = bool(mark) and block.mark != mark
            kind = "criterion" if is_criterion else "objective"
            texts = [(first, kind), *((other, "objective") for other in others)]
            found += [
                ObjectiveRead(text.strip(" :;"), said, block.start, block.end)
                for text, said in texts
            ]
            if others or not is_criterion:
                mark = block.mark if block.text.endswith(":") else ""
    return found
