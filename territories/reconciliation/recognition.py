"""The ways of recognising the territories in what is read: each gives its hits, {pk: Hit}.

Which of several is meant is another matter: see `choice`.
"""

import re
from dataclasses import dataclass

from ..naming import (
    FORMER_REGIONS,
    METROPOLES,
    SMALL_WORDS,
    URBAN,
    Nature,
    Reading,
    key_of,
    without_article,
    words_of,
)
from .geography import AREAS, Kind
from .resolution import (
    AMBIGUOUS,
    BEGINNING,
    CODE,
    FORMER_NAME,
    ONE_LETTER,
    RESEMBLING,
    SAME_KEY,
    SAME_NAME,
    SAME_WORDS,
    SHORT_NAME,
)

# « Montargois » is the country around, not a misspelt Montargis.
COUNTRY_ENDINGS = ("ois", "ais")
LEAST_SHARE = 1 / 3  # of the words of two names: « Oullins », now Oullins-Pierre-Bénite
MOST_SHARING = 300  # names: a word that more of them have says nothing

_LABELLED_CODE = re.compile(r"(siren|insee|codeinsee|cp|codepostal)?([0-9a-z]{2,9})")
_POSTAL_LABELS = {"", "cp", "codepostal"}
_OFFICIAL_LABELS = {"", "siren", "insee", "codeinsee"}


@dataclass(frozen=True)
class Hit:
    """How a territory was recognised, and how well."""

    quality: float
    reason: str


def allowed(gazetteer, hits, reading):
    """The hits of the kinds said; no CC has become a métropole."""
    geography = gazetteer.geography
    return {
        pk: hit
        for pk, hit in hits.items()
        if (not reading.kinds or geography.kind(pk) in reading.kinds)
        and not (reading.natures == {Nature.CC} and geography[pk].nature in METROPOLES)
    }


# By a code


def by_code(gazetteer, reading):
    return {**_by_labelled_code(gazetteer, reading), **_by_area_code(gazetteer, reading)}


def _by_labelled_code(gazetteer, reading):
    """« 33000 », « CP 33000 », « SIREN 243 300 316 »."""
    labelled = _LABELLED_CODE.fullmatch("".join(reading.words))
    if not labelled or reading.said or not any(char.isdigit() for char in labelled[2]):
        return {}
    hits = {}
    label, code = labelled[1] or "", labelled[2]
    if label in _POSTAL_LABELS:
        hit = Hit(SAME_KEY, f"code postal {code}")
        hits = dict.fromkeys(gazetteer.codes.postal(code), hit)
    if label in _OFFICIAL_LABELS:
        # The postal code of some and the Insee code of another: nobody can tell.
        quality = SAME_KEY if hits else CODE
        for pk, reason in gazetteer.codes.official(code).items():
            hits[pk] = Hit(quality, reason)
    return hits


def _by_area_code(gazetteer, reading):
    """« 84 » alone is the Vaucluse, « région 84 » is not."""
    if len(reading.words) > 1:
        return {}
    code = reading.words[0]
    kinds = reading.kinds & AREAS or (Kind.DEPARTEMENT, Kind.COM)
    found = filter(None, (gazetteer.codes.area(kind, code) for kind in kinds))
    return dict.fromkeys(found, Hit(CODE, f"code officiel {code.upper()}"))


# By a name in full


def by_name(gazetteer, reading):
    hits = {}
    for name in gazetteer.names.full(reading.key):
        territory = gazetteer.geography[name.pk]
        if name.said_with_kind and territory.kind not in reading.kinds:
            continue
        is_exact = name.text == reading.text
        if is_exact or name.pk not in hits:
            hits[name.pk] = _same_name(territory, reading, is_exact)
    return hits


def _same_name(territory, reading, is_exact):
    quality = SAME_WORDS if is_exact else SAME_KEY
    reason = SAME_NAME if is_exact else f"{SAME_NAME}, aux petits mots près"
    if reading.said:
        reason += f", « {reading.said} » dit le type"
    if reading.natures and territory.nature and territory.nature not in reading.natures:
        # A CC often becomes a CA under its name.
        quality = SHORT_NAME
        reason += f", mais c'est une {territory.get_nature_display()}"
    return Hit(quality, reason)


def by_former_name(gazetteer, reading):
    """« Cran-Gevrier », now part of Annecy; « Lyon 7 »."""
    keys = [reading.key]
    if re.fullmatch(r"\d{1,2}e?", reading.words[-1]) and len(reading.words) > 1:
        number = reading.words[-1].rstrip("e").lstrip("0")
        keys.append(key_of((*reading.words[:-1], f"{number}e", "arrondissement")))
    return {
        pk: Hit(FORMER_NAME, f"« {name} » fait partie de cette commune")
        for key in keys
        for pk, name in gazetteer.names.former(key).items()
    }


# By a shorter name


