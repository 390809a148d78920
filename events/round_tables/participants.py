"""The first cell of a row: « Lise Armandou / maire de Villefort », in any order."""

import re
from dataclasses import dataclass, field

from coopemploi.search.text import normalise

from ..reading.lexicon import is_first_name, organisations
from ..reading.people import CIVILITY, FUNCTION
from .places import is_place

PARTICLES = frozenset(
    ["de", "du", "des", "d", "le", "la", "da", "di", "dos", "van", "von", "den", "ben", "el", "al"]
)
# Acronyms that say what somebody works on, not for whom: « chef de projet PLIE ».
_WORKED_ON = frozenset(["plie", "gpect", "tzcld", "ess", "qpv", "rsa", "fse", "rh", "iae"])
_NAME_WORD = re.compile(
    r"[A-ZÀ-Ý][\wÀ-ÿ]*(?:[’'-][\wÀ-ÿ]+)*\.?|(?:de|du|des|d['’][A-ZÀ-Ý][\wÀ-ÿ-]+|le|la|da|di|"
    r"dos|van|von|den|ben|el|al)(?=\s|$)"
)
# A run of spaces or of dashes is read from its first sign only, and given back to nobody: a cell
# may hold thousands of them.
_SPACES_BEFORE = r"(?:(?<!\s)\s++)?+"
_SEPARATOR = re.compile(
    rf"(?:{_SPACES_BEFORE},\s++|(?<!\s)\s++)représentée?s? par\s++|"
    rf"{_SPACES_BEFORE}(?:[/|•;,]|:(?=\s))\s*+|"
    r"(?<!\s)[^\S\n]*+\n\s*+|(?<!\s)\s++[-–—]++\s*+|(?<![-–—])[-–—]++\s++"
)
_AND = re.compile(r"(?<!\s)\s++(?:et|&|\+)\s++")
_MAIL = re.compile(r"<?\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}>?")
_PHONE = re.compile(r"(?:\+33\s?|\b0)[1-9](?:[\s.-]?\d{2}){4}\b")
_FUNCTION = re.compile(
    rf"(?:(?:\d|{'premi[eè]re?'})\s?(?:er|e|ère|[eè]me)?\s)?(?:{FUNCTION}|(?:co-?)?"
    r"(?:chef(?:fe)?|cheffe?|élue?|DGA|DGS|DRH|DG|CIP|PDG|développeu(?:r|se)|ingénieure?|"
    r"conseill(?:er|ère)|psychologue|juriste|gestionnaire|apprentie?|doctorante?|coprésidente?|"
    r"manageu?r?|accompagnat(?:eur|rice)|encadrante?|formatrice|chargée?s?|en charge)\b)",
    re.I,
)
_HEAD_OF_ACTOR = re.compile(
    r"\s(?:(?:à|À|a|de|pour|chez|au sein de|auprès de)\s(?:la|l['’])\s?|(?:de\s)?(?:la|l['’])\s?|"
    r"du\s|des\s|de\s|d['’]|au\s|aux\s|à\s|chez\s|pour\s)?(?=[A-ZÀ-Ý0-9])|"
    r"\s(?:(?:à|de|pour|d['’]une?)\s?)?(?:la\s|l['’]|une?\s|du\s|au\s)?"
    r"(?=(?:mission locale|maison de l|communauté|association|commune\b|région\b|ville\b|"
    r"agglomération|métropole|syndicat|département|mairie|coopérative|entreprise|"
    r"fédération|plateforme|réseau)\b)"
)
_TAIL_START = re.compile(
    r"^(?:à la|à l['’]|de la|de l['’]|du|des|de|d['’]|au|aux|à|chez|pour|la|l['’])(?:\s+|(?<=['’]))"
)
_BODY = re.compile(
    r"(?:la |le |l['’])?(?:CC|CA|CU|CDA|CdC|CDC|CdA|COM ?COM|PETR|EPCI|Pays|Région|Département|"
    r"Communauté|Agglo\w*|Métropole|Commune|Ville|Mairie|Syndicat|"
    r"Pôle (?:territorial|d['’]équilibre)|Grand(?:e|s)?|"
    r"Conseil (?:départemental|régional|général)|CD|"
    r"PNR|Parc)\b|.*\b(?:Agglo(?:mération)?|Métropole|Communauté)$",
    re.I,
)
_OF_A_PLACE = re.compile(
    r"\b(?:de la|de l['’]|du|des|de|d['’]|à|en|au|aux|sur)\s?"
    r"(?P<place>(?:(?:le|la|les)\s)?[A-ZÀ-Ý].*)$"
)


