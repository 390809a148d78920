"""A document as blocks: titles, paragraphs, items, cells, without what surrounds a page."""

import re
from dataclasses import dataclass, replace
from itertools import zip_longest

from bs4 import BeautifulSoup, NavigableString, Tag

HEADING, PARAGRAPH, ITEM, QUOTE, CITE, CAPTION, CELL = (
    "heading",
    "paragraph",
    "item",
    "quote",
    "cite",
    "caption",
    "cell",
)

_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_MARKUP = re.compile(
    r"</?(?:p|div|ul|ol|li|h[1-6]|html|body|table|tr|td|br|span|strong|em|b|i|u|article|blockquote|"
    r"section|main|a|figure|script|style)\b[^<>]{0,2000}>|<!doctype",
    re.I,
)

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

_BULLET = re.compile(
    r"^(?:[•·▪▸►●○◦‣⁃→⇒✓✔➢➤*+]|[-–—](?=[\s\wÀ-ÿ«\"“]))\s*|"
    r"^(?:\d{1,2}(?:[.)]|°)|[a-z]\)|[A-Z]\d{1,2}[.)]|[IVX]{1,4}[.)])(?=\s)\s*|^o\s(?=[A-ZÀ-Ý])"
)
_MARKED_HEADING = re.compile(r"#{1,6}\s(?P<text>.*\w.*?)[\s#]*$")
_EMPHASIS = re.compile(r"(\*\*|__|(?<!\w)\*(?=\w))([^*_]+?)\1(?!\w)")
_DASH = re.compile(r"^[-–—]")
_QUOTED_LINE = re.compile(r"^(?:>[ \t]?)+")
_MAIL_HEADER = re.compile(
    r"^(?:De|From|À|A|To|Cc|Cci|Envoyé|Date|Sent|Objet|Subject|Répondre à|Pièces? jointes?)\s?:",
    re.I,
)
_MAIL_SUBJECT = re.compile(r"^(?:Objet|Subject)\s?:\s*(?:(?:TR|RE|FW|FWD|Tr|Re)\s?:\s*)*(.+)", re.I)
_AROUND_LINE = re.compile(
    r"^(?:cliquez ici\b|rechercher$|remonter\b|envoyer? [aà] un ami|"
    # Not « Partager ce tableau de suivi », nor « Mise à jour du tableau », to be done.
    r"partage[rz](?=\W*$|\s(?:sur|par|via|facebook|twitter|linkedin|l['’]article|la page|avec vos|"
    r"(?:ce|cet|cette)\s(?:article|page|contenu|publication))\b|\s?:)|"
    r"(?:facebook|twitter|linkedin|imprimer|accueil|menu)\b(?!.*[.:])|publi[ée]e? le\b|"
    r"mise? (?:à jour|en ligne)(?=\W*$|\s(?:(?:le|du)\s(?:\d|premier\b|(?:lun|mar|mercre|jeu|"
    r"vendre|same)di\b|dimanche\b)|il y a\b|\d)|\s?:)|"
    r"\S*\d+x\d+\S*$|"
    r"temps de lecture|lecture\s?:|t[ée]l(?:[ée]phone)?\.?\s?:|mail\s?:|e-?mail\s?:|courriel\s?:|"
    r"contactez[- ]nous|vous souhaitez (?:en savoir|contribuer)|proposez une|accueilactu|"
    r"en savoir plus|lire (?:la suite|aussi)|page \d+|photos?\s?:|©|crédits?\b|mentions légales|"
    r"nous utilisons .{0,20}cookies|▼|accepter$|refuser$|article (?:précédent|suivant)|"
    r"se connecter|s'inscrire$|copyright|https?://\S+$|\S+@\S+$|voir plus)",
    re.I,
)
_PHONE = re.compile(r"(?:\+33|\b0)\s?\d(?:[\s.-]?\d{2}){4}\b")


