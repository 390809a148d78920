"""What tells of somebody in a text: their addresses, telephone and name, however written.

They are looked for in a plain reading of the text (no accents, case, entities or percent
encoding), and taken out of the text as it was written.
"""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote_plus, unquote

from django.utils.text import slugify

from territories.models import Person

from ..search.models import Word
from ..search.text import normalise

NO_ADDRESS, NO_NUMBER = "adresse effacée", "numéro effacé"
NAMES = ("first_name", "last_name", "known_as")
# Letters that no accent tells from those that one writes for them.
_UNACCENTED = {"œ": "oe", "æ": "ae", "ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i"}
_SOFT_HYPHEN = "\u00ad"
# An accented letter or its accent, an entity of HTML, a character in an address (UTF-8).
_WRITTEN_OTHERWISE = re.compile(
    r"[^\x00-\x7f]|&#?\w{1,31};|%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]"
    r"|%e[0-9a-f](?:%[89ab][0-9a-f]){2}",
    re.IGNORECASE | re.ASCII,
)
# A line of emphasis or a "+" joins two words; the "+" of a sum stands between spaces.
_GAP = r"(?:[\s,.'’\u2010\u2011-]+|_+|\++)"
_TITLES = r"(?:m\.|mm\.|mme|mlle|madame|monsieur|mademoiselle)"
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_TAG, _END_TAG = r"<[a-z][^<>]{0,300}>", r"</[a-z]{1,10}>"
# France, then its départements overseas.
_COUNTRY = r"(?:33|262|590|594|596)"
LONGEST = 200  # a name, in characters
_IN_NUMBER = r"[\s./+()\u2010-\u2013-]*"


# A plain reading


def plain(text):
    """A text in small letters without accents, what stands for a character put in its place."""
    return _WRITTEN_OTHERWISE.sub(lambda found: _plain(found[0]), text).lower()


@lru_cache(4096)
def _plain(token):
    read = token
    if token[0] == "&":
        read = html.unescape(token)
    elif token[0] == "%":
        read = unquote(token)
    return "".join(map(_plain_letter, read))


def _plain_letter(letter):
    if letter == _SOFT_HYPHEN or unicodedata.combining(letter):
        return ""
    if not letter.isalpha():
        return letter
    decomposed = unicodedata.normalize("NFKD", letter.lower())
    kept = (_UNACCENTED.get(each, each) for each in decomposed if not unicodedata.combining(each))
    return "".join(kept)


def _places(text):
    """Where each character of `plain(text)`, and its end, stands in `text`."""
    places, end = [], 0
    for found in _WRITTEN_OTHERWISE.finditer(text):
        places += range(end, found.start())
        places += [found.start()] * len(_plain(found[0]))
        end = found.end()
    return [*places, *range(end, len(text) + 1)]


# Signs


@dataclass(frozen=True)
class Sign:
    """What a plain reading of a text says of the person, and what replaces it."""

    expression: re.Pattern
    replacement: str
    needle: str = ""  # stands in all that it meets: most texts are left at that
    longer: tuple = ()  # (word, expression) of the names of others that hold this one

    def spans_in(self, reading):
        """The (start, end) of each, in a plain reading."""
        if self.needle not in reading:
            return []
        spans = [found.span() for found in self.expression.finditer(reading)]
        return [each for each in spans if not self._is_anothers(reading, *each)]

    def _is_anothers(self, reading, start, end):
        around = reading[max(0, start - LONGEST) : end + LONGEST]
        start, end = min(start, LONGEST), end - max(0, start - LONGEST)
        return any(
            each.start() <= start and end <= each.end()
            for word, expression in self.longer
            if word in around
            for each in expression.finditer(around)
        )


@dataclass
class Signs:
    """All that tells of somebody; and their names as whole cells of a row."""

    signs: list = field(default_factory=list)
    cells: tuple = ()  # expressions of the first name, of the last name

    def __bool__(self):
        return bool(self.signs)

    def are_in(self, text):
        reading = plain(text)
        return any(sign.spans_in(reading) for sign in self.signs)

    def without(self, value):
        """A value with each of its texts rid of the signs of a person."""
        match value:
            case str():
                return self._text_without(value)
            case list() | dict() if self._names_in_cells(value):
                return self.without(self._without_cells(value))
            case list():
                return [self.without(each) for each in value]
            case dict():
                return {key: self.without(each) for key, each in value.items()}
        return value

    def _text_without(self, text):
        reading = plain(text)
        for sign in self.signs:
            if spans := sign.spans_in(reading):
                text = _replaced(text, spans, sign.replacement)
                reading = plain(text)
        return text

    def _names_in_cells(self, row):
        """Whether the first name is one cell of a row, the last name another."""
        if not self.cells:
            return False
        cells = [plain(cell).strip() for cell in _cells(row)]
        first, last = (
            {place for place, cell in enumerate(cells) if re.fullmatch(expression, cell)}
            for expression in self.cells
        )
        return bool(first and last) and len(first | last) > 1

    def _without_cells(self, value):
        match value:
            case str():
                is_name = any(re.fullmatch(each, plain(value).strip()) for each in self.cells)
                return "" if is_name else value
            case list():
                return [self._without_cells(each) for each in value]
            case dict():
                return {
                    key: self._without_cells(each) if _cells({key: each}) else each
                    for key, each in value.items()
                }
        return value


def _cells(row):
    """The texts of a row: those of a list; of a mapping, whose values may be lists of texts."""
    if isinstance(row, list):
        return [cell for cell in row if isinstance(cell, str)]
    values = (each if isinstance(each, list) else [each] for each in row.values())
    return [cell for each in values for cell in each if isinstance(cell, str)]


