"""A document as blocks, whether it is a text or a page."""

import re
from dataclasses import dataclass, replace

from .blocks import Block
from .lines import read_text
from .markup import read_html

_MARKUP = re.compile(
    r"</?(?:p|div|ul|ol|li|h[1-6]|html|body|table|tr|td|br|span|strong|em|b|i|u|article|blockquote|"
    r"section|main|a|figure|script|style)\b[^<>]{0,2000}>|<!doctype",
    re.I,
)


@dataclass(frozen=True)
class Document:
    text: str
    blocks: tuple[Block, ...]
    subject: str = ""  # of the e-mail, or the title of the page
    links: tuple[tuple[str, str], ...] = ()  # (words, address) of those of a page

    def excerpt(self, start, end):
        return self.text[start:end]


def open_document(source):
    """The Document of a text or of HTML, told apart by its tags."""
    markup = len(_MARKUP.findall(source[:200_000]))
    if markup >= 2 and "\t" in source and _has_tabbed_rows(source):
        return _assembled(*read_text(_without_tags(source)))
    if markup >= 2 or (markup and source.lstrip().startswith("<")):
        return _assembled(*read_html(source))
    return _assembled(*read_text(source))


def _assembled(blocks, subject, links=()):
    placed, parts, start = [], [], 0
    for block in blocks:
        placed.append(replace(block, start=start))
        parts.append(block.text)
        start += len(block.text) + 1
    return Document("\n".join(parts), tuple(placed), subject, tuple(links))


def _has_tabbed_rows(source):
    """A table pasted from a page that kept the tags inside of its cells."""
    if re.search(r"<(?:table|td|tr)\b", source, re.I):
        return False
    rows = [line for line in source.splitlines() if line.strip().count("\t") >= 1 and "<" in line]
    return len(rows) >= 2


def _without_tags(source):
    source = re.sub(r"<(script|style)\b[^<]{0,100000}</\1\s*>", " ", source, flags=re.I)
    # Only a cell that goes on after the line has its break kept as such.
    source = re.sub(r"</(?:p|li|h[1-6]|div)>|<br\s*/?>", "\x1e", source, flags=re.I)
    return re.sub(r"</?[a-zA-Z][^<>]{0,2000}>", " ", source)
