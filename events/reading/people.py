"""People named in a recap, with the title they bore that day."""

import re
from dataclasses import dataclass

from coopemploi.search.text import normalise

from .lexicon import is_first_name

CAP = (
    r"(?:(?:[A-ZÀ-Ý]['’])?[A-ZÀ-Ý][\wÀ-ÿ]*[a-zà-ÿ][\wÀ-ÿ]*(?:['’-][\wÀ-ÿ]+)*|"
    r"[A-ZÀ-Ý]{2,}(?:[-'’][A-ZÀ-Ý]+)*)"
)
_PARTICLE = r"(?:(?:de|du|des|de la|d'|d’|Le|La|Ben|El|van|von)\s)?"
NAME = rf"{CAP}(?:\s{_PARTICLE}{CAP}){{1,3}}"
CIVILITY = r"(?:M\.|MM\.|Mmes?|Mlle|Mr|Monsieur|Madame|Dr)"
FUNCTION = (
    r"(?:(?:ex-|anciene?n?e?\s|\d\s?(?:er|e|ère|ème)\s|première?\s|co-?)?(?:vice-|"
    r"sous-)?(?:maire|adjointe?|présidente?|directeur|directrice|"
    r"cheff?e?|chargée?|coordinat(?:eur|rice)|conseill(?:er|ère)|élue?|préf[eè]te?|déléguée?|"
    r"responsable|animat(?:eur|rice)|gérante?|fondat(?:eur|rice)|secrétaire|députée?|"
    r"sénat(?:eur|rice)|"
    r"ministre|éducat(?:eur|rice)|salariée?|membre|référente?|technicienn?e?|médiat(?:eur|rice)|"
    r"format(?:eur|rice)|consultante?|cherch(?:eur|euse)|sociologue|professeure?|"
    r"professionnell?e?|enseignante?|"
    r"entrepreneure?|artisane?|paysagiste|agricult(?:eur|rice)|maraîch(?:er|ère)|dirigeante?|"
    r"bénévole|stagiaire|habitante?|facilitat(?:eur|rice)|agente?|administrat(?:eur|rice)|"
    r"trésori(?:er|ère)|porte-parole|économiste|géographe|journaliste|étudiante?|"
    r"assistante?|représentante?|DGS|DRH)s?\b)"
)
_NOT_NAMES = frozenset(
    [
        "territoire",
        "territoires",
        "pole",
        "region",
        "communaute",
        "metropole",
        "agglomeration",
        "agglo",
        "grand",
        "grande",
        "saint",
        "sainte",
        "val",
        "pays",
        "france",
        "travail",
        "emploi",
        "departement",
        "conseil",
        "mission",
        "maison",
        "ville",
        "cite",
        "direction",
        "centre",
        "association",
        "cooperative",
        "reseau",
        "grappe",
        "projet",
        "projets",
        "atelier",
        "webinaire",
        "rencontre",
        "journee",
        "plie",
        "petr",
        "cc",
        "ca",
        "cdc",
        "cda",
        "epci",
        "tzcld",
        "ess",
        "gpect",
        "qpv",
        "caf",
        "cci",
        "fse",
        "rsa",
        "ddets",
        "ddetspp",
        "direccte",
        "dreets",
        "comite",
        "service",
        "services",
        "action",
        "actions",
        "le",
        "la",
        "les",
        "un",
        "une",
        "des",
        "ce",
        "cette",
        "ces",
        "il",
        "elle",
        "on",
        "nous",
        "je",
        "dans",
        "pour",
        "sur",
        "avec",
        "selon",
        "depuis",
        "notre",
        "nos",
        "votre",
        "quel",
        "quelle",
        "comment",
        "pourquoi",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
        "contrat",
        "plan",
        "parc",
        "universite",
        "campus",
        "club",
        "rue",
        "avenue",
        "place",
        "quartier",
        "haute",
        "haut",
        "hautes",
        "basse",
        "sud",
        "nord",
        "est",
        "ouest",
        "loi",
        "etat",
        "republique",
        "europe",
        "presents",
        "excuses",
        "mme",
        "mmes",
        "m",
        "mr",
        "mlle",
        "monsieur",
        "madame",
        "dr",
        "objectif",
        "bilan",
        "temps",
        "lecture",
        "chambre",
        "structure",
        "intervenant",
        "fonction",
        "photo",
        "commune",
        "syndicat",
        "mont",
        "agir",
        "mise",
        "prochain",
        "prochaine",
        "apres",
        "vous",
        "zero",
        "initiative",
        "table",
        "debat",
        "bourse",
        "gip",
        "ouvrir",
        "table",
        "fabrique",
        "cap",
        "rendez",
        "salle",
        "voici",
        "merci",
        "bonjour",
        "tel",
        "mail",
        "opération",
    ]
)
VERB = (
    r"(?:(?:a|ont|s['’]est|se|s['’])\s?)?(?:soulign|expliqu|ajout|précis|insist|résum|racont|"
    r"témoign|rappel|regrett|confi|lanc|estim|observ|conclu|affirm|assur|indiqu|déclar|considèr|"
    r"plaid|propos|interrog|répond|repren|poursui|gliss|analys|constat|défend|martèl|concèd|"
    r"reconn|avou|admet|alert|annonc|comment|not|dit\b|demand|félicit|réjou|jug|nuanc|plaisant|"
    r"point|relèv|remarqu|souvien|tempèr|fait\s(?:observ|remarqu|valoir)|renchéri|rétorqu|salu|sout|suggèr|tranch|illustr|exclam|détaill|"
    r"présent|évoqu|partag|réag|décri|souri|pens)\w*(?:-t)?"
)


