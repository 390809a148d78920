"""The blocks of a document: titles, paragraphs, items, cells."""

import re
from dataclasses import dataclass

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
BULLET = re.compile(
    r"^(?:[•·▪▸►●○◦‣⁃→⇒✓✔➢➤*+]|[-–—](?=[\s\wÀ-ÿ«\"“]))\s*|"
    r"^(?:\d{1,2}(?:[.)]|°)|[a-z]\)|[A-Z]\d{1,2}[.)]|[IVX]{1,4}[.)])(?=\s)\s*|^o\s(?=[A-ZÀ-Ý])"
)
_DASH = re.compile(r"^[-–—]")
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


def squeeze(text):
    return _SPACES.sub(" ", text).strip()


def line_block(line, blank):
    """The block of a line that follows a blank one, or not."""
    bullet = BULLET.match(line)
    text = line[bullet.end() :].strip() if bullet else line
    nested = BULLET.match(text) if bullet else None
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
