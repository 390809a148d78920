"""The network in figures: small charts of what is public, each beside its table."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from initiatives.models import Initiative, Match, Need
from territories.models import Actor, StageChange
from territories.network_views import FEW

from .. import version
from ..publishing import Publishable
from ..vocabulary.models import Scheme, Theme

MOST_BARS = 12
# Meetings are drawn over so many years at most; older ones are counted together.
MOST_YEARS = 12
# The drawing of the years, in its own units: a column, its part that is filled, the room
# for the highest, then for a figure above and a year below.
COLUMN, FILLED, HIGHEST, LINE = 48, 32, 100, 26


@dataclass(frozen=True)
class Bar:
    """A row of a table, and its bar in percents of the longest."""

    label: str
    count: int
    share: int
    url: str


@dataclass(frozen=True)
class Column:
    """A year of the drawing."""

    label: str
    count: int
    left: int
    height: int
    url: str

    @property
    def short_label(self):
        return self.label.split()[0]

    @property
    def middle(self):
        return self.left + FILLED // 2

    @property
    def top(self):
        return LINE + HIGHEST - self.height

    @property
    def above(self):
        return self.top - 6


def bars(rows):
    """Bars of (label, count, address)."""
    rows = list(rows)
    longest = max((count for _, count, _ in rows), default=0)
    return [Bar(label, count, round(100 * count / longest), url) for label, count, url in rows]


def columns(rows):
    """Columns of (label, count, address)."""
    highest = max((count for _, count, _ in rows), default=0)
    margin = (COLUMN - FILLED) // 2
    return [
        Column(label, count, COLUMN * n + margin, round(HIGHEST * count / highest), url)
        for n, (label, count, url) in enumerate(rows)
    ]


@version.kept
def charts():
    """All that the page draws, in seven queries, the same for everybody."""
    years, undated = meetings_by_year()
    introductions = Match.objects.all().acted_upon()
    return {
        "schemes": by_term(Scheme, "dispositif"),
        "themes": by_term(Theme, "theme"),
        "stages": by_choice(
            Initiative.objects.published(),
            "stage",
            Initiative.Stage,
            "initiative_list",
            "avancement",
        ),
        "projects": by_choice(
            Actor.objects.published().filter(kind=Actor.Kind.TZCLD).with_stage(),
            "stage",
            StageChange.Stage,
            "actor_list",
            "etape",
        ),
        "needs": by_choice(Need.objects.published(), "state", Need.State, "exchange_list", "suite"),
        "years": columns(years),
        "drawing": {
            "width": COLUMN * len(years),
            "height": HIGHEST + 2 * LINE,
            "baseline": LINE + HIGHEST,
            "filled": FILLED,
        },
        "undated": undated,
        # Fewer would tell who met whom.
        "introductions": introductions if introductions["introduced"] >= FEW else None,
    }


def by_term(vocabulary, filter_name):
    """Published initiatives by scheme or theme, the most frequent first."""
    terms = (
        vocabulary.objects.filter(initiatives__status=Publishable.Status.PUBLISHED)
        .annotate(count=Count("initiatives"))
        .order_by("-count", "name")[:MOST_BARS]
    )
    address = reverse("initiative_list")
    return bars((str(term), term.count, f"{address}?{filter_name}={term.slug}") for term in terms)


def by_choice(records, name, choices, list_name, filter_name):
    """How many `records` have each of the choices of a field, in its order."""
    counts = dict(records.order_by().values_list(name).annotate(Count("pk")))
    address = reverse(list_name)
    return bars(
        (choice.label, counts[choice], f"{address}?{filter_name}={choice}")
        for choice in choices
        if choice in counts
    )


def meetings_by_year():
    """(rows of the years in order, how many meetings have no known year)."""
    this_year = timezone.localdate().year
    bounds = Event.objects.published().order_by()
    counted = bounds.values_list("start_earliest__year", "start_latest__year").annotate(Count("pk"))
    counts, undated = Counter(), 0
    for first, last, count in counted:
        if first and first == last:
            counts[first] += count
        else:
            undated += count
    if not counts:
        return [], undated
    last = max(counts)
    first = max(min(counts), last - MOST_YEARS + 1)
    before = sum(count for year, count in counts.items() if year < first)
    rows = [(f"avant {first}", before, "")] if before else []
    for year in range(first, last + 1):
        rows.append((str(year), counts[year], address_of(year, this_year) if counts[year] else ""))
    return rows, undated


def address_of(year, this_year):
    """The list of the meetings of a year; those of this one are in two lists."""
    if year == this_year:
        return ""
    period = "&periode=passees" if year < this_year else ""
    return f"{reverse('event_list')}?annee={year}{period}"
