"""What a meeting was about, and each of those who spoke, when the text says it plainly."""

import re

from coopemploi.search.text import normalise

from .blocks import ITEM
from .follow_ups import NEXT
from .lexicon import organisations
from .people import FUNCTION

FIRST_BLOCKS = 12  # where a recap says what its meeting was about
_QUOTED = r"[«“\"]\s?(?P<{}>[^«»“”\"]{{3,250}}?)\s?[»”\"]"
_THEME = re.compile(
    rf"{_QUOTED.format('theme')}\s?:?,?\s?(?:telle?\s(?:était|est|fut)|c['’](?:était|est))\s"
    r"(?:la\sthématique|le\sthème)\b|"
    r"\b(?:sur|autour\sdu|avec\spour|avait\spour|ayant\spour|consacrée?\s(?:au|à\sla))\s"
    r"(?:l[ea]\s)?(?:thème|thématique)\s?(?:suivante?\s?)?:?\s?"
    rf"{_QUOTED.format('named')}",
    re.I,
)
_THEME_LINE = re.compile(
    r"(?:thème|thématique)(?:\s(?:de\sla\s(?:demi-)?(?:journée|rencontre|matinée|réunion)|"
    r"du\sjour))?\s?:\s(?P<theme>.{3,250})$",
    re.I,
)

_SENTENCE = re.compile(r"(?<=[.!?…])(?<!\bM\.)(?<!\bMM\.)\s(?=[A-ZÀ-Ý])")
# « , maire de Crestville, » or « (garage solidaire) », after a name.
_ASIDE = rf"(?:,\s{FUNCTION}[^.;:«»“”\"]{{0,120}}?,?|\s\([^()]{{2,120}}\))?"
_TOPIC = (
    r"(?P<topic>(?:l['’]|(?:les?|la|une?|des|du|son|sa|ses|leurs?|cet?|cette|ces|nos|notre|deux|"
    r"trois|quatre|comment)\s)[^.;:!?«»“”\"]{3,300})"
)
# « Lise Armandou, maire de Crestville, a fait le point sur les trajets »
_SPOKE = re.compile(
    rf"{_ASIDE}\s(?:(?:a|(?P<several>ont))\s(?:fait\s(?:le|un)\spoint\ssur|présenté|exposé|"
    r"partagé\s(?:(?:sa|leur)\svision|(?:son|leur)\s(?:expérience|regard))\ssur)|"
    rf"(?:est|(?P<both>sont))\sintervenue?s?\ssur)\s{_TOPIC}",
    re.I,
)
# « …, et Paul Orsini, directeur du garage, sur les ateliers »: the verb is that of the one before.
_ALSO = re.compile(rf"{_ASIDE}\ssur\s{_TOPIC}", re.I)
_AND = re.compile(rf"{_ASIDE}\set\s", re.I)
# Who speaks begins a clause: not « selon Lise Armandou », « l'association de Lise Armandou ».
_BEGINS = re.compile(r"(?:^|[,;]\s|\set\s|\bpuis\s|\benfin\s)(?:(?:M\.|Mme|Mlle)\s)?$", re.I)
# Where the topic ends.
_NO_MORE = re.compile(
    r",?\s(?:et|puis|tandis\sque|alors\sque|avant\s(?:de|que|d['’])|afin|lors|suivie?)\s*$|"
    r",\s(?:puis|avant|tandis|alors|avec|afin|lors|en|suivie?)\s.*$"
)
# What everybody is told at a meeting, and is no topic.
_OF_THE_MEETING = re.compile(
    r"(?:ses|leurs?|les?|la|l['’]|cette|ce)\s?(?:excuses|vœux|voeux|remerciements|intervenante?s?|"
    r"participante?s?|objectifs?|programme|déroulé|ordre du jour|journée|matinée|réunion|séance|"
    r"rencontre)\b",
    re.I,
)
# « l'Escalier, un tiers-lieu au service de l'inclusion - Maxime Roby, chef de projet »
_ITEM = re.compile(
    r"(?P<topic>(?:l['’]|(?:les?|la|une?|des|comment|pourquoi)\s).+?)\s[–—-]\s$", re.I
)
FEWEST_WORDS = 2


def read_theme(document, title):
    """The theme of the meeting, "" when it is not said or is its title."""
    for block in [each for each in document.blocks if not each.is_around][:FIRST_BLOCKS]:
        if NEXT.search(block.text):
            continue
        found = _THEME_LINE.match(block.text) or _THEME.search(block.text)
        if found:
            groups = found.groupdict()
            theme = (groups["theme"] or groups["named"]).strip(' .«»“”"')
            return "" if normalise(theme) == normalise(title) else theme
    return ""


def read_topics(document, people):
    """Give each of the people the topic of what they said."""
    for block in document.blocks:
        if block.is_around or block.row >= 0:
            continue
        if block.kind == ITEM:
            _read_item(block.text, people)
        for sentence in _SENTENCE.split(block.text):
            if not NEXT.search(sentence):
                _read_sentence(sentence, people.mentions(sentence))


def _read_item(text, people):
    named = people.mentions(text)
    said = _ITEM.match(text[: named[0][0]]) if named else None
    if not said or not re.match(rf",\s{FUNCTION}", text[named[0][1] :], re.I):
        return
    topic = said["topic"].strip()
    words = normalise(topic).split()
    if len(words) > FEWEST_WORDS and words[1] not in organisations():
        for _, _, person in named:
            _keep(person, topic)


def _read_sentence(sentence, named):
    """Read each name with what follows it, as far as the next one."""
    verb, before = False, []  # those whose verb comes after the next name
    ends = [*(start for start, _, _ in named[1:]), len(sentence)]
    for (start, end, person), stop in zip(named, ends, strict=False):
        rest = sentence[end:stop]
        said = _SPOKE.match(rest) or (_ALSO.match(rest) if verb else None)
        if not said or not _BEGINS.search(sentence[:start]):
            before = [*before, person] if _AND.fullmatch(rest) else []
            verb = False
            continue
        groups = said.groupdict()
        is_of_all = groups.get("several") or groups.get("both")
        for each in [*before, person] if is_of_all else [person]:
            _keep(each, _NO_MORE.sub("", said["topic"]).strip(" ,"))
        verb, before = rest.endswith(" et "), []


def _keep(person, topic):
    if len(topic.split()) >= FEWEST_WORDS and not _OF_THE_MEETING.match(topic):
        person.topic = person.topic or topic[:300]
