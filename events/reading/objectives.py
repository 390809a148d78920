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

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s")
_WORD_END = re.compile(r"\s")


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


def pieces(text, most):
    """`text` in parts of `most` characters or less, that end with a sentence, or with a word."""
    while len(text) > most:
        for end in (_SENTENCE_END, _WORD_END):
            ends = [match.start() for match in end.finditer(text, 0, most + 1)]
            if ends:
                break
        cut = ends[-1] if ends else most
        yield text[:cut]
        text = text[cut:].strip()
    yield text
