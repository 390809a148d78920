"""What falls due of needs and offers."""

from django.utils import timezone

from coopemploi.due import due

from . import ageing, introductions


@due("besoins et offres")
def freshness(at):
    asked = ageing.ask(at)
    resting = ageing.put_silent_to_rest(timezone.localdate(at))
    return f"{asked} questions posées, {resting} mis en sommeil"


@due("mises en relation")
def introductions_due(at):
    asked = introductions.follow_up(at)
    closed = introductions.close_unanswered(at)
    erased = introductions.forget(at)
    return f"{asked} suivies, {closed} sans réponse closes, {erased} anciennes effacées"
