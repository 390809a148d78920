"""What a meeting left: its sessions, the actions retained, the next event."""

import re
from dataclasses import dataclass, field

from .dates import find_dates
from .lexicon import is_first_name
from .people import CAP, CIVILITY, FUNCTION, NAME


@dataclass
class SessionRead:
    title: str
    question: str = ""
    outcome: str = ""
    start: int = 0
    end: int = 0
    kind: str = "workshop"


@dataclass
class ActionRead:
    text: str
    carriers: list = field(default_factory=list)
    due: str = ""
    start: int = 0
    end: int = 0
    due_wording: str = ""  # « fin mars 2027 », which says more than the month
    is_shared: bool = False  # the carriers are only those with whom it is to be done


@dataclass
class NextEvent:
    date: str
    place: str
    wording: str
    start: int = 0
    end: int = 0


_SESSION = re.compile(
    r"^(?P<kind>atelier|table[- ]ronde|axe|séquence|session|"
    r"plénière)\s?(?:n°\s?)?\d*\s?[:–—-]\s?(?P<title>.+)",
    re.I,
)
_KINDS = {"axe": "axis", "plénière": "plenary", "table": "debate"}
# What a session says of itself, in front of its question and of its outcome.
_LABEL = re.compile(
    r"^(?:questions?(?: posées?)?|(?:ce qui|ce qu['’]il) en (?:est sorti|ressort)|"
    r"synthèse|réponses?|conclusions?)\s?:\s?",
    re.I,
)
# Who was there, said after the last session or under the title of one, is no outcome of it.
PRESENT = re.compile(
    r"^(?:territoires|intercommunalités|communes)\s(?:présente?s|représentée?s)\s?:\s?", re.I
)
_THEMES = re.compile(r"(?:thématiques|thèmes|questions|ateliers)\s?:$", re.I)
ACTION_SECTION = re.compile(
    r"^(?:\w+[.)]\s)?(?:relevé de )?(?:décisions?|actions?(?: retenues)?|[àa] faire|"
    r"suites?(?: données)?|et maintenant|engagements?|"
    r"prochaines étapes|on fait quoi|qui fait quoi|et après|"
    r"plan d['’]actions?|.{0,50}\bengagements?)\b.{0,20}$",
    re.I,
)
_DECIDED = re.compile(
    r"\b(?:décide|retien|convien|valide|adopte|s['’]engage)\w*\b[^.]{0,80}:$", re.I
)
_ACTION = re.compile(r"^actions?(?: retenues?)?(?: n° ?\d+| \d+)?\s?:\s?(?P<text>.{5,})", re.I)
_DUE = re.compile(r"(?:échéance|d['’]ici|avant|pour|au plus tard|fin|délai)\b", re.I)
_CARRIER = re.compile(
    r"(?:porteurs?|pilotes?|portée? par|responsables?)\s?:?\s"
    r"(?P<who>(?:(?!\s[–—-]\s)[^;,.()])+)",
    re.I,
)
# What says of an action who carries it and until when, and is no part of its title.
_APART = re.compile(
    r"\s?\((?:(?:co)?(?:porteurs?|pilotes?|responsables?)|avec l)[^()]*\)|"
    r"(?:[.;]\s?|\s[–—-]\s)(?:pilotes?|porteurs?|responsables?)\b(?:(?!\s[–—-]\s)[^;.()])*|"
    r"[.;]\s?échéance\b[^;.()]*",
    re.I,
)
_DUE_LAST = re.compile(
    r"(?:[,;]\s|\s[–—-]\s)"
    r"(?:(?:échéance|d['’]ici|avant|pour|au plus tard|fin|début|le|la|en|délai)\s?:?\s?)*$",
    re.I,
)
_PART_OF_MONTH = re.compile(r"\b(?:fin|début|mi-|courant)\s?$", re.I)
# « Maud : réserver la salle »
_WHO_FIRST = re.compile(rf"(?P<who>{CAP}(?: {CAP})?)\s?:\s(?=\S)")
# « (porteurs : mission locale, département, avant mars) »
_CARRIERS_ASIDE = re.compile(
    r"\((?:co)?(?:porteurs?|pilotes?|responsables?)\s?:\s?(?P<who>[^();]+)\)", re.I
)
# « (avec le conseil départemental, des EPCI) »
_WITH = re.compile(r"^(?:avec\s)?(?:des\s)?", re.I)
_PERSON = re.compile(rf"(?:{CIVILITY}\s{CAP}|(?:{CIVILITY}\s)?{NAME})$")
# « directrice de la mission locale », said of the person before; « habitants » is another carrier.
_FUNCTION = re.compile(rf"{FUNCTION}(?-i:(?<!s))", re.I)
NEXT = re.compile(
    r"\bprochaine?s?\s(?:[\wÀ-ÿ]+\s){0,2}?(?:rencontre|réunion|comité|séance|webinaire|"
    r"matinée|atelier|édition|rendez-vous|journée|copil|forum)|"
    r"\bprochaine?\s(?:rencontre|réunion|comité|séance|webinaire|matinée|atelier|édition|"
    r"rendez-vous|journée|copil|forum)|"
    r"\brendez-vous\b|\bon se retrouve|\bse retrouver|\bà vos agendas|\b(?:deuxième|"
    r"troisième|autre|nouvelle)\s\w+\s(?:est|sera)\s(?:prévue?|fixée?)|"
    r"\baura lieu\b",
    re.I,
)