def _replaced(text, spans, replacement):
    places, pieces, end = _places(text), [], 0
    for start, stop in ((places[start], places[stop]) for start, stop in spans):
        is_encoded = re.search(r"\w\+\w|%[0-9A-Fa-f]{2}", text[start:stop])
        written = quote_plus(replacement) if is_encoded else replacement
        pieces += [text[end:start], written]
        end = stop
    return "".join([*pieces, text[end:]])


# Of a person


def signs_of(person, addresses, doubts):
    """The `Signs` of a person; what does not tell them from others is added to `doubts`."""
    signs = Signs()
    for address in map(plain, addresses):
        expression = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])")
        signs.signs.append(Sign(expression, NO_ADDRESS, needle=address))
    if number := _number(re.sub(r"\D", "", person.phone)):
        signs.signs.append(Sign(re.compile(number), NO_NUMBER))
    _add_names(signs, person, doubts)
    return signs


def _number(digits):
    """The expression of a telephone number, from here and from abroad; "" for too few digits."""
    if len(digits) < 8:
        return ""
    start = "(?:00)?"
    if found := re.fullmatch(rf"(?:0|(?:00)?{_COUNTRY}0?)([1-9]\d{{8}})", digits):
        digits = found[1]
        country = rf"(?:\((?:\+|00)?{_COUNTRY}\)|(?:\+|00)?{_COUNTRY})"
        start = rf"(?:{country}{_IN_NUMBER}(?:0{_IN_NUMBER})?|0{_IN_NUMBER})"
    return rf"(?<!\d){start}{_IN_NUMBER.join(digits)}(?!\d)"


def _add_names(signs, person, doubts):
    first, last = person.first_name.strip(), person.last_name.strip()
    given, family = loose(first), loose(last)
    if not family:
        return
    others = [
        each
        for each in Person.objects.exclude(pk=person.pk).only(*NAMES)
        if set(_words(last)) <= set(_words(each.full_name))
    ]
    full_name = sorted(_words(f"{first} {last}"))
    if given and any(sorted(_words(each.full_name)) == full_name for each in others):
        doubts.append(f"une autre personne s'appelle {first} {last} : textes non touchés.")
        return
    # Words of the base, that guess what a search misspells.
    Word.objects.filter(text__in=normalise(last).split()).delete()
    is_alone = not any(_words(each.last_name) == _words(last) for each in others)
    # Who is called « Léa Roux-Martin » is not « Léa Roux ».
    longer = tuple(
        _another(each, besides=f"{first} {last}")
        for each in others
        if set(_words(last)) < set(_words(each.last_name))
        or set(full_name) < set(_words(each.full_name))
    )
    for shape, surname in _all_shapes(first, last, is_alone=is_alone):
        needle = max(_parts(surname), key=len)
        signs.signs.append(Sign(re.compile(shape), Person.WITHDRAWN_NAME, needle, longer))
    if given:
        signs.cells = (given, rf"(?:{_TITLES}{_GAP})?{family}")
    else:
        doubts.append(f"« {last} » sans prénom : cherchez ce nom dans les textes.")


def _another(person, *, besides):
    """(word that only this name has, expression of the name) of another person."""
    own = set(_parts(person.full_name)) - set(_parts(besides))
    shapes = _shapes(person.first_name.strip(), person.last_name.strip())
    return max(own, key=len, default=""), re.compile("|".join(shapes))


def _parts(name):
    return re.findall(r"[^\W_]+", plain(name))


def _words(name):
    return normalise(plain(name)).split()


def _all_shapes(first, last, *, is_alone):
    """(shape, last name that it holds) pairs; our addresses drop what is a letter and no accent:
    « łukasz » is « ukasz » there."""
    shapes = dict.fromkeys(_shapes(first, last, is_alone=is_alone), plain(last))
    given, family = slugify(normalise(first)), slugify(normalise(last))
    if given and family:
        for shape in _shapes(given, family, is_alone=False):
            shapes.setdefault(shape, family)
        for shape in _shapes("", family, is_alone=is_alone):
            shapes.setdefault(shape, family)
    return shapes.items()


def _shapes(first, last, *, is_alone=True):
    """The ways to write a name; those without the first name are for who bears it alone."""
    given, family = loose(first), loose(last)
    if not family:
        return
    if given:
        for one, two in ((given, family), (family, given)):
            yield rf"{_marked(one)}(?:{_GAP}|(?<=[>)*_])|(?=[<(*_])){_marked(two)}"
    if is_alone:
        yield rf"{_START}{_TITLES}{_GAP}{_marked(family)}"
        if initial := loose(first[:1]):
            yield rf"{_START}{initial}\.\s*{_marked(family)}"


def loose(name):
    """An expression that a name meets, read plainly, whatever joins its parts."""
    parts = re.split(r"[\s'’\u2010\u2011-]+", plain(name))
    return _GAP.join(re.escape(part) for part in parts if re.search(r"[^\W_]", part))


def _marked(name):
    """The same, perhaps between marks of its own: `**Léa**`, `<b>Léa</b>`, `(Léa)`."""
    name = rf"{_START}{name}{_END}"
    return (
        rf"(?:{name}|\*{{1,3}}{name}\*{{1,3}}|_{{1,3}}{name}_{{1,3}}|\(\s*{name}\s*\)"
        rf"|{_TAG}{name}{_END_TAG})"
    )