@dataclass
class Speaker:
    name: str
    title: str = ""


@dataclass
class Participants:
    people: list[Speaker] = field(default_factory=list)
    actor: str = ""
    territory: str = ""


def without_contacts(text):
    """`text` without e-mail addresses and telephone numbers: they are nobody else's."""
    cleared = _PHONE.sub(" ", _MAIL.sub(" ", text))
    if cleared == text:
        return text
    cleared = re.sub(
        r"\(\s*\)|\b(?:t[ée]l|mail|e-mail|courriel)\.?\s*:?\s*(?=$|[,;/\n-])", " ", cleared
    )
    return cleared.strip(" ,;/-–\n")


def read_participants(label, is_name_alone=False, comes_first=False):
    """Who speaks, for whom, from where.

    `is_name_alone`: the column holds names and nothing else. `comes_first`: the other rows
    begin with a name, which settles « Sefora Tahar Terres du Lac ».
    """
    text = without_contacts(re.sub(r"[ \t]+", " ", label).strip(" \n-–—•*"))
    if not text:
        return Participants()
    if is_name_alone:
        people = [_named(part) for part in re.split(r"\s*(?:\n|/|;|,| et | & | \+ )\s*", text)]
        found = [name for name in people if name]
        if len(found) > 1 and all(" " not in name for name in found) and "," in text:
            found = [" ".join(reversed(found))]  # « Armandou, Lise »
        if found:
            return Participants([Speaker(_shown(name)) for name in found])
    segments = _segments(text)
    if not segments:  # « / »
        return Participants()
    people, rest = _people_of(segments)
    if not people and comes_first:
        people, rest = _coming_first(segments)
    if not people:
        return _without_people(text)
    actor, territory = _actor_of(rest, people)
    return Participants(people, actor, territory)


def _coming_first(segments):
    """The same as `_people_of`, once it is settled that the first words are a name."""
    first, *others = segments
    named = None if _BODY.match(first) else _person_at_start(first, is_sure=True)
    if not named or not (named[1] or others):
        return [], []
    speaker = Speaker(_shown(named[0]))
    rest = [named[1], *others]
    return [speaker], [(speaker, text) for text in rest if text]


def territory_of(actor):
    """The place that the name of an actor says, in its words; "" when none is sure."""
    bare, _, around = actor.partition("(")
    bare, around = bare.strip(), around.rstrip(") ").strip()
    place = ""
    if _BODY.match(bare) or is_place(bare):
        place = bare
    else:
        words = bare.split()
        for index in range(1, len(words)):
            tail = " ".join(words[index:])
            if not tail[0].isupper() or not (is_place(tail) or _BODY.match(tail)):
                continue
            if normalise(tail) != "travail":
                place = tail
                break
    if around and is_place(around):
        return f"{place} ({around})" if place else around
    return place


# Names


def _is_name_word(word):
    return bool(_NAME_WORD.fullmatch(word)) and not _is_organisation(word)


def _is_organisation(word):
    words = normalise(word).split()
    return bool(words) and words[0] in organisations()


def _is_acronym(word):
    return word.isupper() and len(word) <= 5


def _leading_name(words):
    """How many of the first `words` are the name of a person."""
    if not words or not _is_name_word(words[0]) or normalise(words[0]) in PARTICLES:
        return 0
    size = 1
    has_upper = False
    while size < len(words) and size < 6:
        word = words[size]
        key = normalise(word)
        # « Le Gall », « De Almeida »: the particle begins a name as well as a place.
        if key in PARTICLES and size + 1 < len(words) and _is_name_word(words[size + 1]):
            if has_upper and not word.isupper():
                break
            size += 1
            continue
        if not _is_name_word(word) or _FUNCTION.match(word):
            break
        is_upper = word.isupper() and len(word) > 1
        if has_upper and (not is_upper or _is_acronym(word)):
            before = normalise(words[size - 1])
            if not (before in PARTICLES and is_upper):
                break
        has_upper = has_upper or (is_upper and not words[0].isupper())
        size += 1
    while size > 1 and normalise(words[size - 1]) in PARTICLES:
        size -= 1
    # « Lise Armandou Saint-Étienne », « Paul Morel Bordeaux »
    for cut in range(2, size):
        if words[cut].isupper() or normalise(words[cut - 1]) in PARTICLES:
            continue
        if is_place(" ".join(words[cut:size])):
            return cut
    return size


