"""What those who registered are told without asking: it is soon, called off, on again, moved.

Each is written down with the mail that tells it: run twice, it is told once.
"""

import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from coopemploi.dates import Precision
from coopemploi.history.tracking import paused
from coopemploi.mail.models import Refusal
from coopemploi.mail.services import send_mail_later, site_url

from .calendars import attachment
from .models import Event, Registration
from .models.news import changes_since_told
from .models.registration import KNOWN, REMINDERS, TOLD, reminder_day
from .registrations import locked, manage_url

Status = Registration.Status
# Several changes in a row make one mail: it waits until nobody has written for so long.
QUIET = datetime.timedelta(minutes=15)
# Long enough for an attendance certificate, then for a yearly report.
NEEDS_KEPT = datetime.timedelta(days=30)
KEPT = datetime.timedelta(days=365)


def send_reminders(at):
    """Remind those confirmed, a week and a day before; return how many mails."""
    today = timezone.localdate(at)
    sent, soonest = 0, 0
    for field, days in REMINDERS.items():
        events = Event.objects.published().filter(
            state=Event.State.PLANNED,
            start_earliest=F("start_latest"),
            start_earliest__gt=today + datetime.timedelta(days=soonest),
            start_earliest__lte=today + datetime.timedelta(days=days),
        )
        for event in events.select_related("town"):
            if not _is_settled(event, at):
                continue  # what changed is told first
            sent += _remind(event, field, days, at)
        soonest = days
    return sent


def _remind(event, field, days, at):
    """Who registered since the day of the reminder was just told all it says."""
    day = reminder_day(event, days)
    since = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    to_remind = event.registrations.confirmed().exclude(email="")
    to_remind = to_remind.filter(created_at__lt=since, **{field: None})
    days_left = (event.start.earliest - timezone.localdate(at)).days
    files, sent = attachment(event) if to_remind else [], 0
    for registration in to_remind:
        with transaction.atomic():
            # Of two runs at once, one only writes it.
            untold = to_remind.filter(pk=registration.pk)
            if untold.update(**{field: at}):
                context = {"is_tomorrow": days_left == 1, "days": days_left}
                topic = Refusal.Topic.REMINDER
                sent += bool(_tell(registration, event, "reminder", files, context, topic))
    return sent


def tell_changes(at):
    """Tell who registered that the event is called off, on again, or otherwise than they know.

    A draft may have any date: it is told once published again. Return how many mails.
    """
    # Overseas, it may be the day before still: of each, its own hours then decide.
    yesterday, sent = timezone.localdate(at) - datetime.timedelta(days=1), 0
    untold = Registration.objects.active().exclude(email="").select_related("event__town")
    may_differ = Q(event__state=Event.State.PLANNED, event__status=Event.Status.PUBLISHED)
    untold = untold.filter(~Q(told_state=F("event__state")) | may_differ & _not_over(yesterday))
    for registration in untold.order_by("event", "rank"):
        sent += _tell_what_changed(registration, registration.event, at)
    return sent


def awaiting_news(event):
    """How many will be told of what the event says now."""
    if not event.is_published or event.has_ended():
        return 0
    reached = event.registrations.active().exclude(email="")
    if event.is_called_off:
        return sum(_is_turned(each) for each in reached)
    return sum(bool(_is_turned(each) or changes_since_told(each)) for each in reached)


def _is_turned(registration):
    return registration.told_state != registration.event.state


