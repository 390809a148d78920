"""The one function that reads a recap."""

import re
from dataclasses import dataclass, field

from .dates import event_dates, event_times, publication
from .documents import checked, decode
from .figures import read_figures
from .follow_ups import NEXT, read_actions, read_next_event, read_sessions
from .links import read_links
from .objectives import read_objectives
from .obstacles import read_obstacles
from .opening import Document, open_document
from .parties import read_parties
from .people import CAP, People
from .places import read_places
from .prose import is_label, read_prose
from .quotes import read_quotes
from .topics import read_theme, read_topics
from .unplaced import read_unplaced, rows_of

_HELD = re.compile(
    r"(?:accueillie?\w*|tenue?\w*|retrouvés?|réuni\w*|organisée?\w*|déplacement|clôturions|"
    r"décembre|\d{4})[^.]{0,120}?\s(?:à la|à l['’]|à|au|sur l['’])\s?(?P<place>[^,.;()]{3,80})"
)

# A name holds its own hyphens: only a space stands before the next one.
_NAMES = rf"{CAP}(?: {CAP})*+"
_PLACE_LAST = re.compile(rf"\s\d{{4}}, (?P<place>{_NAMES})$")
_PLACE_FIRST = re.compile(rf"(?P<place>{_NAMES}), (?:les? )?\d")
_AFTER_PLACE = re.compile(r"\s(?:nous|pour|dans|avec|afin|qui|où|lors)\b|\s[«“\"]")


@dataclass
class RecapReading:
    """Proposals read in a recap; `start` and `end` of each are places in `text`."""

    text: str
    title: str = ""
    standfirst: str = ""
    dates: list = field(default_factory=list)
    place: str = ""
    people: list = field(default_factory=list)
    quotes: list = field(default_factory=list)
    figures: list = field(default_factory=list)
    sessions: list = field(default_factory=list)
    territories: list = field(default_factory=list)
    actions: list = field(default_factory=list)
    next_event: object = None
    prose: list = field(default_factory=list)  # shown to be kept; no part of the JSON
    headings: list = field(default_factory=list)  # (start, text)
    unplaced: list = field(default_factory=list)  # what no proposal says; no part of the JSON
    objectives: list = field(default_factory=list)  # no part of the JSON
    obstacles: list = field(default_factory=list)  # no part of the JSON
    parties: list = field(default_factory=list)  # no part of the JSON
    links: list = field(default_factory=list)  # no part of the JSON
    document: Document = None  # no part of the JSON
    received_apart: list = field(default_factory=list)  # (start, end) of rows of a tour de table
    times: tuple = ("", "")  # "09:30" and "12:00"
    published_on: str = ""
    theme: str = ""

    def heading_of(self, proposal):
        """The title under which a proposal stands, other than that of the whole document.

        « Verbatims » is none.
        """
        above = [text for start, text in self.headings if start < proposal.start]
        return above[-1] if above and above[-1] != self.title else ""

    @property
    def has_rows(self):
        return any(block.row >= 0 for block in self.document.blocks)

    def leave_rows(self, texts):
        """Leave the rows that say what `texts` say to the tour de table that takes them."""
        rows = rows_of(self.document, texts)
        self.received_apart = [(block.start, block.end) for row in rows for block in row]
        self.unplaced = read_unplaced(self.document, self)

    def is_received_apart(self, proposal):
        return any(start <= proposal.start < end for start, end in self.received_apart)

    def excerpt(self, proposal):
        """The source text that a proposal comes from."""
        return self.text[proposal.start : proposal.end]

    def to_json(self):
        """A dict of plain values; what is unknown is "", [] or, for `next_event`, None."""

        def rows(proposals, *names):
            return [{name: getattr(each, name) for name in names} for each in proposals]

        following = self.next_event
        return {
            "title": self.title,
            "dates": self.dates,
            "place": self.place,
            "people": rows(self.people, "name", "title", "actor", "role"),
            "quotes": rows(self.quotes, "text", "author"),
            "figures": rows(self.figures, "value", "unit", "qualifier", "label"),
            "sessions": rows(self.sessions, "title", "question", "outcome"),
            "territories": rows(self.territories, "name", "kind", "code", "stage"),
            "actions": rows(self.actions, "text", "carriers", "due"),
            "next_event": rows([following], "date", "place", "wording")[0] if following else None,
        }


def read_recap(source, resolve=None):
    """Read a recap, text or HTML, str or bytes; raise UnreadableRecapError for what is none.

    `resolve(name, context)` gives the (kind, code) of a territory, or None when it is not sure.
    """
    text = checked(decode(source) if isinstance(source, bytes) else source)
    document = open_document(text)
    if not document.blocks:
        checked("")
    people = People(document)
    quotes = read_quotes(document, people)
    spoke = {quote.author for quote in quotes}
    for person in people:
        if not person.role and person.name in spoke:
            person.role = "speaker"
    read_topics(document, people)
    title = _title(document)
    standfirst = _standfirst(document, title)
    sessions, actions = read_sessions(document), read_actions(document)
    next_event = read_next_event(document)
    objectives = read_objectives(document)
    told = [*quotes, *sessions, *actions, *objectives, *filter(None, [next_event])]
    told += [block for block in document.blocks if block.text in (title, standfirst)]
    dates = event_dates(document)
    reading = RecapReading(
        text=document.text,
        document=document,
        title=title,
        standfirst=standfirst,
        headings=[
            (each.start, "" if is_label(each) else each.text)
            for each in document.blocks
            if each.kind == "heading"
        ],
        objectives=objectives,
        obstacles=read_obstacles(document),
        parties=read_parties(document),
        links=read_links(document),
        dates=dates,
        times=event_times(document, dates),
        published_on=publication(document),
        theme=read_theme(document, title),
        place=_place(document),
        people=list(people),
        quotes=quotes,
        figures=read_figures(document, quotes),
        sessions=sessions,
        territories=read_places(document, people, resolve),
        actions=actions,
        next_event=next_event,
        prose=read_prose(document, title, [(each.start, each.end) for each in told]),
    )
    reading.unplaced = read_unplaced(document, reading)
    return reading


def _title(document):
    written = [block for block in document.blocks if not block.is_around]
    # « 1. La clause ne suffit pas » is a part of it.
    headings = [block for block in written[:6] if block.kind == "heading" and not block.is_numbered]
    if headings:
        return headings[0].text
    return document.subject or (written[0].text[:200] if written else "")


def _standfirst(document, title):
    """The first paragraph, when it is long enough to be one."""
    for block in document.blocks[:12]:
        is_written = block.kind == "paragraph" and not block.is_around and block.text != title
        if is_written and len(block.text) > 80:
            return block.text
    return ""


def _place(document):
    for block in document.blocks[:12]:
        if block.is_around or NEXT.search(block.text):
            continue
        titled = block.kind == "heading" or block is document.blocks[0]
        if titled and (named := _PLACE_LAST.search(block.text)):
            return named["place"]
        held = _HELD.search(block.text)
        if held and re.match(rf"(?:[a-zà-ÿ ]{{0,20}})?{CAP}", held["place"]):
            return _AFTER_PLACE.split(held["place"])[0].strip()
        if head := _PLACE_FIRST.match(block.text):
            return head["place"]
    return ""
