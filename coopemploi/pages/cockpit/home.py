"""The panels in the order of the page, and what it shows of them."""

from django.db.models import Count, Value

from . import actions, exchanges, meetings, sheets

PANELS = [
    meetings.TO_COME,
    actions.OVERDUE,
    actions.UNFOLLOWED,
    meetings.WITHOUT_RECAP,
    sheets.PROPOSED,
    sheets.TO_REVIEW,
    sheets.DRAFTS,
    exchanges.UNANSWERED,
    exchanges.WITH_A_LEAD,
    exchanges.REPORTED,
    sheets.INCOMPLETE,
    sheets.UNTOUCHED,
    sheets.DEAD_LINKS,
    sheets.LIKELY_DUPLICATES,
    meetings.DOUBTFUL_FIGURES,
    meetings.DOUBTFUL_CAMPAIGNS,
    meetings.NEVER_MET,
]


def context(request):
    """The panels of the home page, and the titles of those where nothing awaits."""
    panels = [panel for panel in PANELS if panel.follow_ups(request)]
    counts = count_all(request, [part for panel in panels for part in panel.follow_ups(request)])
    shown = {panel.title: panel.show(request, counts) for panel in panels}
    return {
        "panels": [panel for panel in shown.values() if panel],
        "quiet_panels": [title.lower() for title, panel in shown.items() if not panel],
    }


def count_all(request, follow_ups):
    """{follow-up: number of records}, by a single query."""
    if not follow_ups:
        return {}
    queries = [
        part.queryset(request)
        .order_by()
        .annotate(part=Value(number))
        .values("part")
        .annotate(total=Count("pk"))
        .values_list("part", "total")
        for number, part in enumerate(follow_ups)
    ]
    found = dict(queries[0].union(*queries[1:], all=True))
    return {part: found.get(number, 0) for number, part in enumerate(follow_ups)}