def _tell_what_changed(registration, event, at):
    """Return whether a mail left."""
    is_turned = _is_turned(registration)
    changes = changes_since_told(registration)
    is_noted = registration.told_start and registration.told_practical
    # One whose hour is set right afterwards is no news either.
    is_late = event.has_ended(at) and not is_turned
    if is_late or (is_noted and not (is_turned or changes)) or not _is_settled(event, at):
        return False
    known = {name: getattr(registration, name) for name in KNOWN}
    found = Registration.objects.active().filter(pk=registration.pk, **known)
    if not (is_turned or changes):  # registered before all that was noted
        registration.know_event()
        found.update(**{name: getattr(registration, name) for name in KNOWN})
        return False
    registration.know_event(at)
    with transaction.atomic():
        # Of two runs at once, one only writes it.
        told = found.update(**{name: getattr(registration, name) for name in TOLD})
        # Of a postponed event, they were promised news, whatever date it had.
        is_promised = known["told_state"] == Event.State.POSTPONED and event.is_called_off
        if not told or (event.has_ended(at) and not is_promised):
            return False
        template = f"event_{event.state}" if is_turned else "event_moved"
        has_seat = registration.status == Status.CONFIRMED
        context = {
            "changes": changes,
            "is_moved": any(change.is_of_date for change in changes),
            "has_date": event.start.precision is not Precision.UNKNOWN,
            "shows_link": has_seat,
            "is_deleted": False,
        }
        files = attachment(event) if has_seat else []
        return bool(_tell(registration, event, template, files, context))


@transaction.atomic
def call_off(event, at=None):
    """Tell who awaits an event, about to be deleted, that it is cancelled; return how many mails.

    The bin then keeps it cancelled: brought back, it says what they know. One that was never
    public is awaited by nobody.
    """
    at = at or timezone.now()
    now = locked(event)
    untold = now.registrations.active().exclude(told_state=Event.State.CANCELLED)
    untold = list(untold.exclude(email="").order_by("rank", "pk"))
    if not untold or not now.was_shown or now.has_ended(at):
        return 0
    if now.state != Event.State.CANCELLED:
        now.cancel()
    event.state = now.state  # its last version is what is about to be deleted
    return sum(_tell_deleted(registration, now) for registration in untold)


def _tell_deleted(registration, event):
    files = attachment(event) if registration.status == Status.CONFIRMED else []
    return bool(_tell(registration, event, "event_cancelled", files, {"is_deleted": True}))


def _is_settled(event, at):
    """Has nobody changed it for a while? On its eve nobody waits for that."""
    eve = reminder_day(event, days=1)
    is_soon = eve is not None and eve <= timezone.localdate(at)
    return is_soon or event.updated_at <= at - QUIET


def _not_over(today):
    """One whose date is set right afterwards, or typed wrong, is no news."""
    return (
        Q(event__end_latest__gte=today)
        | Q(event__end_latest=None, event__start_latest__gte=today)
        | Q(event__end_latest=None, event__start_latest=None)
    )


def _tell(registration, event, template, files, context, topic=""):
    return send_mail_later(
        to=registration.email,
        template=f"registrations/{template}",
        context={
            "event": event,
            "is_waiting": registration.status == Status.WAITING,
            "event_url": site_url(event.get_absolute_url()),
            "manage_url": site_url(manage_url(registration)),
            **context,
        },
        topic=topic,
        attachments=files,
    )


def forget(at):
    """Erase what people said when they registered, once it is of no more use.

    Their needs a month after the event, all the rest a year after, versions included. An
    event of unknown date counts from the registration. Return (registrations, needs) erased.
    """
    old = _registered_for_events_before(at, KEPT)
    events = set(old.values_list("event", flat=True))
    with transaction.atomic(), paused():
        erased = old.delete()[1].get("events.Registration", 0)
        kept = Registration.objects.filter(event__in=events).values("pk")
        Registration.history.filter(event_id__in=events).exclude(id__in=kept).delete()
        needs = _registered_for_events_before(at, NEEDS_KEPT).exclude(access_needs="")
        return erased, needs.update(access_needs="")


def _registered_for_events_before(at, kept):
    day = timezone.localdate(at) - kept
    over = Event.objects.filter(Q(end_latest__lt=day) | Q(end_latest=None, start_latest__lt=day))
    undated = Q(event__end_latest=None, event__start_latest=None, created_at__lt=at - 2 * kept)
    return Registration.objects.filter(Q(event__in=over.values("pk")) | undated)
