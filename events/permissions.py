"""What leads from meetings, and what comes out of them, to a perimeter."""

from coopemploi.permissions import editing_rule
from territories.models import Mandate
from territories.permissions import lead, perimeter_of

from .models import (
    Action,
    Campaign,
    Evaluation,
    Event,
    FollowUpBody,
    Recap,
    Registration,
    RoundTableEntry,
    Series,
    Session,
)

EVENT = ("territories", "town", "network__territory")


def of_its_event(*others):
    """The territories and the networks of the event of a record."""
    return (*others, *(f"event__{path}" for path in EVENT))


def declare():
    lead(Event, *EVENT, networks=["network"])
    lead(Campaign, "territories")
    lead(Series)
    for model in (Evaluation, Recap, Registration, Session):
        lead(model, *of_its_event(), networks=["event__network"])
    lead(RoundTableEntry, *of_its_event("territory"), networks=["event__network"])
    lead(Action, *of_its_event("territories"), networks=["event__network"])
    lead(FollowUpBody, "territory", "actor__territories")


def can_add_to_event(user, event):
    """Whether what `user` writes may appear on the page of an event: one that they may edit.

    Or one of the perimeter where they contribute: what they propose is published by others.
    """
    found = Event.objects.filter(pk=event.pk)
    reached = perimeter_of(user).within(Event, Mandate.Role.CONTRIBUTOR)
    return editing_rule().editable(found, user).exists() or found.filter(reached).exists()


def can_preview_event(user, event, recap):
    """Whether `user` may edit the event, or the recap that its page will show."""
    return any(
        record is not None
        and user.has_perm(f"events.change_{record._meta.model_name}")
        and editing_rule().editable(type(record).objects.filter(pk=record.pk), user).exists()
        for record in (event, recap)
    )
