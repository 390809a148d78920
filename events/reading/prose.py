"""What a recap tells in sentences, part by part: what nothing else of the reading holds."""

import re
from dataclasses import dataclass, field

from .blocks import CAPTION, CELL, CITE, HEADING, ITEM
from .follow_ups import ACTION_SECTION, PRESENT
from .people import CIVILITY, NAME

# Titles of what is read apart: who was there, figures, quotes, what comes next.
_READ_APART = re.compile(
    r"(?:les |nos |quelques )*(?:chiffres?(?:[- ]clés?)?|verbatims?|citations?|paroles|"
    r"intervenante?s|participante?s|présente?s|excusée?s|absente?s|prochaine?s?|contacts?)\b",
    re.I,
)
_ATTENDANCE = re.compile(
    r"(?:étaient )?(?:présente?s?|excusée?s?|absente?s?|participante?s|là)\s?:", re.I
)
# « Lise Armandou, maire de Crestville », under what she said.
_SIGNATURE = re.compile(rf"(?:{CIVILITY}\s)?{NAME}(?:,[^.!?…:]{{0,90}})?$")
_MOSTLY = 0.6  # of the length of a paragraph
_MARKUP = re.compile(r"[\\*`]|^>|^(?:#{1,6}|[+-])(?=\s)")


@dataclass
class ProseRead:
    title: str  # "" before any title but that of the document
    body: str  # in Markdown
    is_read_apart: bool = False  # its title says that the rest of the reading holds it
    holds: list = field(default_factory=list)  # where its blocks start


def is_label(block):
    """Whether a title only says what the rest of the reading holds: « Actions retenues »."""
    return bool(_READ_APART.match(block.text) or ACTION_SECTION.match(block.text))


def read_prose(document, title, held):
    """The parts of a document whose `title` is known, in its order.

    `held` are (start, end) of what was read otherwise: a paragraph that is mostly one of these
    is no part.
    """
    found, held = [], set(held)
    part = ProseRead("", "")
    last, above = None, ""
    blocks = document.blocks
    for before, block, following in zip((None, *blocks), blocks, (*blocks[1:], None), strict=False):
        is_read_apart = is_label(block)
        # « Deux solutions existent : », below a paragraph, introduces its list.
        introduces = block.text.endswith(":") and not (block.follows_blank or is_read_apart)
        introduces &= last is not None and last.kind != ITEM
        introduces &= following is not None and following.kind == ITEM
        if block.kind == HEADING and not introduces:
            name = "" if block.text == title else block.text.rstrip(" :")
            if above and name:  # a title straight under another
                name = f"{above} – {name}"
            part = ProseRead(name, "", is_read_apart)
            above = "" if is_read_apart or _is_held(block, held) else name
            last = None
            continue
        above = ""
        if not _is_prose(block, before, held):
            last = None
        else:
            text = _MARKUP.sub(r"\\\g<0>", block.text)
            if not part.body:
                found.append(part)
            follows_item = last is not None and last.kind == ITEM == block.kind
            part.body += "" if not part.body else "\n" if follows_item else "\n\n"
            part.body += f"- {text}" if block.kind == ITEM else text
            part.holds.append(block.start)
            last = block
    return found


def _is_prose(block, before, held):
    if block.is_around or block.kind in {CELL, CITE, CAPTION}:
        return False
    if PRESENT.match(block.text) or _ATTENDANCE.match(block.text):
        return False
    follows_quote = before and before.kind != HEADING and _is_held(before, held)
    is_signature = follows_quote and _SIGNATURE.match(block.text)
    return not is_signature and not _is_held(block, held)


def _is_held(block, held):
    covered = sum(max(0, min(end, block.end) - max(start, block.start)) for start, end in held)
    return covered >= _MOSTLY * len(block.text)