def read_sessions(document):
    found = []
    blocks = [block for block in document.blocks if not block.is_around]
    index = 0
    axes = False
    while index < len(blocks):
        block = blocks[index]
        axes = axes and not re.match(r"bilan|conclusion", block.text, re.I)
        axes = axes or bool(re.match(r"(?:les )?axes\b", block.text, re.I))
        titled = _SESSION.match(block.text)
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if titled or (axes and following and following.text.endswith("?") and len(block.text) < 60):
            session = SessionRead(
                titled["title"] if titled else block.text, start=block.start, end=block.end
            )
            label = re.split(r"[- ]", titled["kind"].lower())[0] if titled else "axe"
            session.kind = _KINDS.get(label, session.kind)
            for other in blocks[index + 1 : index + 8]:
                if (
                    other.kind == "heading"
                    or _SESSION.match(other.text)
                    or (axes and session.outcome)
                ):
                    break
                if PRESENT.match(other.text):
                    if session.question or session.outcome:
                        break
                    continue
                text = _LABEL.sub("", other.text)
                if text.endswith("?") and not session.question:
                    session.question = text
                elif not ACTION_SECTION.match(text):
                    session.outcome = f"{session.outcome}\n{text}".strip()
                session.end = other.end
            found.append(session)
        elif _THEMES.search(block.text):
            for other in blocks[index + 1 : index + 12]:
                if other.kind != "item":
                    break
                question = other.text if other.text.endswith("?") else ""
                found.append(SessionRead(other.text, question, "", other.start, other.end))
        index += 1
    return found


def read_actions(document):
    found = []
    in_section = False
    for block in document.blocks:
        if block.is_around:
            continue
        if direct := _ACTION.match(block.text):
            found.append(_action(direct["text"], block))
        elif _DECIDED.search(block.text) or (
            ACTION_SECTION.match(block.text)
            and (block.kind == "heading" or block.text.endswith(":"))
        ):
            in_section = True
        elif in_section and block.kind == "item":
            found.append(_action(block.text, block))
        elif block.kind != "item":
            in_section = False
    return found


def _action(text, block):
    carriers, due, wording, is_shared = [], "", "", False
    dates = [
        date
        for date in find_dates(text)
        if _DUE.search(text[max(0, date.start - 25) : date.start])
        or re.search(r"\s[–—-]\s$", text[max(0, date.start - 3) : date.start])
    ]
    if dates:
        due = dates[-1].iso
        if part := _PART_OF_MONTH.search(text, max(0, dates[-1].start - 10), dates[-1].start):
            wording = text[part.start() : dates[-1].end].lower()
    if (first := _WHO_FIRST.match(text)) and is_first_name(first["who"]):
        carriers, text = [first["who"]], text[first.end() :]
    elif aside := _CARRIERS_ASIDE.search(text):
        carriers = _listed(re.split(r",\s(?:et\s)?|\set\s|/", aside["who"]))
    elif carrier := _CARRIER.search(text):
        carriers = re.split(r"\set\s|/", carrier["who"].strip())
    elif implied := re.search(
        r"\(avec l['’]implication (?:du |de la |de l['’]|des |de )(?P<who>[^()]+)\)", text
    ):
        carriers, is_shared = re.split(r",\s?|\set\s", implied["who"]), True
    elif paren := re.search(r"\((?P<who>[^()]+)\)\s?\W?$", text):
        carriers = _listed(re.split(r",\s(?:et\s)?|\set\s", paren["who"]))
        is_shared = paren["who"].lower().startswith("avec ")
    elif subject := re.match(
        rf"(?P<who>(?:(?:[Ll]a|[Ll]e|[Ll]['’])\s?)?{CAP}(?:\s{CAP})?)\s\w+(?:ra|ront|te|"
        rf"met|ce|era)\b",
        text,
    ):
        carriers = [subject["who"]]
    carriers = [_WITH.sub("", name.strip(" .")) for name in carriers if name.strip(" .")]
    title = _APART.sub("", _without_due(text) if due else text).strip(" ;")
    place = block.start, block.end
    return ActionRead(title or text, carriers, due, *place, wording, is_shared)


def _without_due(text):
    """« …, avant fin mars 2027 » ends no title once it is the due date."""
    dates = find_dates(text)
    if dates and not re.search(r"\w", text[dates[-1].end :]):
        said = text[: dates[-1].start]
        if cut := _DUE_LAST.search(said):
            return said[: cut.start()]
    return text


def _listed(parts):
    """Those of the parts of a list that name a carrier: no due date, nor the title of one."""
    kept = []
    for before, part in zip(["", *parts], parts, strict=False):
        is_title = _PERSON.match(before.strip()) and _FUNCTION.match(part.strip())
        if not (find_dates(part) or _DUE.match(part.strip()) or is_title):
            kept.append(part)
    return kept


def read_next_event(document):
    for block in reversed(document.blocks):
        if block.is_around:
            continue
        end = block.start - 1
        for sentence in re.split(r"(?<=[.!])\s(?=[A-ZÀ-Ý])", block.text):
            start, end = end + 1, end + 1 + len(sentence)
            if not (match := NEXT.search(sentence)):
                continue
            dates = [
                date
                for date in find_dates(sentence)
                if date.start >= match.start() or match.start() < 40
            ]
            if dates:
                place = re.search(
                    rf"\b(?:à|chez|mairie de)\s(?:la mairie de |la |l['’])?"
                    rf"(?P<place>{CAP}(?:[ -](?:{CAP}|en|"
                    rf"sur|les|de)){{0,4}})",
                    sentence,
                )
                return NextEvent(
                    dates[0].iso, place["place"] if place else "", sentence, start, end
                )
    return None
