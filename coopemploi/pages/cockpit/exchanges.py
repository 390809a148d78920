"""The needs that await an answer, and the introductions that went wrong."""

from django.utils import timezone

from initiatives.models import Introduction, Need

from .notes import duration, joined
from .panel import FollowUp, Panel, admin_url


def first_unanswered(needs):
    waiting = needs.with_waiting_since().select_related("actor", "person")
    return waiting.order_by("waiting_since", "pk")


def note_unanswered(need):
    days = (timezone.localdate() - need.waiting_since).days
    age = f"depuis {duration(days)}" if days > 0 else "depuis aujourd'hui"
    who = need.actor or need.person
    return joined(age, who and str(who))


def matches_address(request, need):
    """Where what could answer a need is listed, below its long sheet."""
    return f"{admin_url(Need, 'change', need.pk)}#matches-group"


UNANSWERED = Panel(
    key="sans-reponse",
    title="Besoins sans réponse",
    hint="Le plus ancien d'abord.",
    head=FollowUp(Need, "sans-reponse"),
    details=(FollowUp(Need, "sans-reponse-depuis-longtemps", "Depuis plus de 90 jours"),),
    first=first_unanswered,
    note=note_unanswered,
)

WITH_A_LEAD = Panel(
    key="pistes",
    title="Besoins avec une piste non traitée",
    hint="Une offre ou une démarche pourrait y répondre : mettre en relation, ou écarter.",
    head=FollowUp(Need, "piste-non-traitee"),
    first=first_unanswered,
    note=note_unanswered,
    address=matches_address,
)


def first_reported(introductions):
    people = introductions.select_related(*Introduction.RECORDS, "asked_by")
    return people.order_by("reported_at", "pk")


def note_reported(introduction):
    return joined(f"le {introduction.reported_at:%d/%m/%Y}", str(introduction.asked_by or ""))


REPORTED = Panel(
    key="signalees",
    title="Mises en relation signalées",
    hint="Quelqu'un s'est plaint du message reçu : le lire, et parler aux personnes.",
    head=FollowUp(Introduction, "signalees"),
    first=first_reported,
    note=note_reported,
)
