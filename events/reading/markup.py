"""A page as blocks, without what surrounds it."""

import re
from dataclasses import replace

from bs4 import BeautifulSoup, NavigableString, Tag

from .blocks import CAPTION, CELL, CITE, HEADING, ITEM, PARAGRAPH, QUOTE, line_block, squeeze

_DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "svg",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "textarea",
        "head",
        "title",
        "object",
        "canvas",
        "audio",
        "video",
        "map",
        "menu",
        "dialog",
    ]
)
_AROUND = frozenset(
    [
        "cookie",
        "cookies",
        "consent",
        "rgpd",
        "gdpr",
        "tarteaucitron",
        "menu",
        "nav",
        "navbar",
        "navigation",
        "breadcrumb",
        "breadcrumbs",
        "ariane",
        "sidebar",
        "share",
        "sharing",
        "partage",
        "social",
        "socials",
        "addtoany",
        "footer",
        "pied",
        "widget",
        "widgets",
        "related",
        "newsletter",
        "comments",
        "respond",
        "pagination",
        "skip",
        "lightbox",
        "banner",
        "tags",
        "pager",
        "toolbar",
    ]
)
_KEPT = frozenset(["html", "body", "main", "article"])
_BLOCKS = {
    **{f"h{level}": HEADING for level in range(1, 7)},
    "li": ITEM,
    "dt": PARAGRAPH,
    "dd": PARAGRAPH,
    "blockquote": QUOTE,
    "cite": CITE,
    "figcaption": CAPTION,
    "footer": CITE,  # those of pages are dropped before
    "td": CELL,
    "th": CELL,
    **dict.fromkeys(
        [
            "p",
            "div",
            "section",
            "article",
            "main",
            "ul",
            "ol",
            "table",
            "tbody",
            "thead",
            "tr",
            "caption",
            "header",
            "figure",
            "pre",
            "address",
            "dl",
            "hr",
            "body",
            "html",
            "center",
            "fieldset",
            "details",
            "summary",
        ],
        PARAGRAPH,
    ),
}


def read_html(source):
    """(blocks, title, [(words, address) of a link]) of a page."""
    soup = BeautifulSoup(source, "html.parser")
    page_title = soup.title.get_text(" ", strip=True) if soup.title else ""
    _drop_surroundings(soup)
    for cite in soup.select("footer cite, figcaption cite"):
        cite.unwrap()
    for time in soup.select("time[datetime]"):
        # « le 27 novembre », whose year only the attribute says.
        year = re.match(r"\d{4}(?=-\d\d-\d\d)", time["datetime"])
        said = time.get_text()
        if year and re.search(r"\d\s[a-zûé]{3,9}$", said.strip()):
            time.append(f" {year[0]}")
    reader = _Walk()
    reader.read(soup)
    links = [
        (squeeze(tag.get_text(" ").replace("\n", " ")), tag["href"].strip())
        for tag in soup.find_all("a", href=re.compile(r"^\s*https?://", re.I))
    ]
    return (
        reader.blocks,
        squeeze(page_title.replace("\n", " ")),
        [each for each in links if each[0]],
    )


def _drop_surroundings(soup):
    whole = max(len(soup.get_text()), 1)
    for tag in soup.find_all(True):
        if tag.decomposed or tag.name in {"html", "body"}:
            continue
        if tag.name in _DROPPED and tag.name not in {"footer", "aside", "form", "head"}:
            tag.decompose()
        elif tag.name in {"footer", "aside"}:
            if tag.find_parent("blockquote") is None:
                tag.decompose()
        elif tag.name == "form":
            if len(tag.get_text()) * 2 < whole:  # some pages are a form as a whole
                tag.decompose()
        elif (
            tag.name == "head"
            or (tag.name == "header" and _is_site_header(tag))
            or (tag.name not in _KEPT and _is_surrounding(tag) and len(tag.get_text()) * 2 < whole)
        ):
            tag.decompose()


def _is_site_header(tag):
    return tag.find("h1") is None and tag.find_parent(["article", "main"]) is None


def _is_surrounding(tag):
    if tag.get("hidden") is not None or tag.get("role") in {"navigation", "banner", "search"}:
        return True
    classes = tag.get("class") or []
    names = [*([classes] if isinstance(classes, str) else classes), str(tag.get("id") or "")]
    words = {word for name in names for word in re.split(r"[-_\s]+", str(name).lower())}
    return bool(words & _AROUND)


class _Walk:
    """Blocks of a tree, in order, without recursion: pages may nest thousands of tags."""

    def __init__(self):
        self.blocks = []
        self._parts = []
        self._kinds = [PARAGRAPH]
        self._row, self._column = -1, -1
        self._rows = 0
        self._bold = self._plain = 0
        self._depth = 0  # of bold tags

    def read(self, root):
        stack = [(root, iter(root.children))]
        while stack:
            tag, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._leave(tag)
            elif isinstance(child, Tag):
                self._enter(child)
                stack.append((child, iter(child.children)))
            elif type(child) is NavigableString:
                self._say(str(child))
        self._flush()

    def _say(self, text):
        if text.strip():
            if self._depth:
                self._bold += 1
            else:
                self._plain += 1
        self._parts.append(text.replace("\n", " "))

    def _enter(self, tag):
        if tag.name in {"b", "strong"}:
            self._depth += 1
        if tag.name == "br":
            self._flush()
        kind = _BLOCKS.get(tag.name)
        if kind is None:
            return
        self._flush()
        if tag.name == "tr":
            self._rows += 1
            self._row, self._column = self._rows, -1
        if kind == CELL:
            self._column += 1
        inherited = self._kinds[-1] if kind == PARAGRAPH else kind
        if inherited == HEADING and kind != HEADING:
            inherited = PARAGRAPH
        self._kinds.append(inherited)

    def _leave(self, tag):
        if tag.name in {"b", "strong"}:
            self._depth -= 1
        if tag.name not in _BLOCKS:
            return
        self._flush()
        self._kinds.pop()
        if tag.name == "table":
            self._row = -1

    def _flush(self):
        text = squeeze("".join(self._parts))
        bold = self._bold and not self._plain
        self._parts, self._bold, self._plain = [], 0, 0
        if not text:
            return
        kind = self._kinds[-1]
        block = line_block(text, True)
        if not block.text:
            return
        if kind == PARAGRAPH:
            kind = block.kind
            if bold and len(text) < 160 and not text.endswith(".") and text[0] not in '«“"':
                kind = HEADING
        self.blocks.append(
            replace(
                block,
                kind=kind,
                row=self._row if kind == CELL else -1,
                column=self._column if kind == CELL else -1,
            )
        )
