"""Territories named in a recap, with their stage when the text says it."""

import re
from dataclasses import dataclass

from coopemploi.search.text import normalise

from .people import CAP


@dataclass
class Place:
    name: str
    kind: str = ""
    code: str = ""
    stage: str = ""
    start: int = 0
    end: int = 0


_STAGES = {
    "intéress": "interested",
    "émergent": "emerging",
    "candidat": "candidate",
    "habilit": "accredited",
}
_STAGE = re.compile(
    r"\b(?:projets?|territoires?|communes?)\s(?:\w+\s)?(?P<stage>intéressé|émergent|"
    r"candidat|habilité)e?s?\b"
    r"(?:[^.(:\n]{0,30}\((?P<list>[^()]{3,600})\)|\s?:\s?(?P<line>[^.\n]{3,600})|"
    r"\s(?:de la |de l['’]|de |du |des |d['’])(?P<one>"
    rf"(?:{CAP})(?:[ -](?:de |du |en |sur |la |le )?(?:{CAP})){{0,4}}))",
    re.I,
)
_RUN = (
    rf"(?:{CAP})(?:(?:[ ’'-]|\s(?:de la |de l['’]|de |du |des |d['’]|en |sur |la |le |"
    rf"et ))(?:{CAP})){{0,4}}"
)
_KINDS = (
    ("epci", r"communauté (?:de communes|d['’]agglomération|urbaine)|CC|CdC|CA|CDA|CU|Grand"),
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
_SUFFIXED = re.compile(
    rf"(?<!\w)(?P<name>{_RUN}[ -](?:Agglomération|Agglo|Métropole|Communauté))(?!\w)"
)
_LOCATIVE = re.compile(
    rf"\b(?:à|À|d['’]|de|en|dans le|dans la|du|maire de|Commune de|ville de)\s?(?P<name>{_RUN})"
)
MOST_NAMES = 1500


def read_places(document, people, resolve=None):
    """`resolve(name, context)` gives (kind, code) of the referential, or None."""
    found, asked = {}, {}
    written = [block for block in document.blocks if not block.is_around]
    names = {normalise(person.name) for person in people}

    def known(name):
        if resolve is None or len(asked) > MOST_NAMES:
            return None
        if name not in asked:
            asked[name] = resolve(name, context)
        return asked[name]

    def keep(name, kind, stage, start, *, needs_match=False):
        name = name.strip(" .-–—;,")
        bare = re.sub(r"^(?:le |la |les |l['’])(?=[A-ZÀ-Ý])", "", name) or name
        if len(bare) < 2 or normalise(bare) in names:
            return
        settled = known(name)
        if needs_match and not settled:
            return
        key = settled or normalise(bare)
        place = found.get(key)
        if place is None:
            kind, code = settled or (kind or "perimetre", "")
            place = found[key] = Place(name, kind, code, "", start, start + len(name))
        place.stage = place.stage or stage

    context = ""
    for block in written:
        for match in _STAGE.finditer(block.text):
            stage = next(v for k, v in _STAGES.items() if match["stage"].lower().startswith(k))
            group = "list" if match["list"] else "line" if match["line"] else "one"
            at = block.start + match.start(group)
            parts = (
                [match[group]] if group == "one" else re.split(r",|;|\s[–-]\s|\set\s", match[group])
            )
            for part in parts:
                if re.match(r"\s*(?:(?:le|la|les|l['’])\s?)?[A-ZÀ-Ý]", part) or re.match(
                    r"\s*CC\b", part
                ):
                    keep(part.strip(), "", stage, at + match[group].find(part))
    for block in written:
        for kind, pattern in _KINDED:
            for match in pattern.finditer(block.text):
                keep(
                    match["name"],
                    kind,
                    "",
                    block.start + match.start("name"),
                    needs_match=kind in {"region", "departement"},
                )
        spans = [(start, end) for start, end, _ in people.mentions(block.text)]
        for match in _SUFFIXED.finditer(block.text):
            start = max(
                [match.start("name"), *(e for s, e in spans if s <= match.start("name") < e)]
            )
            name = block.text[start : match.end("name")]
            last = name.rsplit(" et ", 1)[-1]
            keep(last, "epci", "", block.start + match.end("name") - len(last))
        if resolve is not None:
            for match in _LOCATIVE.finditer(block.text):
                if not any(s <= match.start("name") < e for s, e in spans):
                    keep(match["name"], "", "", block.start + match.start("name"), needs_match=True)
    return list(found.values())
