"""The actions that await news."""

from events.models import Action

from .notes import joined
from .panel import FollowUp, Panel


def first_overdue(actions):
    return actions.select_related("event").order_by("due_latest", "pk")


def note_overdue(action):
    return joined(f"échéance : {action.due.label}", action.event and action.event.title)


OVERDUE = Panel(
    key="en-retard",
    title="Actions en retard",
    hint="L'échéance est passée : prendre des nouvelles, ou changer la date.",
    head=FollowUp(Action, "en-retard"),
    first=first_overdue,
    note=note_overdue,
)


def note_unfollowed(action):
    return joined(action.event and action.event.title)


UNFOLLOWED = Panel(
    key="sans-suivi",
    title="Actions sans personne à interroger",
    hint="Le site n'en demandera de nouvelles à personne : nommez qui, dans sa fiche.",
    head=FollowUp(Action, "sans-suivi"),
    first=first_overdue,
    note=note_unfollowed,
)