@dataclass(frozen=True)
class Block:
    """A piece of text that stands by itself; `start` is its place in the text of the document."""

    text: str
    kind: str = PARAGRAPH
    start: int = 0
    row: int = -1  # of a table
    column: int = -1
    is_numbered: bool = False
    has_dash: bool = False
    mark: str = ""  # the first sign of its bullet
    is_around: bool = False  # of the page, not of the recap
    follows_blank: bool = False

    @property
    def end(self):
        return self.start + len(self.text)


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
        return _assembled(*_read_text(_without_tags(source)))
    if markup >= 2 or (markup and source.lstrip().startswith("<")):
        return _assembled(*_read_html(source))
    return _assembled(*_read_text(source))


def squeeze(text):
    return _SPACES.sub(" ", text).strip()


def _assembled(blocks, subject, links=()):
    placed, parts, start = [], [], 0
    for block in blocks:
        placed.append(replace(block, start=start))
        parts.append(block.text)
        start += len(block.text) + 1
    return Document("\n".join(parts), tuple(placed), subject, tuple(links))


# Text


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


def _read_text(source):
    lines = re.split(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", source)
    if sum(line.startswith(">") for line in lines) * 3 > len([each for each in lines if each]):
        lines = [_QUOTED_LINE.sub("", line) for line in lines]
    reader = _Lines(_is_hard_wrapped(lines))
    for line in lines:
        reader.read(line)
    return _with_headings(reader.blocks), reader.subject


class _Lines:
    """Blocks of lines, read one after the other."""

    def __init__(self, wrapped):
        self.blocks, self.subject = [], ""
        self._wrapped = wrapped
        self._row = 0
        self._blank = True
        self._in_signature = self._in_row = False

    def read(self, raw):
        line = squeeze(raw)
        if not line:
            self._blank = True
            return
        if line in {"--", "-- "}:
            self._in_signature = True
        elif raw.startswith(">"):
            self._in_signature = False
        is_row = "\t" in raw.strip()
        if is_row or (self._in_row and "\x1e" in raw):
            self._row += is_row
            self._in_row = True
            self.blocks += _cells(raw, self._row)
            self._blank = False
        elif title := _MARKED_HEADING.match(line):
            self.blocks.append(Block(title["text"], HEADING, follows_blank=self._blank))
            self._blank = True
        else:
            self._read_words(_EMPHASIS.sub(r"\2", line))

    def _read_words(self, line):
        is_at_top = len(self.blocks) < 12  # where an e-mail has its headers
        mail = is_at_top and _MAIL_SUBJECT.match(line)
        if mail:
            self.subject = mail[1]
        self._in_row = False
        block = _line_block(line.replace("\x1e", " "), self._blank)
        if not block.text:
            return
        if mail:  # the title of the message
            block = replace(block, text=mail[1], is_around=False)
        elif self._in_signature or (is_at_top and _MAIL_HEADER.match(line)):
            block = replace(block, is_around=True)
        last = self.blocks[-1] if self.blocks else None
        if last and not self._blank and _goes_on(last, block, line, self._wrapped):
            self.blocks[-1] = replace(last, text=f"{last.text} {block.text}")
        else:
            self.blocks.append(block)
        self._blank = False


def _is_hard_wrapped(lines):
    written = [len(line) for line in lines if line.strip()]
    long = sum(size > 50 for size in written)
    return len(written) > 3 and max(written) <= 100 and long * 3 > len(written)


def _goes_on(last, block, line, wrapped):
    """Is a line the rest of the paragraph of the one before?"""
    if last.is_around or block.is_around or last.kind == CELL or block.kind == ITEM:
        return False
    if line[0].islower():
        return last.text[-1] not in ".!?…:" and (wrapped or len(last.text) > 45)
    return wrapped and len(last.text) > 45 and last.text[-1] not in '.!?…:;»"”'


def _line_block(line, blank):
    bullet = _BULLET.match(line)
    text = line[bullet.end() :].strip() if bullet else line
    nested = _BULLET.match(text) if bullet else None
    if nested and not text[: nested.end()].strip()[0].isalnum():
        text = text[nested.end() :].strip()
    numbered = bool(bullet) and line[0].isalnum()
    return Block(
        text,
        ITEM if bullet else PARAGRAPH,
        is_numbered=numbered,
        has_dash=bool(bullet) and bool(_DASH.match(line)),
        mark=line[0] if bullet else "",
        is_around=bool(_AROUND_LINE.match(text)),
        follows_blank=blank,
    )


def _cells(raw, row):
    for column, cell in enumerate(raw.split("\t")):
        for part in cell.split("\x1e"):
            text = squeeze(part)
            if text and text != "--":
                bullet = _BULLET.match(text)
                text = text[bullet.end() :].strip() if bullet else text
                if text:
                    yield Block(text, CELL, row=row, column=column)


_SENTENCE_ENDS = '.!?…:;»”"'
_HEADING_WORDS = re.compile(
    r"^(?:atelier|table[- ]ronde|axe|s[ée]quence|session|pl[ée]ni[eè]re|partie|th[eè]me|"
    r"d[ée]cisions?|actions?|bilan|objectifs?|suites|conclusions?|pr[ée]sents?|intervenants?)\b",
    re.I,
)


def _with_headings(blocks):
    """Guess which lines are titles, where nothing marks them."""
    guessed = [_is_heading(*each, blocks, n) for n, each in enumerate(_with_next(blocks))]
    found = []
    for (block, following), is_title, is_title_next in zip_longest(
        _with_next(blocks), guessed, guessed[1:]
    ):
        # Lines of a slide, one under the other: no title is without anything under it, nor
        # straight under words that no sentence ends.
        is_last = following is None or following.follows_blank or is_title_next
        above = found[-1] if found and not block.follows_blank else None
        is_under_words = above and above.kind == PARAGRAPH and above.text[-1] not in _SENTENCE_ENDS
        is_bare = above and (is_last or is_under_words)
        is_kept = is_title and (_is_surely_title(block) or not is_bare)
        found.append(replace(block, kind=HEADING) if is_kept else block)
    return found


def _with_next(blocks):
    return zip_longest(blocks, blocks[1:])


def _is_surely_title(block):
    text = block.text
    return (
        block.kind in {HEADING, ITEM}
        or (text.isupper() and " " in text)
        or text.endswith((":", "?"))
        or bool(_HEADING_WORDS.match(text))
    )


def _is_heading(block, following, blocks, index):
    text = block.text
    if block.kind == HEADING:
        return True
    if block.kind == CELL or block.is_around or len(text) > 160:
        return False
    if following is None or text[-1] in ',;»"”' or text[0] in '«"“(' or " : «" in text:
        return False
    if block.is_numbered:
        before = blocks[index - 1] if index else None
        alone = not following.is_numbered and not (before and before.is_numbered)
        return alone and (block.follows_blank or following.kind != ITEM) and len(text) <= 160
    if block.kind == ITEM:
        # « - Le logement », whose question comes on the next line.
        return (
            len(text) < 40
            and text[-1] not in ".?!:"
            and following.text.endswith("?")
            and (following.kind == PARAGRAPH)
        )
    if text[-1] in ".!" or not text[0].isupper() or len(text) > 110:
        return False
    if text.isupper() and len(text) > 3:
        return True
    if _HEADING_WORDS.match(text) and len(text) < 90 and "(" not in text:
        # « Décisions : » and « Atelier 1 : Le financement », not « Présents : M. X ».
        said = text.split(":", 1)
        return len(said) == 1 or not said[1].strip() or bool(re.match(r"\w+ \d", said[0]))
    if text.endswith(":"):
        return len(text) < 60
    if text.endswith("?"):
        return len(text) < 45 and block.follows_blank
    return len(text) < 70 and ":" not in text and not re.search(r"\d{4}|, ", text)


# HTML


def _read_html(source):
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
        block = _line_block(text, True)
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
