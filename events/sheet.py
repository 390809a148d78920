"""All that the page of an event shows, its recap included."""

from collections import Counter, defaultdict

from django.db.models import Prefetch, Q

from coopemploi.gathering import gathered
from coopemploi.publishing import readable, seen
from coopemploi.vocabulary.models import VOCABULARIES
from initiatives.models import Initiative
from initiatives.related import on_same_subjects
from territories.models import Actor, Network, StageChange, Territory

from .evaluations.results import public_results
from .models import (
    Action,
    Appearance,
    Attendance,
    Campaign,
    Event,
    EventActor,
    Recap,
    RoundTableEntry,
    RoundTableItem,
)
from .places import map_of_presences
from .sequence import in_sequence


def sheet_of(event, user):
    """What the template of the page is given, of an event that `with_sheet` read."""
    recap = getattr(event, "recap", None)
    attendances = sorted(event.attendances.all(), key=attendance_rank)
    meetings = [*around(event), *in_sequence(event, user)]
    initiatives = on_same_subjects(event, user, without=event.initiatives.all())
    return {
        "event": event,
        "recap": recap,
        "entries": with_cells(event.round_table_entries.all()),
        "objectives": nested(event.objectives.all()),
        "parties": sorted(event.parties.all(), key=party_rank),
        "attendances": attendances,
        "map": map_of_presences(event, attendances),
        "around": meetings,
        "same_subjects": initiatives,
        "evaluation": public_results(event),
        "contents": contents(event, recap, meetings, initiatives),
        "door": event.door(),
        "is_over": event.is_over(),
        "speakers_title": speakers_title(event),
    }


@gathered(slug=str)
def event_record(user, slug):
    recaps = Recap.objects.visible_to(user)
    return with_sheet(Event.objects.visible_to(user).filter(slug=slug), user, recaps)


def with_sheet(events, user, recaps):
    """All that an event's page shows, one of the `recaps` included."""
    appearances = Appearance.objects.select_related("person", "session").prefetch_related(
        seen("actors", Actor, user)
    )
    attended = Q(actor=None) | readable(user, "actor__") | ~Q(person=None)
    attendances = Attendance.objects.filter(attended).select_related("territory", "person")
    parties = EventActor.objects.visible_to(user)
    entries = RoundTableEntry.objects.filter(event__recap__in=recaps)
    others = Event.objects.visible_to(user).select_related("town")  # whose hours are told
    events = events.with_collecting().with_fullness()
    events = events.select_related("source", "town", "series", "evaluation")
    return events.prefetch_related(
        *VOCABULARIES,
        Prefetch("territories", Territory.objects.named()),
        "figures",
        "evaluation_results",
        "evaluation__questions__tallies",
        "objectives",
        seen("network", Network, user),
        seen("campaign", Campaign, user),
        Prefetch("parent", others),
        Prefetch("children", others),
        Prefetch("next_event", others),
        Prefetch("previous_events", others),
        seen("initiatives", Initiative, user),
        Prefetch("parties", parties.prefetch_related(seen("actor", Actor, user))),
        Prefetch("appearances", appearances),
        Prefetch("attendances", attendances.prefetch_related(seen("actor", Actor, user))),
        *(f"sessions__{name}" for name in VOCABULARIES),
        Prefetch("sessions__appearances", appearances.all()),
        seen("sessions__actions", Action, user),
        Prefetch("actions", Action.objects.visible_to(user).with_card(user)),
        Prefetch("round_table_entries", entries.with_items(user)),
        Prefetch("recap", recaps.with_reading(user)),
    )


def with_cells(entries):
    """The entries, each with its `cells`: every column in order, empty ones too.

    And `is_named_by_people`, where several are of one actor.
    """
    of_actor = Counter(entry.actor for entry in entries)
    for entry in entries:
        entry.is_named_by_people = of_actor[entry.actor] > 1
        by_column = defaultdict(list)
        for item in entry.items.all():
            by_column[item.column].append(item)
        entry.cells = [
            {"label": label, "said": by_column[column]}
            for column, label in RoundTableItem.Column.choices
        ]
    return entries


def nested(objectives):
    """The first objectives, each with its `parts`, at any depth."""
    by_parent = defaultdict(list)
    for objective in objectives:
        by_parent[objective.parent_id].append(objective)
    for objective in objectives:
        objective.parts = by_parent[objective.pk]
    return by_parent[None]


def party_rank(party):
    return EventActor.Role.values.index(party.role)


def attendance_rank(attendance):
    """Those present first, by stage in the order of the choices, without stage last."""
    statuses = [Attendance.Status.PRESENT, *Attendance.Status.values]
    stages = [*StageChange.Stage.values, ""]
    return statuses.index(attendance.status), stages.index(attendance.stage)


def contents(event, recap, meetings, initiatives):
    """The anchors of a long page, as (anchor, label)."""
    parts = [
        ("presentation", "Présentation", event.body),
        ("objectifs", "Objectifs", event.objectives.all()),
        ("chiffres", "En chiffres", event.figures.all()),
        ("programme", "Séquences", event.sessions.all()),
        ("initiatives", "Initiatives présentées", event.initiatives.all()),
        ("compte-rendu", "Compte rendu", recap),
        ("tour-de-table", "Tour de table", event.round_table_entries.all()),
        ("actions", "Actions retenues", event.actions.all()),
        ("evaluation", "Évaluation", event.evaluation_results.all() or public_results(event)),
        ("intervenants", speakers_title(event), event.appearances.all()),
        ("presences", "Qui était là", event.attendances.all()),
        ("memes-sujets", "Sur les mêmes sujets", initiatives),
        ("autour", "Avant et après", meetings),
    ]
    return [(anchor, label) for anchor, label, present in parts if present]


def speakers_title(event):
    is_to_come = (event.start or event.end) and not event.is_over()
    return "Qui intervient" if is_to_come else "Qui est intervenu"


def around(event):
    """The other meetings that an event's page leads to, as (what they are to it, event)."""
    others = [("Fait partie de", event.parent)]
    others += [("Comprend", child) for child in event.children.all()]
    others += [("Rencontre précédente", previous) for previous in event.previous_events.all()]
    others += [("Rencontre suivante", event.next_event)]
    return [(role, other) for role, other in others if other]
