"""Acronyms of the glossary, explained where they first stand in a page.

`Acronyms` finds them in a text and `PageAcronyms` writes them, both pure; the
stored text is never touched. `acronyms_of` reads the glossary for a page.
"""

import re
from functools import lru_cache
from html.parser import HTMLParser

from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

from .. import version
from .models import GlossaryTerm

_ENTITY = re.compile(r"&#?\w+;")
# Where a link would be wrong, or would change what is quoted.
_LEFT_ALONE = {"a", "abbr", "button", "code", "option", "script", "style", "textarea"}


class Acronyms:
    """Finds acronyms among `terms`, (slug, term, expansion) triples.

    Terms that are words, or that have no expansion, are left out; of two that are
    written alike, the first is kept.
    """

    def __init__(self, terms):
        self._terms = {}
        for slug, term, expansion in terms:
            form = _form(term)
            if expansion and _is_acronym(form):
                self._terms.setdefault(form, (slug, expansion))
        # The longest first: PQN-A is not PQN followed by A.
        forms = sorted(self._terms, key=len, reverse=True)
        written = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in forms)
        initials = re.escape("".join(sorted({form[0] for form in forms})))
        # Whole words. \w leaves out the combining accents: CLE is not CLÉ, however coded.
        self._pattern = forms and re.compile(
            rf"(?=[{initials}])(?<!\w)(?:{written})(?![\w\u0300-\u036f])"
        )

    def find(self, text):
        """(start, end, form, slug, expansion) of each acronym of a text, in order."""
        if not self._pattern:
            return
        for match in self._pattern.finditer(text):
            form = _form(match.group())
            yield match.start(), match.end(), form, *self._terms[form]


class PageAcronyms:
    """Explains each acronym once in all the texts of a page."""

    def __init__(self, acronyms):
        self._acronyms = acronyms
        self._explained = set()

    def explain(self, text):
        """A plain text, escaped first, or safe HTML, with its acronyms explained."""
        html = conditional_escape(text or "")
        parts, end_of_last = [], 0
        for offset, data in _texts_of(html) if html else ():
            for start, end, form, slug, expansion in self._acronyms.find(data):
                if form not in self._explained:
                    self._explained.add(form)
                    parts += [
                        html[end_of_last : offset + start],
                        format_html(
                            '<a class="acronym" href="{}"><abbr title="{}">{}</abbr></a>',
                            reverse("glossary_term", args=[slug]),
                            expansion,
                            mark_safe(data[start:end]),  # noqa: S308 - already escaped
                        ),
                    ]
                    end_of_last = offset + end
        return mark_safe("".join([*parts, html[end_of_last:]]))  # noqa: S308 - was safe


def acronyms_of(request):
    """The acronyms of the page that answers a request: one query, at the first text."""
    if not hasattr(request, "_acronyms"):
        request._acronyms = PageAcronyms(SimpleLazyObject(_known))
    return request._acronyms


@version.kept
def _known():
    """The acronyms as the glossary now is: read when something changed, compiled when it did."""
    rows = GlossaryTerm.objects.order_by("slug").values_list("slug", "term", "expansions")
    return _made_of(tuple((slug, term, _meaning(expansions)) for slug, term, expansions in rows))


@lru_cache(maxsize=8)
def _made_of(terms):
    return Acronyms(terms)


def _form(text):
    return " ".join(text.split())


def _meaning(expansions):
    """The main expansion, and others that begin otherwise: CV is also a curriculum vitæ.

    Those that begin alike are variants of one meaning.
    """
    meanings = {}
    for expansion in expansions:
        meanings.setdefault(expansion[:4].casefold(), expansion)
    return " ou ".join(meanings.values())


def _is_acronym(form):
    return form == form.upper() and sum(map(str.isalpha, form)) >= 2


def _texts_of(html):
    """(offset, text) of each run of text of an HTML fragment, tags and entities apart."""
    if "<" not in html:
        ends = [0, *(match.end() for match in _ENTITY.finditer(html))]
        starts = [*(match.start() for match in _ENTITY.finditer(html)), len(html)]
        runs = zip(ends, starts, strict=True)
        return [(start, html[start:end]) for start, end in runs if start < end]
    reader = _TextReader(html)
    reader.feed(html)
    reader.close()
    return reader.found


class _TextReader(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=False)
        self.found = []
        self._depth = 0  # of elements left alone
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", html))]

    def handle_starttag(self, tag, attrs):
        self._depth += tag in _LEFT_ALONE

    def handle_endtag(self, tag):
        self._depth -= tag in _LEFT_ALONE

    def handle_data(self, data):
        if not self._depth:
            line, column = self.getpos()
            self.found.append((self._line_starts[line - 1] + column, data))
