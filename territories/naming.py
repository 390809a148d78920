"""How territories are named in writing: « CdC du Bazadais », « Loriol (26) ». Pure functions."""

import re
from dataclasses import dataclass, replace

from coopemploi.search.text import normalise

from .models import Territory

Kind, Nature = Territory.Kind, Territory.Nature

# Words left out or added without changing which place is meant.
SMALL_WORDS = frozenset(
    ["le", "la", "les", "l", "de", "du", "des", "d", "et", "a", "au", "aux", "lez"]
)
# What joins the short name of a commune to the rest: Loriol-sur-Drôme.
JOINING_WORDS = frozenset(
    [
        "sur",
        "sous",
        "en",
        "les",
        "lez",
        "de",
        "du",
        "des",
        "d",
        "le",
        "la",
        "l",
        "a",
        "au",
        "aux",
        "pres",
    ]
)
_ABBREVIATIONS = {
    "mt": "mont",
    "mts": "monts",
    "gd": "grand",
    "gde": "grande",
    "gds": "grands",
    "vx": "vieux",
    "ht": "haut",
    "hts": "hauts",
    "hte": "haute",
    "htes": "hautes",
    "ss": "sous",
}
# « Les 4 Rivières », but « Lyon 7 » is an arrondissement.
_NUMBERS = {
    "2": "deux",
    "3": "trois",
    "4": "quatre",
    "5": "cinq",
    "6": "six",
    "7": "sept",
    "8": "huit",
    "9": "neuf",
}

URBAN = frozenset({Nature.CA, Nature.CU, Nature.METROPOLE, Nature.METROPOLE_LYON})
METROPOLES = frozenset({Nature.METROPOLE, Nature.METROPOLE_LYON})
_GROUPINGS = frozenset({Kind.EPCI, Kind.EPT})
_AREAS = frozenset({Kind.DEPARTEMENT, Kind.COM})

# How a kind is said before a name: phrase, kinds, natures.
_KIND_PHRASES = (
    ("communaute de communes", _GROUPINGS, {Nature.CC}),
    ("communaute communes", _GROUPINGS, {Nature.CC}),
    ("communaute d agglomeration", _GROUPINGS, {Nature.CA}),
    ("communaute d agglo", _GROUPINGS, {Nature.CA}),
    ("communaute agglomeration", _GROUPINGS, {Nature.CA}),
    ("communaute urbaine", _GROUPINGS, {Nature.CU}),
    ("communaute", _GROUPINGS, ()),
    ("cc", _GROUPINGS, {Nature.CC}),
    ("cdc", _GROUPINGS, {Nature.CC}),
    ("comcom", _GROUPINGS, {Nature.CC}),
    ("com com", _GROUPINGS, {Nature.CC}),
    ("codecom", _GROUPINGS, {Nature.CC}),
    ("ca", _GROUPINGS, {Nature.CA}),
    ("cda", _GROUPINGS, {Nature.CA}),
    ("cu", _GROUPINGS, {Nature.CU}),
    ("agglo", _GROUPINGS, URBAN),
    ("agglomeration", _GROUPINGS, URBAN),
    ("metropole", _GROUPINGS, METROPOLES),
    ("eurometropole", _GROUPINGS, METROPOLES),
    ("epci", _GROUPINGS, frozenset(Nature)),
    ("intercommunalite", _GROUPINGS, frozenset(Nature)),
    ("intercom", _GROUPINGS, frozenset(Nature)),
    ("interco", _GROUPINGS, frozenset(Nature)),
    ("ept", {Kind.EPT}, ()),
    ("etablissement public territorial", {Kind.EPT}, ()),
    ("petr", {Kind.PETR}, ()),
    ("pole d equilibre territorial et rural", {Kind.PETR}, ()),
    ("pole territorial", {Kind.PETR}, ()),
    ("ville", {Kind.COMMUNE}, ()),
    ("commune", {Kind.COMMUNE}, ()),
    ("commune nouvelle", {Kind.COMMUNE}, ()),
    ("mairie", {Kind.COMMUNE}, ()),
    ("municipalite", {Kind.COMMUNE}, ()),
    ("departement", _AREAS, ()),
    ("dept", _AREAS, ()),
    ("dpt", _AREAS, ()),
    ("dep", _AREAS, ()),
    ("conseil departemental", _AREAS, ()),
    ("conseil general", _AREAS, ()),
    ("cd", _AREAS, ()),
    ("region", {Kind.REGION}, ()),
    ("conseil regional", {Kind.REGION}, ()),
    ("cr", {Kind.REGION}, ()),
    ("arrondissement", {Kind.ARRONDISSEMENT}, ()),
    ("contrat de ville", {Kind.CONTRAT_DE_VILLE}, ()),
    ("bassin d emploi", {Kind.BASSIN_EMPLOI}, ()),
    ("zone d emploi", {Kind.ZONE_EMPLOI}, ()),
    ("qpv", {Kind.QPV}, ()),
    ("quartier prioritaire", {Kind.QPV}, ()),
)
_LEADING = sorted(
    (
        (tuple(phrase.split()), frozenset(kinds), natures)
        for phrase, kinds, natures in _KIND_PHRASES
    ),
    key=lambda phrase: -len(phrase[0]),
)
# Said after a name too: « Bordeaux Métropole », « Vitré Communauté ».
_TRAILING = [
    *(phrase for phrase in _LEADING if Kind.EPCI in phrase[1] and len(phrase[0][0]) > 3),
    (("co",), _GROUPINGS, ()),  # « Morlaix Co »
]