CONTACT = "contact"  # the role of whom the recap tells to write to
_BEFORE_NAMES = {"pour", "selon", "avec", "apres", "depuis", "dans", "quand"}


@dataclass
class Person:
    name: str
    title: str = ""
    actor: str = ""
    role: str = ""
    topic: str = ""  # of what they said; no part of the JSON
    start: int = 0
    end: int = 0


_NAME = re.compile(
    rf"(?<![\w'’-])(?:(?P<civility>{CIVILITY})\s)?(?!(?:{CIVILITY})\s)(?P<name>{NAME})(?![\w-])"
)
_ATTENDANCE = re.compile(
    r"\b(?:présente?s?|excusée?s?|participante?s?|représentée?s?|intervenante?s?|"
    r"étaient (?:là|venus)|autour de la table)\b[^:.]{0,40}:",
    re.I,
)
_CONTACT = re.compile(r"\bcontact(?:ez|s?\s?:?$)|\bren?seignements\b", re.I)
_LEADS = re.compile(r",\squi\s(?:dirige|préside|coordonne|anime|pilote|gère|représente)\b")
_ACRONYM_ASIDE = re.compile(r"\s\([A-ZÀ-Ý]{2,8}\)(?=\s[A-ZÀ-Ý])")
_FIRST_NAME = re.compile(rf"(?P<name>{CAP})\s?:")
_SURNAME = re.compile(rf"(?<!\w){CIVILITY}\s(?P<name>{CAP})(?![\w-])")
_STOP = re.compile(
    r"[.;:!?»”\"()\n]|,\s(?:et\s|à l|au |qui |a |ont |est |n['’]|M\.|Mme|elle|il)|"
    r",\s(?=(?:[A-ZÀ-Ý][\w’'-]+\s){1,2}[A-ZÀ-Ý])|"
    r"\s(?:a|ont|est|sont|qui|s['’]est|rappelle|souligne|présente|explique)\s|"
    r"\set\s(?=[A-ZÀ-Ý][\w-]+\s[A-ZÀ-Ý])"
)


class People:
    """Those whom a document names, found by full name, then by civility and surname."""

    def __init__(self, document):
        self.found = {}
        self._surnames = {}
        self._rows = {}
        self._is_listing = False  # of those present, the block being read
        for index, block in enumerate(document.blocks):
            if not block.is_around:
                self._read(block, document.blocks, index)

    def __iter__(self):
        return iter(self.found.values())

    def in_row(self, row):
        return self._rows.get(row, "")

    def mentions(self, text):
        """(start, end, Person) of each person named in `text`."""
        named = []
        for match in _NAME.finditer(text):
            for person, start, end in self._known(match):
                named.append((start, end, person))
        for match in _SURNAME.finditer(text):
            person = self._surnames.get(normalise(match["name"]))
            if person and not any(s <= match.start("name") < e for s, e, _ in named):
                named.append((match.start(), match.end(), person))
        if not named and (match := _FIRST_NAME.match(text)):
            first = f"{normalise(match['name'])} "
            known = [person for key, person in self.found.items() if key.startswith(first)]
            if len(known) == 1:
                named.append((0, match.end("name"), known[0]))
        return sorted(named, key=lambda each: each[0])

    def _known(self, match):
        words = match["name"].split()
        for size in range(len(words), 1, -1):
            for first in range(len(words) - size + 1):
                name = " ".join(words[first : first + size])
                if person := self.found.get(normalise(name)):
                    start = match.start("name") + match["name"].find(name)
                    yield person, start, start + len(name)
                    return

    def _read(self, block, blocks, index):
        text = block.text
        self._is_listing = bool(_ATTENDANCE.search(text))
        for match in _NAME.finditer(text):
            name = _trimmed(match["name"])
            if not name:
                continue
            start = match.start("name") + match["name"].find(name)
            before, after = text[max(0, start - 60) : start], text[start + len(name) :]
            if not self._is_person(name, match, block, before, after):
                continue
            title, actor = _title(after, block)
            above = blocks[index - 1].text if index else ""
            role = CONTACT if _is_contact(before, above) else _role(before)
            self._keep(name, title, actor, role, block, start)
        if block.row >= 0 and block.column == 0 and block.row not in self._rows:
            names = [person.name for _, _, person in self.mentions(text)]
            if names:
                self._rows[block.row] = " et ".join(dict.fromkeys(names))

    def _is_person(self, name, match, block, before, after):
        if match["civility"] or normalise(name) in self.found:
            return True
        if re.match(rf"\s?[,(–/-]\s?(?:{FUNCTION}|en charge)", after, re.I):
            return True
        last = name.rpartition(" ")[2]
        is_known = is_first_name(name)
        if last.isupper() and len(last) < 5 and not is_known:  # « Lien PMI »
            return False
        if is_known and (_LEADS.match(after) or self._is_listed(before, after)):
            return True
        if re.match(r"\s?\([^()\d]{2,80}\)", after) and self._is_listing:
            return True
        if re.match(rf"(?:\s?\([^()]{{2,80}}\))?,?\s?(?:{VERB})\b", after):
            return True
        if re.search(rf"(?:»|”|\"),?\s(?:{VERB}(?:-t-)?)\s?$", before):
            return True
        if re.search(r"(?:[»”\"]\s?[–—(-]{0,2}\s?|^[–—-]\s?)$", before) and len(after) < 90:
            return True
        if re.search(r"\b(?:par|[Pp]our|[Ss]elon|Animation :|d['’]après)\s?$", before):
            return not re.match(r"\s?(?:Agglo|Métro)", after) and len(name.split()) == 2
        if re.match(r"\s?(?:\([^()]{2,80}\)\s?)?:\s?\S", after) and not before.strip():
            return True
        if block.column == 0 and block.row >= 0:
            return (
                not before.strip()
                or not after.strip()
                or bool(re.match(r"\s?[/,–-]|\set\s", after))
                or bool(re.search(r"\set\s$", before))
            )
        return (
            not before.strip()
            and bool(re.match(r"\s?[-–/,(]\s?(?!qui\b)\S", after))
            and (block.kind == "item" or len(block.text) < 120)
        )

    def _is_listed(self, before, after):
        """« Présents : Mme Odile Ferrand, Karim Belloc »."""
        is_item = re.search(r"(?:[:,;]|\set)\s?$", before) and re.match(
            r"\s?(?:[,;.]|et\s|$)", after
        )
        return self._is_listing and bool(is_item)

    def _keep(self, name, title, actor, role, block, start):
        shown = " ".join(w.title() if w.isupper() and len(w) > 2 else w for w in name.split())
        key = normalise(name)
        person = self.found.setdefault(
            key, Person(shown, start=block.start + start, end=block.start + start + len(name))
        )
        person.title = person.title or title
        person.actor = person.actor or actor
        person.role = person.role or role
        self._surnames.setdefault(normalise(" ".join(name.split()[1:])), person)


