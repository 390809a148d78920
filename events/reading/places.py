"""Territories named in a recap, with their stage when the text says it."""

import re
from dataclasses import dataclass

from coopemploi.search.text import normalise

from .follow_ups import NEXT, PRESENT
from .people import CAP


@dataclass
class Place:
    name: str
    kind: str = ""
    code: str = ""
    stage: str = ""
    start: int = 0
    end: int = 0
    was_there: bool = False  # the text says so


_STAGES = {
    "intéress": "interested",
    "émergent": "emerging",
    "candidat": "candidate",
    "habilit": "accredited",
}
# A name keeps all its hyphens: a line of many towns would else be cut in every way.
_CAP = rf"(?>{CAP})"
_STAGE = re.compile(
    r"\b(?:projets?|territoires?|communes?)\s(?:\w+\s)?(?P<stage>intéressé|émergent|"
    r"candidat|habilité)e?s?\b"
    r"(?:[^.(:\n]{0,30}\((?P<list>[^()]{3,600})\)|\s?:\s?(?P<line>[^.\n]{3,600})|"
    r"\s(?:de la |de l['’]|de |du |des |d['’])(?P<one>"
    rf"{_CAP}(?:[ -](?:de |du |en |sur |la |le )?{_CAP}){{0,4}}))",
    re.I,
)
_AND = (
    r"(?:(?:[ ’'-]|\s(?:de la |de l['’]|de |du |des |d['’]|en |sur |la |le |"
    rf"et )){_CAP})"
)
_RUN = rf"{_CAP}{_AND}{{0,4}}"
_KINDS = (
    ("epci", r"[Cc]ommunauté (?:de communes|d['’]agglomération|urbaine)|CC|CdC|CA|CDA|CU|Grand"),
    ("petr", r"PETR|pôle d['’]équilibre territorial et rural(?: \(PETR\))?"),
    ("departement", r"[Dd]épartement|[Cc]onseil départemental"),
    ("region", r"[Rr]égion|grappe"),
)
_KINDED = [
    (
        kind,
        re.compile(
            rf"(?<!\w)(?P<name>(?:{words})\s(?:de la |de l['’]|de |du |des |d['’]|le |la )?{_RUN})"
        ),
    )
    for kind, words in _KINDS
]
_SUFFIXES = ("Agglomération", "Agglo", "Métropole", "Communauté")
_SUFFIXED = re.compile(
    rf"(?<!\w)(?P<name>{_CAP}{_AND}{{0,5}})"
    rf"(?:{'|'.join(f'(?<=[ -]{suffix})' for suffix in _SUFFIXES)})(?!\w)"
)
_LOCATIVE = re.compile(
    rf"\b(?P<link>à|À|d['’]|de la|de l['’]|de|en|dans le|dans la|du|maire de|Commune de|ville de)"
    rf"\s?(?P<name>{_RUN})"
)
_ONE_PRESENT = re.compile(
    rf"(?:TZCLD (?:de la |de l['’]|de |du |des |d['’])?)?(?P<name>{_RUN})"
    r"(?:\s\((?P<stage>[^()]*)\))?(?=\s?(?:[,;.]|$)|\set\s)"
)
# Where those present end: at another sentence, at words that name nobody, at another label.
_NO_MORE_PRESENT = re.compile(
    r"\.\s(?=[A-ZÀ-Ý])|;(?!\s?(?:l(?:a|es?)\s|l['’])?[A-ZÀ-Ý])|"
    r"\b(?i:excus|absent|prochain)|[;,.]\s[^;,.:]{0,40}:"
)
# Communes rarely have an article: « de la Chambre » is seldom that of Savoie.
_ARTICLED = {"de la", "de l'", "de l’", "dans la"}
_WIDE = {"departement", "region"}
_INSTITUTION = re.compile(
    r"(?:conseil (?:départemental|régional)|département|région)\s"
    r"(?:de la |de l['’]|de |du |des |d['’]|le |la )?",
    re.I,
)
# What stands before « de Tulle » without being the beginning of a longer name.
_CIVIC = re.compile(
    r"(?:ville|commune|mairie|maire|conseil|département|région|mission|maison|plie|petr)\b", re.I
)
_SENTENCE = re.compile(r"(?<=[.!?])\s(?=[A-ZÀ-Ý])")
_ABSENT = re.compile(r"\W*(?:(?:était|étaient|est|sont|se sont|s['’]est)\s)?excus", re.I)
MOST_NAMES = 1500
LONGEST_BEGINNING = 80  # characters


def read_places(document, people, resolve=None):
    """`resolve(name, context)` gives (kind, code) of the referential, or None."""
    places = _Places(people, resolve)
    written = [block for block in document.blocks if not block.is_around]
    for block in written:
        _read_present(block, places.keep)
        _read_stages(block, places.keep)
    for block in written:
        aside = list(_spans_aside(block.text))
        of_people = [(start, end) for start, end, _ in people.mentions(block.text)]
        _read_kinded(block, places.keep, aside)
        _read_suffixed(block, places.keep, of_people)
        if resolve is not None:
            _read_located(block, places.keep, aside, of_people)
    return list(places.found.values())


