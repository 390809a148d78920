"""All that the page of an initiative shows, in three queries."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, Prefetch, When
from django.utils import timezone

from coopemploi.gathering import first_or_404, gathered
from coopemploi.search.text import normalise
from coopemploi.vocabulary.models import VOCABULARIES

from .matches import shown, shown_matches
from .models import Initiative, Involvement, Resource
from .related import related_to

Role = Involvement.Role


def sheet_of(slug, user):
    """What the template of the page is given; Http404 when `user` may not see it."""
    initiative = first_or_404(record(user, slug=slug))
    involvements = initiative.parties
    funders = [each for each in involvements if each.role == Role.FUNDER]
    sheet = {
        "initiative": initiative,
        "terms": terms_of(initiative),
        "leaders": [each for each in involvements if each.role in Involvement.LEADING],
        "funders": funders,
        "parties": involvements if any(map(says_more, involvements)) else [],
        "funding": total_of(funders),
        **begun_steps(initiative.steps.all()),
        "documents": documents_of(initiative),
        "meetings": meetings_of(initiative),
        "actions": initiative.actions.all(),
        "matches": shown(initiative.shown_matches, Initiative),
        "related": related_to(initiative, user),
    }
    return {**sheet, "contents": contents(**sheet)}


@gathered(slug=str)
def record(user, slug):
    """All that the page says of an initiative, the initiatives near it apart."""
    rank = Case(*[When(role=role, then=n) for n, role in enumerate(Role)])
    involvements = Involvement.objects.visible_to(user).select_related("actor")
    items = Initiative._meta.get_field("round_table_items").related_model.objects
    events = Initiative._meta.get_field("events").related_model.objects.visible_to(user)
    actions = Initiative._meta.get_field("actions").related_model.objects.visible_to(user)
    initiatives = (
        Initiative.objects.visible_to(user)
        .filter(slug=slug)
        .with_reach()
        .select_related("source", "contact__person", "contact__actor")
        .prefetch_related(
            *VOCABULARIES,
            "steps",
            "figures",
            "links",
            Prefetch("involvements", involvements.order_by(rank, "order", "pk"), to_attr="parties"),
            Prefetch("resources", Resource.objects.visible_to(user).order_by("pk")),
            Prefetch(
                "round_table_items",
                items.told_to(user).select_related("entry__event__campaign"),
            ),
            Prefetch("events", events.select_related("campaign", "recap")),
            Prefetch("actions", actions.select_related("event")),
            Prefetch("matches", shown_matches(user), to_attr="shown_matches"),
        )
    )
    return initiatives.with_ties()


def terms_of(initiative):
    """{vocabulary: its terms, in alphabetical order}."""
    return {
        name: sorted(getattr(initiative, name).all(), key=lambda term: normalise(str(term)))
        for name in VOCABULARIES
    }


def says_more(involvement):
    """Whether the list of parties adds to what the summary panel says of them."""
    return bool(involvement.note) or involvement.role not in (*Involvement.LEADING, Role.FUNDER)


def total_of(involvements):
    """The sum of the amounts, None unless there are several to add."""
    amounts = [each.amount for each in involvements if each.amount is not None]
    return sum(amounts) if len(amounts) > 1 else None


def begun_steps(steps, at=None):
    """The dated steps that have begun: the present one, and the first when there was another."""
    today = at or timezone.localdate()
    begun = [step for step in steps if step.date.earliest and step.date.earliest <= today]
    return {
        "present_step": begun[-1] if begun else None,
        "first_step": begun[0] if len(begun) > 1 else None,
    }


def documents_of(initiative):
    """[{title, kind in words, address}] of its links then of its resources."""
    shown = [(each, each.url) for each in initiative.links.all()]
    shown += [(each, each.get_absolute_url()) for each in initiative.resources.all()]
    return [
        {"title": each.title, "kind": each.get_kind_display(), "address": address}
        for each, address in shown
    ]


@dataclass
class Meeting:
    """An event where the initiative was told, with what its tour de table said of it."""

    event: object
    items: list = field(default_factory=list)
    is_presented: bool = False


def meetings_of(initiative):
    """Where it was told, the latest first and the undated last."""
    meetings = {}
    for item in initiative.round_table_items.all():
        event = item.entry.event
        meetings.setdefault(event.pk, Meeting(event)).items.append(item)
    for event in initiative.events.all():
        meetings.setdefault(event.pk, Meeting(event)).is_presented = True
    return sorted(
        meetings.values(),
        key=lambda meeting: (meeting.event.start.latest or date.min, meeting.event.pk),
        reverse=True,
    )


def contents(initiative, terms, parties, documents, meetings, actions, matches, related, **others):
    """The anchors of the page, as (anchor, label), in the order of its sections."""
    parts = [
        ("presentation", "Présentation", initiative.body),
        ("etapes", "Où elle en est", initiative.steps.all()),
        ("chiffres", "Résultats", initiative.figures.all()),
        ("parties", "Qui y prend part", parties),
        ("retenir", "Ce que l'on en retient", initiative.worked or initiative.did_not_work),
        ("freins", "Freins", terms["obstacles"] or initiative.how_overcome),
        ("refaire", "Pour le refaire", initiative.how_to_redo),
        ("documents", "Documents", documents),
        ("rencontres", "Où on en a parlé", meetings or actions),
        ("repondre", "Peut répondre à", matches),
        ("proches", "Initiatives proches", related),
    ]
    return [(anchor, label) for anchor, label, present in parts if present]
