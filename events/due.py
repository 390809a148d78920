"""What falls due of meetings and of what they retained."""

from coopemploi.due import due

from . import follow_up, registrations, reminders
from .models import RoundTableBatch
from .round_tables import live


@due("tours de table reçus")
def forget_round_tables(at):
    closed = live.close_left_open(at)
    count = RoundTableBatch.objects.forget(at)
    return f"{count} effacés au bout de trente jours, {closed} formulaires fermés"


@due("suivi des actions")
def actions(at):
    return f"{follow_up.ask(at)} personnes interrogées"


@due("places libres")
def give_seats(at):
    return f"{registrations.refill_all()} données à qui attendait"


# Before the reminders: nobody is reminded of a date that they were not told.
@due("rencontres annulées, reportées ou déplacées")
def tell_changes(at):
    return f"{reminders.tell_changes(at)} inscrits prévenus"


@due("rappels de rencontres")
def remind(at):
    return f"{reminders.send_reminders(at)} envoyés"


@due("inscriptions à oublier", is_atomic=True)
def forget(at):
    erased, needs = reminders.forget(at)
    return f"{erased} effacées, {needs} besoins particuliers effacés"