class _Places:
    """The places found so far, each once."""

    def __init__(self, people, resolve):
        self.found = {}
        self._resolve, self._asked = resolve, {}
        self._people = {normalise(person.name) for person in people}

    def _settled(self, name):
        if self._resolve is None or len(self._asked) > MOST_NAMES:
            return None
        if name not in self._asked:
            self._asked[name] = self._resolve(name, "")
        return self._asked[name]

    def keep(self, name, kind, stage, start, *, needs_match=False, kinds=(), was_there=False):
        """Whether a name is that of a territory; of one of the `kinds`, when they are given."""
        name = name.strip(" .-–—;,")
        bare = re.sub(r"^(?:le |la |les |l['’])(?=[A-ZÀ-Ý])", "", name) or name
        if len(bare) < 2 or normalise(bare) in self._people:
            return False
        settled = self._settled(name)
        if (needs_match and not settled) or (kinds and settled[0] not in kinds):
            return False
        # Those that animateurs create may have no code.
        key = settled if settled and settled[1] else normalise(bare)
        place = self.found.get(key)
        if place is None:
            kind, code = settled or (kind or "perimetre", "")
            if kind in _WIDE:
                name = _INSTITUTION.sub("", name, count=1)
            place = self.found[key] = Place(name, kind, code, "", start, start + len(name))
        place.stage = place.stage or stage
        place.was_there = place.was_there or was_there
        return True


def _read_present(block, keep):
    """« Territoires présents : Grand Dax, TZCLD de Tarnos (émergent) »."""
    if not (said := PRESENT.match(block.text)):
        return
    no_more = _NO_MORE_PRESENT.search(block.text, said.end())
    end = no_more.start() if no_more else len(block.text)
    for match in _ONE_PRESENT.finditer(block.text, said.end(), end):
        name, start = match["name"], block.start + match.start("name")
        stage = next((v for k, v in _STAGES.items() if k in (match["stage"] or "").lower()), "")
        *firsts, last = re.split(r"\set\s", name)
        # « Terres et Lacs » is one when the referential has it, « Tulle et Dax » are two.
        if firsts and keep(name, "", stage, start, needs_match=True, was_there=True):
            continue
        for part in firsts:
            keep(part, "", "", start + name.find(part), was_there=True)
        keep(last, "", stage, start + name.rfind(last), was_there=True)


def _read_stages(block, keep):
    """« Territoires émergents : Dax, CC du Diois »."""
    for match in _STAGE.finditer(block.text):
        stage = next(v for k, v in _STAGES.items() if match["stage"].lower().startswith(k))
        group = "list" if match["list"] else "line" if match["line"] else "one"
        at, names = block.start + match.start(group), match[group]
        parts = [names] if group == "one" else re.split(r",|;|\s[–-]\s|\set\s", names)
        for part in parts:
            if re.match(r"\s*(?:(?:(?:le|la|les|l['’])\s?)?[A-ZÀ-Ý]|CC\b)", part):
                keep(part.strip(), "", stage, at + names.find(part))


def _read_kinded(block, keep, aside):
    """« la communauté de communes du Diois »."""
    for kind, pattern in _KINDED:
        for match in pattern.finditer(block.text):
            if not _is_within(match.start("name"), aside):
                start = block.start + match.start("name")
                keep(match["name"], kind, "", start, needs_match=kind in _WIDE)


def _read_suffixed(block, keep, of_people):
    """« Dax Agglomération »."""
    for match in _SUFFIXED.finditer(block.text):
        at = match.start("name")
        start = max([at, *(end for begin, end in of_people if begin <= at < end)])
        last = block.text[start : match.end("name")].rsplit(" et ", 1)[-1].strip()
        if last in _SUFFIXES:  # « Agglo 25 % »
            continue
        keep(last, "epci", "", block.start + match.end("name") - len(last))


def _read_located(block, keep, aside, of_people):
    """« à Dax »."""
    for match in _LOCATIVE.finditer(block.text):
        if not _is_within(match.start("name"), [*aside, *of_people]):
            _keep_located(match, block, keep)


def _is_within(at, spans):
    return any(start <= at < end for start, end in spans)


def _keep_located(match, block, keep):
    """A name after « à », « de »…: the longer one that it ends, itself, or each of its parts."""
    at = match.start("name")
    reach = max(0, match.start() - LONGEST_BEGINNING)
    before = re.search(rf"(?:{_CAP}[ -])+$", block.text[reach : match.start()])
    if before and not _CIVIC.match(before[0]):
        start = reach + before.start()
        longer = block.text[start : match.end()]
        if keep(longer, "", "", block.start + start, needs_match=True):
            return
        is_repeated = normalise(before[0]) == normalise(match["name"])  # « Pas à Pas »
        if is_repeated or " " in before[0].strip():
            return
    kinds = _WIDE if match["link"] in _ARTICLED else ()
    if keep(match["name"], "", "", block.start + at, needs_match=True, kinds=kinds):
        return
    for part in re.finditer(r"(?:^| (?:en|et) )(?P<name>(?:(?! (?:en|et) ).)+)", match["name"]):
        if part["name"] != match["name"]:
            start = block.start + at + part.start("name")
            keep(part["name"], "", "", start, needs_match=True)


def _spans_aside(text):
    """What tells of the next meeting, to the end of its sentence, or of who did not come."""
    if _ABSENT.match(text):
        yield 0, len(text)
        return
    start = 0
    for sentence in _SENTENCE.split(text):
        if told := NEXT.search(sentence):
            yield start + told.start(), start + len(sentence)
        start += len(sentence) + 1
