"""What falls due of meetings and of what they retained."""

from coopemploi.due import due

from . import follow_up
from .models import RoundTableBatch


@due("tours de table reçus")
def forget_round_tables(at):
    count = RoundTableBatch.objects.forget(at)
    return f"{count} effacés au bout de trente jours"


@due("suivi des actions")
def actions(at):
    return f"{follow_up.ask(at)} personnes interrogées"
