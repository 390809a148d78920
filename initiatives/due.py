"""What falls due of needs and offers."""

from django.utils import timezone

from coopemploi.due import due

from . import ageing


@due("besoins et offres")
def freshness(at):
    asked = ageing.ask(at)
    resting = ageing.put_silent_to_rest(timezone.localdate(at))
    return f"{asked} questions posées, {resting} mis en sommeil"
