"""The part of a text that best answers a search, its words marked. Pure functions."""

import re
from typing import NamedTuple

LENGTH = 200
ENDS = tuple(".!?…:;,·")
# Markdown's marks, which an extract does without; a link keeps its words.
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*_`#>]+")
_ITEM = re.compile(r"^\s*[-•]\s+", re.MULTILINE)


class Fragment(NamedTuple):
    text: str
    is_match: bool


def in_one_line(texts):
    """The texts without the marks of Markdown, a dot after each text or item that no sign ends."""
    parts = [part for text in texts for part in _ITEM.split(text)]
    lines = [" ".join(_MARKS.sub("", _LINK.sub(r"\1", part)).split()) for part in parts]
    ended = [line if line.endswith(ENDS) else f"{line} ·" for line in lines if line]
    return " ".join(ended).removesuffix(" ·")


def extract(text, spans, length=LENGTH):
    """Fragments of `text` around the `spans` of the analyser that meet most clauses.

    The beginning of the text when there is none.
    """
    start, end = _window(text, spans, length)
    fragments = [Fragment("… ", False)] if start else []
    position = start
    for span_start, span_end, _ in spans:
        if span_start < position or span_end > end:
            continue
        fragments += [
            Fragment(text[position:span_start], False),
            Fragment(text[span_start:span_end], True),
        ]
        position = span_end
    fragments.append(Fragment(text[position:end] + (" …" if end < len(text) else ""), False))
    return [fragment for fragment in fragments if fragment.text]


def _window(text, spans, length):
    """Where to cut: whole words, from a little before the span that begins the best part."""
    if len(text) <= length:
        return 0, len(text)
    best, best_start = 0, 0
    for start, _, _ in spans:
        within = {number for s, e, number in spans if start <= s and e <= start + length * 3 // 4}
        if len(within) > best:
            best, best_start = len(within), start
    start = best_start - length // 4
    start = text.find(" ", start) + 1 if start > 0 else 0
    if start + length >= len(text):
        start = text.rfind(" ", 0, max(len(text) - length, 1)) + 1
    end = len(text) if start + length >= len(text) else text.rfind(" ", start, start + length)
    return start, end if end > start else start + length
