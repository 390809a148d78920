"""The meetings before and after one, in its series or else in its network."""

from django.db.models import F, Q, Subquery

from .models import Event


def in_sequence(event, user):
    """What stands just before and just after, as (what it is to it, event); one query at most.

    Nothing where somebody already named what comes before, or after.
    """
    name = next((name for name in ("series", "network") if getattr(event, f"{name}_id")), None)
    day = event.start.latest if event.start else None
    if name is None or day is None:
        return []
    held = Event.objects.visible_to(user).exclude(pk=event.pk)
    held = held.filter(**{name: getattr(event, f"{name}_id")}).exclude(state=Event.State.CANCELLED)
    before = held.filter(start_latest__lt=day).order_by(F("start_latest").desc(), "-pk")
    after = held.filter(start_latest__gt=day).order_by("start_latest", "pk")
    wanted = Q()
    if not event.previous_events.all():
        wanted |= Q(pk=Subquery(before.values("pk")[:1]))
    if not event.next_event_id:
        wanted |= Q(pk=Subquery(after.values("pk")[:1]))
    if not wanted:
        return []
    of_it = "de la série" if name == "series" else "du réseau"
    found = Event.objects.filter(wanted).select_related("town").order_by("start_latest")
    return [
        (f"{'Précédente' if other.start.latest < day else 'Suivante'} {of_it}", other)
        for other in found
    ]
