"""What falls due of what participants propose, and of their accounts."""

import datetime

from ..due import due
from . import services
from .models import Proposal

PROPOSER_KEPT = datetime.timedelta(days=365)


@due("propositions")
def proposals(at):
    told = services.tell_reviewers(at)
    forgotten = Proposal.objects.older_than(at - PROPOSER_KEPT).update(name="", email="")
    return f"{told} animateurs prévenus, {forgotten} auteurs oubliés"


@due("comptes inactifs")
def inactive_accounts(at):
    warned = services.warn_inactive(at)
    return f"{warned} avertis, {services.forget_inactive(at)} effacés"