def _trimmed(name):
    """A name without the words around that are none: « Le », « Région »."""
    words = name.split()
    # « Pour Lise Armandou »: the word begins the sentence, not the name.
    while words and normalise(words[0]) in _BEFORE_NAMES:
        words = words[1:]
    if not words or normalise(words[0]).split(" ")[0] in _NOT_NAMES:
        return ""
    for index, word in enumerate(words):
        if index and (normalise(word).split() or [""])[0] in _NOT_NAMES - {"le", "la", "des"}:
            words = words[:index]
            break
    return " ".join(words) if len(words) > 1 else ""


def _is_contact(before, above):
    """« Contact : Lise Armandou », or her name under « Contactez-nous ! »."""
    return bool(
        re.match(r"\W*contacts?\s?:[^.]*$", before, re.I)
        or (not before.strip() and len(above) < 80 and _CONTACT.search(above))
    )


def _role(before):
    for role, pattern in (
        ("opening", r"ouverture|ouverte?s? (?:à .{0,8} )?par"),
        ("moderator", r"animé|animation|modéré"),
        ("host", r"accueilli"),
        ("witness", r"grand témoin"),
        ("closing", r"clôtur|conclusion"),
    ):
        if re.search(pattern, before, re.I):
            return role
    return ""


def _title(after, block):
    if paren := re.match(r"\s?\(([^()]{2,100})\)", after):
        inner = paren[1].strip()
        return _split(inner) if re.match(FUNCTION, inner, re.I) else ("", inner)
    said = re.match(r"\s?[,/–-]\s?(.{2,160})", after)
    if not said:
        return "", ""
    rest = _ACRONYM_ASIDE.sub("", said[1])
    if block.row >= 0 and not re.match(FUNCTION, rest, re.I):
        return "", rest.strip()
    cut = _STOP.search(rest)
    rest = rest[: cut.start()] if cut else rest
    if re.match(FUNCTION, rest, re.I):
        return _split(rest.strip(" ,"))
    return "", ""


def _split(title):
    function, comma, rest = title.partition(", ")
    if comma and not re.match(
        rf"{FUNCTION}|en charge|(?:sur|pour|dans|avec|a|ont|est|l['’]a)\b", rest, re.I
    ):
        return function, rest
    if comma and not re.match(rf"{FUNCTION}|en charge", rest, re.I):
        title = function
    actor = re.search(
        r"\s(?:de la |de l['’]|du |des |de |d['’]|à la |à l['’]|au |chez )((?:[A-ZÀ-Ý]|"
        # Not « chargé de mission ».
        r"(?<! de )mission|association|communauté|pôle|syndicat|coopérative|tiers-lieu).*)",
        title,
    )
    return title, re.sub(r"\s(?:en charge|chargée?)\b.*", "", actor[1]) if actor else ""
