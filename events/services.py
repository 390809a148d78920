"""What is written across meetings, actions and initiatives."""

from django.db import transaction

from coopemploi.vocabulary.models import VOCABULARIES
from initiatives.models import Initiative, Involvement

from .models import Action, ActionParty

STAGES = {
    Action.Progress.RETAINED: Initiative.Stage.IDEA,
    Action.Progress.COMMITTED: Initiative.Stage.PLANNED,
    Action.Progress.UNDER_WAY: Initiative.Stage.ONGOING,
    Action.Progress.DONE: Initiative.Stage.COMPLETED,
}
ROLES = {
    ActionParty.Role.CARRIER: Involvement.Role.CARRIER,
    ActionParty.Role.INVOLVED: Involvement.Role.PARTNER,
}


@transaction.atomic
def make_initiative(action, *, by):
    """A draft initiative with all that its action says; the one it became already, if any."""
    action = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if action.initiative:
        return action.initiative
    initiative = Initiative.objects.create(
        title=action.title[:200],
        summary=action.reason[:600],
        body=action.reason if len(action.reason) > 600 else "",
        stage=STAGES.get(action.progress, ""),
        source=action.source,
        created_by=by,
    )
    initiative.territories.set(action.territories.all())
    for name in VOCABULARIES:
        getattr(initiative, name).set(getattr(action, name).all())
    for party in action.parties.all():
        Involvement.objects.create(
            initiative=initiative,
            actor=party.actor,
            label=party.label,
            count=party.count,
            role=ROLES[party.role],
            note=" ; ".join(filter(None, (party.commitment, party.note)))[:300],
            order=party.order,
        )
    action.initiative = initiative
    action.save(update_fields=["initiative", "updated_at"])
    return initiative
