"""Who was there, proposed from who spoke and contributed, with the stage of each that day."""

from dataclasses import dataclass

from django.db import transaction

from territories.models import Actor, Territory

from .models import Attendance

Status = Attendance.Status
EXPECTED = (Status.INVITED, Status.REGISTERED)


@dataclass
class Proposal:
    """An actor or a territory to note as present, or a stage to note of one that was."""

    owner: Actor | Territory
    why: str
    stage: str
    attendance: Attendance | None = None

    @property
    def key(self):
        return f"{self.owner._meta.model_name}-{self.owner.pk}"

    @property
    def is_of_a_stage(self):
        return self.attendance is not None and self.attendance.status not in EXPECTED


def proposals_for(event):
    """The presences to note, then the stages; by name, in a fixed number of queries."""
    noted = {}  # a person present says nothing of the presence of their actor
    for attendance in event.attendances.filter(person=None).select_related("actor", "territory"):
        noted[attendance.actor or attendance.territory] = attendance
    proposals = [
        Proposal(owner, why, "", noted.get(owner))
        for owner, why in _met(event).items()
        if owner not in noted or noted[owner].status in EXPECTED
    ]
    proposals += [
        Proposal(owner, f"noté « {attendance.get_status_display()} », sans étape", "", attendance)
        for owner, attendance in noted.items()
        if attendance.status in (Status.PRESENT, Status.REPRESENTED) and not attendance.stage
    ]
    stages = _stages([proposal.owner for proposal in proposals], event)
    for proposal in proposals:
        proposal.stage = stages.get(proposal.owner, "")
    kept = [proposal for proposal in proposals if proposal.stage or not proposal.is_of_a_stage]
    return sorted(kept, key=lambda each: (each.is_of_a_stage, each.owner.name))


def _met(event):
    """{actor or territory: why it seems to have been there}."""
    found = {}
    for entry in event.round_table_entries.select_related("actor", "territory"):
        if owner := entry.actor or entry.territory:
            found[owner] = "contribution au tour de table"
    for appearance in event.appearances.select_related("person").prefetch_related("actors"):
        for actor in appearance.actors.all():
            found.setdefault(actor, f"intervention de {appearance.person}")
    return found


def _stages(owners, event):
    """Of each owner, its stage that day; a territory takes that of its only project."""
    day = event.start.latest if event.start else None
    actors = Actor.objects.with_stage(day).exclude(stage_changes=None)
    own = actors.filter(pk__in=[owner.pk for owner in owners if isinstance(owner, Actor)])
    stages = {actor: actor.stage or "" for actor in own}
    places = {owner.pk: owner for owner in owners if isinstance(owner, Territory)}
    projects = {}
    through = actors.filter(territories__in=places).distinct()
    for actor in through.prefetch_related("territories"):
        for territory in actor.territories.all():
            projects.setdefault(territory.pk, []).append(actor.stage or "")
    for pk, found in projects.items():
        if pk in places and len(found) == 1:
            stages[places[pk]] = found[0]
    return stages


@transaction.atomic
def note(event, *, kept):
    """Write the proposals that were kept: pairs of a proposal and its stage."""
    for proposal, stage in kept:
        attendance = proposal.attendance or Attendance(
            event=event, **{proposal.owner._meta.model_name: proposal.owner}
        )
        if attendance.status in EXPECTED:
            attendance.status = Status.PRESENT
        attendance.stage = stage
        attendance.save()