def by_abbreviation(gazetteer, reading):
    """« AURA », « région Sud »."""
    abbreviations = gazetteer.abbreviations
    find = abbreviations.after_kind if reading.said else abbreviations.alone
    return dict.fromkeys(find(reading.text), Hit(SAME_KEY, "abréviation de région"))


def by_short_name(gazetteer, reading):
    """« COBAS », « agglo de Périgueux », « Grand Lyon »."""
    hits = {
        pk: Hit(SHORT_NAME, reason) for pk, reason in gazetteer.names.short(reading.key).items()
    }
    for epci in _epci_around_town(gazetteer, reading):
        hits.setdefault(epci, Hit(SHORT_NAME, "intercommunalité de cette ville principale"))
    for epci in _epci_called_grand(gazetteer, reading):
        reason = "« Grand » ajouté au nom de cette agglomération"
        hits.setdefault(epci, Hit(SHORT_NAME, reason))
    return hits


def _epci_around_town(gazetteer, reading):
    """« agglo de Périgueux »."""
    # A « CC de X » that is not recorded may be one that merged.
    if not reading.natures or reading.natures == {Nature.CC}:
        return
    towns = [
        *(name.pk for name in gazetteer.names.full(reading.key)),
        *gazetteer.names.communes_starting(reading),
    ]
    for epci in _epci_of(gazetteer, towns):
        if gazetteer.geography[epci].nature in reading.natures:
            yield epci


def _epci_called_grand(gazetteer, reading):
    """« Grand Lyon »."""
    if reading.words[0] != "grand" or len(reading.words) == 1:
        return
    short = Reading(without_article(reading.words[1:]))
    namesakes = [name.pk for name in gazetteer.names.full(short.key)]
    for epci in _epci_of(gazetteer, namesakes):
        if gazetteer.geography[epci].nature in URBAN and epci in namesakes:
            yield epci


def _epci_of(gazetteer, towns):
    for town in towns:
        yield from gazetteer.geography.epci_around(town)


def by_former_region(gazetteer, reading):
    pk = gazetteer.codes.area(Kind.REGION, FORMER_REGIONS.get(reading.text))
    return {pk: Hit(AMBIGUOUS, "ancienne région, fusionnée en 2016")} if pk else {}


def by_initials(gazetteer, reading):
    """« MEL », in the Nord."""
    found = gazetteer.names.initials(reading.text) if reading.is_acronym else ()
    return dict.fromkeys(found, Hit(BEGINNING, "initiales de l'intercommunalité"))


# By the beginning of a name


def by_beginning(gazetteer, reading):
    """« Loriol » for Loriol-sur-Drôme."""
    if len(reading.key) < 5:
        return {}
    hit = Hit(BEGINNING, "début du nom de la commune")
    return dict.fromkeys(gazetteer.names.communes_starting(reading), hit)


def by_group_beginning(gazetteer, reading):
    """« Grand Paris Sud », in the Essonne."""
    # A « CC de X » that is not recorded may be one that merged.
    if len(reading.key.split()) < 2 or reading.natures == {Nature.CC}:
        return {}
    hit = Hit(BEGINNING, "début du nom de l'intercommunalité")
    return dict.fromkeys(gazetteer.names.groups_starting(reading), hit)


# By a name misspelt, or merely alike


def by_squashed_name(gazetteer, reading):
    """« GrandAngoulême »."""
    hit = Hit(ONE_LETTER, "même nom, aux espaces près")
    return dict.fromkeys(_spelt(gazetteer, [reading.squashed], reading), hit)


def by_typo(gazetteer, reading):
    hit = Hit(ONE_LETTER, "même nom, à une lettre près")
    near = [
        squashed
        for squashed in gazetteer.names.spelt_nearly(reading.squashed)
        if not reading.squashed.endswith(COUNTRY_ENDINGS) or squashed.endswith(COUNTRY_ENDINGS)
    ]
    return dict.fromkeys(_spelt(gazetteer, near, reading), hit)


def _spelt(gazetteer, spellings, reading):
    for squashed in spellings:
        for name in gazetteer.names.spelt(squashed):
            kind = gazetteer.geography.kind(name.pk)
            if not name.said_with_kind or kind in reading.kinds:
                yield name.pk


def by_resemblance(gazetteer, found):
    """Names that share rare words with one of the readings `found`: never the one meant."""
    shares = {}
    for reading in found:
        words = {word for word in reading.words if word not in SMALL_WORDS}
        for names in gazetteer.names.rarest(words)[:2]:
            if len(names) > MOST_SHARING:
                break
            for pk in names:
                territory = gazetteer.geography[pk]
                if reading.kinds and territory.kind not in reading.kinds:
                    continue
                own = set(words_of(territory.name)) - SMALL_WORDS
                shares[pk] = max(shares.get(pk, 0), len(words & own) / len(words | own))
    return {
        pk: Hit(RESEMBLING * share, "noms proches")
        for pk, share in shares.items()
        if share >= LEAST_SHARE
    }
