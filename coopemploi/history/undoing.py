"""Undoing what one operation changed of many records."""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from .restoring import CannotRestoreError, draft, save
from .tracking import CHANGED, operation, records_of


@dataclass
class Undoing:
    """What undoing an operation brings back, and what changed since."""

    drafts: list = field(default_factory=list)
    left_out: list = field(default_factory=list)  # (version, why) pairs


def plan_undoing(model, key):
    """How to put back the records of a model that an operation changed."""
    versions = records_of(model).versions.objects
    plan = Undoing()
    changed = versions.filter(operation=key, history_type=CHANGED).order_by("history_id")
    later = versions.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"))
    before = versions.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    changed = list(
        changed.annotate(
            is_overtaken=Exists(later),
            previous=Subquery(before.order_by("-history_id").values("pk")[:1]),
        )
    )
    previous = versions.in_bulk([version.previous for version in changed])
    for version in changed:
        if version.is_overtaken:
            plan.left_out.append((version, "changé depuis"))
            continue
        try:
            plan.drafts.append(draft(previous[version.previous]))
        except CannotRestoreError as error:
            plan.left_out.append((version, str(error)))
    return plan


def undo(model, key, *, allowed, check):
    """Put back what an operation changed; return the Undoing.

    `allowed` says of a record whether the person may change it; `check` raises
    CannotRestoreError for a record put back where they may not.
    """
    with transaction.atomic(), operation("Action annulée"):
        touched = records_of(model).versions.objects.filter(operation=key).values("id")
        list(model._base_manager.select_for_update().filter(pk__in=touched))
        plan = plan_undoing(model, key)
        drafts, plan.drafts = plan.drafts, []
        for result in drafts:
            if not allowed(result.record):
                plan.left_out.append((result.version, "hors de vos droits"))
                continue
            try:
                with transaction.atomic():
                    save(result)
                    check(result.record)
            except CannotRestoreError as error:
                plan.left_out.append((result.version, str(error)))
            else:
                plan.drafts.append(result)
    return plan