def _person_at_start(text, is_sure=False):
    """(name, rest) of a text that begins with a person, or None."""
    civil = re.match(rf"{CIVILITY}\s+", text)
    bare = text[civil.end() :] if civil else text
    words = bare.split(" ")
    clean = [word.strip(",.;") if not re.fullmatch(r"[A-Z]\.", word) else word for word in words]
    size = _leading_name(clean)
    if civil and size == 1:
        return f"{civil[0].strip()} {clean[0]}", " ".join(words[1:])
    if size < 2:
        return None
    if not (civil or is_sure or is_first_name(clean[0])):
        follows = clean[size] if size < len(clean) else ""
        upper = clean[1].isupper() and not _is_acronym(clean[1]) and not clean[0].isupper()
        reversed_ = clean[0].isupper() and is_first_name(clean[size - 1])
        if not (upper or reversed_) or _is_organisation(follows):
            return None
    return " ".join(clean[:size]), " ".join(words[size:])


def _person_at_end(text):
    """(rest, name) of a text that ends with a person whose first name is known."""
    words = text.split(" ")
    for index in range(max(1, len(words) - 5), len(words) - 1):
        tail = words[index:]
        if not (is_first_name(tail[0]) and tail[0][:1].isupper()):
            continue
        if normalise(words[index - 1]) in {*PARTICLES, "a", "l", "saint", "sainte"}:
            continue
        if _leading_name(tail) == len(tail) and not is_place(" ".join(tail)):
            return " ".join(words[:index]), " ".join(tail)
    return None


def _whole_person(text):
    """Whether a segment is the name of one person and nothing else."""
    words = re.sub(rf"^{CIVILITY}\s+", "", text).split()
    return 2 <= len(words) <= 6 and _leading_name(words) == len(words) and not is_place(text)


def _named(text):
    text = re.sub(rf"^{CIVILITY}\s+(?=\S+\s)", "", text.strip())
    return re.sub(r"\s*\(.*?\)\s*$", "", text)


def _shown(name):
    """« Lise ARMANDOU » as « Lise Armandou »."""
    words = []
    for word in name.split():
        if word.isupper() and not word.endswith(".") and (words or len(word) > 2):
            word = re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word)
        words.append(word)
    return " ".join(words)


# Segments


def _segments(text):
    """What the separators of a label cut: brackets are segments of their own."""
    found = []
    for part in re.finditer(r"\([^()]*\)|[^()]+|[()]", text):
        if part[0][0] == "(":
            found.append(part[0])
        else:
            found += filter(None, (piece.strip() for piece in _SEPARATOR.split(part[0])))
    return found


def _people_of(segments):
    """([Speaker], the segments left, each with the person it follows)."""
    people, rest = [], []
    certain = any(
        is_first_name(text.split(" ")[0]) or re.match(CIVILITY, text) for text in segments
    )
    for position, segment in enumerate(segments):
        if segment.startswith("("):
            rest.append((people[-1] if people else None, segment))
            continue
        left = segment
        parts = _AND.split(left)
        if len(parts) > 1 and _starts_person(parts[0], is_first=position == 0):
            *firsts, last = parts
            for part in firsts:
                left = _take(part, people, rest, is_sure=True)
                if left:
                    rest.append((people[-1], left))
            left = _take(last, people, rest, is_sure=True)
        else:
            # Without a known first name anywhere, a name comes first.
            is_sure = position == 0 and not certain and _whole_person(left)
            left = _take(re.sub(r"^(?:et|&)\s+", "", left), people, rest, is_sure=is_sure)
        if left:
            rest.append((people[-1] if people else None, left))
    return people, rest


def _starts_person(text, is_first):
    return bool(_person_at_start(text, is_sure=is_first and _whole_person(text)))


def _take(text, people, rest, is_sure):
    """What is left of `text` once its person, if it names one, has joined `people`."""
    if found := _person_at_start(text, is_sure):
        name, left = found
        people.append(Speaker(_shown(name)))
        return left.strip(" ,;-–—")
    if _FUNCTION.match(text):
        return text
    if found := _person_at_end(text):
        left, name = found
        people.append(Speaker(_shown(name)))
        return left.strip(" ,;-–—")
    return text


def _actor_of(rest, people):
    """(actor, territory) of what is left, once each function has gone to its person."""
    left = _Left(people)
    for person, text in rest:
        if text.startswith("("):
            left.read_brackets(person, text)
        else:
            left.read_words(person, text)
    actor = _joined_names(left.names)
    return actor, _territory_said(actor, left.around, people)