# Kinds recorded with their kind in their name: « PETR Sud Gironde ».
NAMED_WITH_KIND = _GROUPINGS | {
    Kind.PETR,
    Kind.PAYS,
    Kind.QPV,
    Kind.CONTRAT_DE_VILLE,
    Kind.BASSIN_EMPLOI,
    Kind.ZONE_EMPLOI,
    Kind.OTHER,
}
# Kinds that a bare place name never means: « Die » is the commune.
SAID_WITH_KIND = {
    Kind.ARRONDISSEMENT,
    Kind.QPV,
    Kind.CONTRAT_DE_VILLE,
    Kind.BASSIN_EMPLOI,
    Kind.ZONE_EMPLOI,
}

# By code: how people shorten the names of régions.
REGION_ABBREVIATIONS = {
    "11": ("idf",),
    "24": ("cvl",),
    "27": ("bfc",),
    "32": ("hdf",),
    "44": ("ges",),
    "52": ("pdl", "pdll"),
    "53": ("bzh",),
    "75": ("n a", "naq"),
    "76": ("occ",),
    "84": ("aura", "ara"),
    "93": ("paca", "region sud"),
}
# The same when « région » goes before, too short or too common to stand alone.
REGION_ABBREVIATIONS_AFTER_KIND = {
    "24": ("centre",),
    "44": ("ge",),
    "75": ("na",),
    "93": ("sud", "provence"),
}
# The régions merged in 2016, and the one that each is now part of.
FORMER_REGIONS = {
    "alsace": "44",
    "aquitaine": "75",
    "auvergne": "84",
    "basse normandie": "28",
    "bourgogne": "27",
    "champagne ardenne": "44",
    "franche comte": "27",
    "haute normandie": "28",
    "languedoc roussillon": "76",
    "limousin": "75",
    "lorraine": "44",
    "midi pyrenees": "76",
    "nord pas de calais": "32",
    "picardie": "32",
    "poitou charentes": "75",
    "rhone alpes": "84",
}


@dataclass(frozen=True)
class Reading:
    """A way to read a name: its words, and what the words taken out say of the kind."""

    words: tuple[str, ...]
    kinds: frozenset = frozenset()  # none: any kind
    natures: frozenset = frozenset()
    said: str = ""  # « agglo »
    is_acronym: bool = False  # written « SEM »

    @property
    def text(self):
        return " ".join(self.words)

    @property
    def key(self):
        return key_of(self.words)

    @property
    def squashed(self):
        return self.key.replace(" ", "")

    def among(self, kinds):
        """This reading restricted to `kinds`, if any are given; None when it excludes them."""
        if not kinds:
            return self
        left = self.kinds & kinds if self.kinds else kinds
        return replace(self, kinds=left) if left else None


def words_of(name):
    """ "C.C. Chalon s/ Saône, 7ème" → cc, chalon, sur, saone, 7e."""
    # Each look first: this runs on the name of every territory.
    if "." in name:
        name = re.sub(r"\b\w\.(?:\w\.)+", lambda dotted: dotted[0].replace(".", ""), name)
    if "/" in name:
        name = re.sub(r"\bs/s\b", " sous ", name, flags=re.IGNORECASE)
        name = re.sub(r"\bs/|(?<=\w)/(?=\w)", " sur ", name, flags=re.IGNORECASE)
    words = normalise(name).split()
    if any(char.isdigit() for char in name):
        words = [re.sub(r"^0*(\d{1,2})(?:er|ere|e|eme|ieme)$", r"\1e", word) for word in words]
        words = [_NUMBERS.get(word, word) for word in words[:-1]] + words[-1:]
    return tuple(_ABBREVIATIONS.get(word, word) for word in words)


