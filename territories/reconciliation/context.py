"""The places said around a name, « Loriol, Drôme », « Loriol (26) », and what lies in them.

A place is the set of the territories that its words may mean.
"""

import re

from ..naming import FORMER_REGIONS, SMALL_WORDS, key_of, readings, words_of
from .attempts import attempts
from .choice import Choice
from .geography import AREAS, Kind

MOST_WORDS = 7  # of the name of a région or of a département

_CUTS = (
    r"(?P<name>[^,]+),(?P<place>.+)",
    r"(?P<name>.+)\s[-–—]\s(?P<place>.+)",
    r"(?P<place>\d{5})\s+(?P<name>.+)",
    r"(?P<name>.+?)\s+(?P<place>\d{5}|\d{2,3}|2[AaBb])",
)
_POSTAL = re.compile(r"\s*(?:code postal|cp)\s*(\d{5})\b", re.IGNORECASE)


def splits(name):
    """The name as a whole, then cut from the place it gives: (name, context, must it be one)."""
    inside = " ; ".join(re.findall(r"\(([^()]*)\)", name))
    whole = re.sub(r"\([^()]*\)", " ", name).strip()
    yield whole, inside, False
    for pattern in _CUTS:
        if cut := re.fullmatch(pattern, whole, re.DOTALL):
            yield cut["name"], f"{cut['place']} ; {inside}", True


def places_in(gazetteer, context):
    """The places that a context names, each a set."""
    places = []
    for segment in re.split(r"[,;()\n]|\s[-–—/]\s", context):
        if place := _place_in(gazetteer, segment):
            places.append(place)
    return places


def _place_in(gazetteer, segment):
    if postal := _POSTAL.match(segment):  # of a CEDEX, it may be the Insee code of another
        return gazetteer.codes.postal(postal[1])
    if areas := _areas_in(gazetteer, words_of(segment)):
        # « Isère et Drôme »: either will do.
        return set().union(*areas)
    for hits, reading, choose in attempts(gazetteer, readings(segment)):
        match = choose(Choice(gazetteer, hits, reading, has_context=False)).match
        return {match.pk} if match else set()
    return set()


def _areas_in(gazetteer, words):
    areas, start = [], 0
    while start < len(words):
        for end in range(min(len(words), start + MOST_WORDS), start, -1):
            if found := _area(gazetteer, words[start:end]):
                areas.append(found)
                start = end
                break
        else:
            start += 1
    return areas


def _area(gazetteer, words):
    """The régions or départements that these words name, or the communes of a code."""
    if len(words) == 1 and any(char.isdigit() for char in words[0]):
        return _area_of_code(gazetteer.codes, words[0])
    if words[0] in SMALL_WORDS and len(words) > 1:
        return set()
    found = {
        name.pk
        for name in gazetteer.names.full(key_of(words))
        if gazetteer.geography.kind(name.pk) in AREAS
    }
    text = " ".join(words)
    former = gazetteer.codes.area(Kind.REGION, FORMER_REGIONS.get(text))
    return found | gazetteer.abbreviations.alone(text) | ({former} if former else set())


def _area_of_code(codes, code):
    if pk := codes.area(Kind.DEPARTEMENT, code) or codes.area(Kind.COM, code):
        return {pk}
    return codes.postal(code) | codes.official(code).keys()


def inside(geography, hits, places):
    """The hits that lie in the most of `places`, in one at least; all of them without any."""
    if not places or not hits:
        return hits
    scores = {pk: sum(geography.lies_in(pk, place) for place in places) for pk in hits}
    best = max(scores.values())
    return {pk: hit for pk, hit in hits.items() if best and scores[pk] == best}


def why_outside(geography, pk):
    names = geography.departements_of(pk)
    return f"dans : {', '.join(names)}" if names else "hors du contexte donné"