class _Left:
    """What stands around the names of people: their functions, for whom they speak, from where."""

    def __init__(self, people):
        self.names = []  # the parts of that of an actor
        self.around = ""  # « Drôme », of « Die (Drôme) »
        self._people = people
        self._names_before = None  # those of when a function ended what stood before

    def read_brackets(self, person, text):
        inner = text.strip("() ")
        if person and _FUNCTION.match(inner):
            person.title = person.title or inner
        elif is_place(inner) or re.fullmatch(r"\d{2,5}|2[AB]", inner):
            self.around = inner
        elif person and person.title and self.names == self._names_before:
            person.title += f" {text}"
        else:
            self.names.append(text)

    def read_words(self, person, text):
        if person and person.title and (hung := _TAIL_START.match(text)):
            # « chargée de mission (11 communes) à Métropole »
            text = text[hung.end() :]
        function = _function_in(text)
        if function is None:
            self.names.append(text)
            return
        start, end = function
        pieces = (text[:start], text[start:end], text[end:])
        before, title, after = (piece.strip(" ,;-–—") for piece in pieces)
        target = person or self._people[0]
        target.title = f"{target.title}, {title}" if target.title else title
        after = _TAIL_START.sub("", after)
        self.names += [part for part in (before, after) if part]
        self._names_before = list(self.names) if not after else None


def _territory_said(actor, around, people):
    """The place that an actor says, or else the last one that the function of a person says."""
    territory = territory_of(f"{actor} ({around})" if around else actor)
    if territory:
        return territory
    for speaker in people:
        found = _OF_A_PLACE.search(speaker.title)
        if found and is_place(found["place"]):
            territory = found["place"]
    return f"{territory} ({around})" if territory and around else territory


def _joined_names(names):
    """« PLIE » before a function and « Grand Poitiers » after it are one name."""
    if not names:
        return ""
    joined = names[0]
    for name in names[1:]:
        if normalise(name) in normalise(joined).split() or normalise(name) == normalise(joined):
            continue
        glue = " " if name.startswith("(") or " " not in joined else " - "
        if (
            len(names) == 2
            and not name.startswith("(")
            and _is_acronym(joined)
            and _is_acronym(name.split(" ")[0])
        ):
            glue = " - "
        joined = f"{joined}{glue}{name}"
    whole = re.fullmatch(r"\(([^()]*)\)", joined)
    return whole[1] if whole else joined


def _function_in(text):
    """(start, end) of the function that `text` says, without the organisation after it."""
    found = _FUNCTION.match(text)
    if not found:
        found = re.search(rf"(?<=\s)(?:{_FUNCTION.pattern})", text, re.I)
        if not found or not text[: found.start()].strip()[:1].isupper():
            return None
        if not found[0][:1].isupper() and not found[0][:1].isdigit():
            # « Maison de l'emploi, … »: a word inside of a name.
            return None
    position = found.end()
    for head in _HEAD_OF_ACTOR.finditer(text, found.end()):
        word = re.match(r"[\w’'-]+", text[head.end() :])
        key = normalise(word[0]).split()[0] if word and normalise(word[0]) else ""
        says_whose = head[0].strip() != ""
        if word and _is_acronym(word[0]) and not says_whose and key in _WORKED_ON:
            continue
        if word and re.fullmatch(r"[A-Z]?\d+|M[12]", word[0]):
            continue
        # « maire de Villefort »: the place is of the function.
        is_of_elected = re.match(r"(?:.*\s)?maires?\b|.*\b(?:élue?|adjointe?)\b", found[0], re.I)
        if says_whose and is_of_elected and is_place(_run(text[head.end() :])):
            continue
        return found.start(), head.start()
    return found.start(), max(position, len(text))


def _run(text):
    found = re.match(r"[A-ZÀ-Ý][\wÀ-ÿ’'-]*(?:\s(?:[a-zà-ÿ’']{1,4}\s)?[A-ZÀ-Ý][\wÀ-ÿ’'-]*)*", text)
    return found[0] if found else text


def _without_people(text):
    """An organisation, a function, a place: nobody named."""
    around = ""
    found = re.search(r"\s*\(([^()]{2,60})\)\s*$", text)
    if found and (is_place(found[1]) or re.fullmatch(r"\d{2,5}|2[AB]", found[1])):
        around, text = found[1], text[: found.start()]
    text = re.sub(r"\s*\n\s*", " / ", text)
    segments = [part.strip() for part in re.split(r"\s+[/–—-]\s+|/|\n", text) if part.strip()]
    places = [part for part in segments if is_place(part)]
    if len(segments) == 2 and len(places) == 1:
        actor = next(part for part in segments if part not in places)
        return Participants([], actor, f"{places[0]} ({around})" if around else places[0])
    return Participants([], text, territory_of(f"{text} ({around})" if around else text))
