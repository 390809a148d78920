"""All that the page of an initiative shows, in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, F, Prefetch, Value, When
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from coopemploi.search.text import normalise

from .matches import matches_of
from .models import Initiative, InitiativeLink, Involvement, Resource
from .related import related_to

CLASSIFICATION = ("schemes", "themes", "sectors", "audiences", "obstacles")
Role = Involvement.Role
# Who one asks for first; the others are named further down.
FIRST_ASKED = (Role.CARRIER, Role.PILOT, Role.CO_PILOT)


def sheet_of(slug, user):
    """What the template of the page is given; Http404 when `user` may not see it."""
    initiative = get_object_or_404(with_record(user), slug=slug)
    involvements = list(initiative.involvements.all())
    funders = [each for each in involvements if each.role == Role.FUNDER]
    terms = terms_of(initiative)
    sheet = {
        "initiative": initiative,
        "terms": terms,
        "leaders": [each for each in involvements if each.role in FIRST_ASKED],
        "funders": funders,
        "parties": involvements if any(map(says_more, involvements)) else [],
        "funding": total_of(funders),
        **begun_steps(initiative.steps.all()),
        "documents": documents_of(initiative, user),
        "meetings": meetings_of(initiative, user),
        "actions": initiative.actions.visible_to(user).select_related("event"),
        "matches": matches_of(initiative, user),
        "related": related_to(initiative, user, terms),
    }
    return {**sheet, "contents": contents(**sheet)}


def with_record(user):
    rank = Case(*[When(role=role, then=n) for n, role in enumerate(Role)])
    involvements = Involvement.objects.visible_to(user).select_related("actor")
    return (
        Initiative.objects.visible_to(user)
        .select_related("source", "contact__person", "contact__actor")
        .defer("source__raw_text")
        .prefetch_related(
            "territories",
            "steps",
            "figures",
            Prefetch("involvements", involvements.order_by(rank, "order", "pk")),
        )
    )


def terms_of(initiative):
    """{vocabulary: its terms, in alphabetical order}, in one query."""
    found = {name: [] for name in CLASSIFICATION}
    first, *others = (
        getattr(initiative, name)
        .order_by()
        .values_list(
            Value(name),
            "name",
            "slug",
            F("acronym") if name == "schemes" else Value(""),
        )
        for name in CLASSIFICATION
    )
    for vocabulary, name, slug, acronym in first.union(*others, all=True):
        model = Initiative._meta.get_field(vocabulary).related_model
        short = {"acronym": acronym} if acronym else {}
        found[vocabulary].append(model(name=name, slug=slug, **short))
    for terms in found.values():
        terms.sort(key=lambda term: normalise(str(term)))
    return found


def says_more(involvement):
    """Whether the list of parties adds to what the summary panel says of them."""
    return bool(involvement.note) or involvement.role not in (*FIRST_ASKED, Role.FUNDER)


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


def documents_of(initiative, user):
    """(title, kind in words, address) of its links then of its resources, in one query."""
    links = initiative.links.order_by().values_list(Value(0), "order", "pk", "title", "kind", "url")
    resources = (
        initiative.resources.visible_to(user)
        .order_by()
        .values_list(Value(1), Value(0), "pk", "title", "kind", "slug")
    )
    documents = []
    for is_resource, _, _, title, kind, address in sorted(links.union(resources, all=True)):
        if is_resource:
            kind, address = Resource.Kind(kind).label, reverse("resource_detail", args=[address])
        else:
            kind = InitiativeLink.Kind(kind).label
        documents.append({"title": title, "kind": kind, "address": address})
    return documents


@dataclass
class Meeting:
    """An event where the initiative was told, with what its tour de table said of it."""

    event: object
    items: list = field(default_factory=list)
    is_presented: bool = False


def meetings_of(initiative, user):
    """Where it was told, the latest first and the undated last, in two queries."""
    meetings = {}
    told = initiative.round_table_items.told_to(user).select_related("entry__event__campaign")
    for item in told:
        event = item.entry.event
        meetings.setdefault(event.pk, Meeting(event)).items.append(item)
    for event in initiative.events.visible_to(user).select_related("campaign", "recap"):
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