def key_of(words):
    """The words without the small ones, which people add and leave out."""
    return " ".join(word for word in words if word not in SMALL_WORDS) or " ".join(words)


def without_article(words):
    """ "le puy en velay" → "puy en velay"; « Le » alone stays."""
    start = 0
    while start < len(words) - 1 and words[start] in SMALL_WORDS:
        start += 1
    return words[start:]


def readings(name):
    """The ways to read `name`, the most literal first."""
    words = words_of(name)
    if "cedex" in words:  # « Bordeaux Cedex 9 »
        words = words[: words.index("cedex")]
    if not words:
        return []
    found = [Reading(words, is_acronym=len(name.strip()) < 5 and name.isupper())]
    bare = without_article(words)
    if bare[0] in {"en", "dans"} and len(bare) > 1:
        bare = without_article(bare[1:])
        found.append(Reading(bare))
    glued = re.fullmatch(r"(cd|dpt|dept|dep)(\d{2,3}|2[ab])", bare[0])
    if glued:
        bare = (*glued.groups(), *bare[1:])
    found += [
        *_without_leading_kind(bare),
        *_without_trailing_kind(bare),
        *_without_own_acronym(words),
    ]
    return list(dict.fromkeys(found))


def _without_leading_kind(words):
    for phrase, kinds, natures in _LEADING:
        rest = without_article(words[len(phrase) :])
        if words[: len(phrase)] == phrase and rest and not SMALL_WORDS.issuperset(rest):
            reading = Reading(rest, kinds, frozenset(natures), " ".join(phrase))
            yield reading
            if Kind.EPCI in kinds:  # « CA Mont de Marsan Agglomération »
                for shorter in _without_kind_twice(rest):
                    yield Reading(shorter.words, kinds, reading.natures, reading.said)
            return


def _without_trailing_kind(words):
    for phrase, kinds, natures in _TRAILING:
        rest = words[: -len(phrase)]
        if words[-len(phrase) :] == phrase and not SMALL_WORDS.issuperset(rest):
            while rest[-1] in SMALL_WORDS:  # « Saintes – Grandes Rives – L'Agglo »
                rest = rest[:-1]
            yield Reading(rest, kinds, frozenset(natures), " ".join(phrase))
            return


def _without_own_acronym(words):
    """« CAPSO Pays de Saint-Omer », « M2A Mulhouse Alsace Agglo »: said twice."""
    rest = without_article(words[1:])
    initials = "".join(word[0] for word in rest if word not in SMALL_WORDS)
    doubled = re.sub(r"2(.)", r"\1\1", words[0])
    if len(initials) > 1 and initials in {doubled, re.sub(r"^c[acu]", "", doubled)}:
        yield Reading(rest, _GROUPINGS, said=words[0])
        for reading in _without_kind_twice(rest):
            yield Reading(reading.words, _GROUPINGS, reading.natures, words[0])


def _without_kind_twice(words):
    for reading in (*_without_leading_kind(words), *_without_trailing_kind(words)):
        if Kind.EPCI in reading.kinds:
            yield reading


def is_one_edit_away(one, other):
    """Whether a letter added, removed, replaced or swapped makes `one` of `other`."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1 or one == other:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start + 1 : start + 2] + one[start] + one[start + 2 :]
    return one[start + 1 :] == other[start + 1 :] or swapped == other[start:]


class TypoIndex:
    """Finds the long names one letter away from a key.

    One edit leaves a half of a name intact: each name is filed under its two halves.
    """

    SHORTEST = 8  # letters; in shorter names, one letter makes another place

    def __init__(self, keys):
        self._halves = {}
        for key in keys:
            if len(key) >= self.SHORTEST:
                for half in self._halves_of(len(key), key[: len(key) // 2], key[len(key) // 2 :]):
                    self._halves.setdefault(half, []).append(key)

    @staticmethod
    def _halves_of(length, first, last):
        return (length, "first", first), (length, "last", last)

    def near(self, key):
        """The names one edit away from `key`, itself excluded."""
        if len(key) < self.SHORTEST:
            return []
        found = {}
        for length in (len(key) - 1, len(key), len(key) + 1):
            first, last = key[: length // 2], key[-(length - length // 2) :]
            for half in self._halves_of(length, first, last):
                for name in self._halves.get(half, ()):
                    if is_one_edit_away(key, name):
                        found[name] = None
        return list(found)
