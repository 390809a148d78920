"""What falls due of what participants propose."""

from ..due import due
from . import services


@due("propositions")
def proposals(at):
    return f"{services.tell_reviewers(at)} animateurs prévenus"
