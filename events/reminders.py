"""What those who registered are told without asking: it is soon, called off, on again, moved.

Each is written down with the mail that tells it: run twice, it is told once.
"""

import datetime

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from coopemploi.history.tracking import paused
from coopemploi.mail.models import Refusal
from coopemploi.mail.services import send_mail_later, site_url

from .calendars import attachment
from .models import Event, Registration
from .models.registration import dates_of
from .registrations import MANAGE

# How many days before; the last first, so that who is told for tomorrow is not told twice.
REMINDERS = {"day_reminder_at": 1, "week_reminder_at": 7}
# Long enough for an attendance certificate, then for a yearly report.
NEEDS_KEPT = datetime.timedelta(days=30)
KEPT = datetime.timedelta(days=365)


def send_reminders(at):
    """Remind those confirmed, a week and a day before; return how many mails."""
    today = timezone.localdate(at)
    sent, soonest = 0, 0
    for field, days in REMINDERS.items():
        events = Event.objects.published().filter(
            needs_registration=True,
            state=Event.State.PLANNED,
            start_earliest=F("start_latest"),
            start_earliest__gt=today + datetime.timedelta(days=soonest),
            start_earliest__lte=today + datetime.timedelta(days=days),
        )
        for event in events.select_related("town"):
            sent += _remind(event, field, days, at)
        soonest = days
    return sent


def _remind(event, field, days, at):
    """Who registered since the day of the reminder was just told all it says."""
    day = _reminder_day(event, days)
    since = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    to_remind = event.registrations.confirmed().exclude(email="")
    to_remind = to_remind.filter(created_at__lt=since, **{field: None})
    days_left = (event.start.earliest - timezone.localdate(at)).days
    files, sent = attachment(event), 0
    for registration in to_remind:
        with transaction.atomic():
            # Of two runs at once, one only writes it.
            untold = Registration.objects.filter(pk=registration.pk, **{field: None})
            if untold.update(**{field: at}):
                context = {"is_tomorrow": days_left == 1, "days": days_left}
                topic = Refusal.Topic.REMINDER
                sent += bool(_tell(registration, event, "reminder", files, context, topic))
    return sent


def _reminder_day(event, days):
    return event.start.earliest - datetime.timedelta(days=days)


def tell_changes(at):
    """Tell who registered that the event is called off, on again or moved; return how many mails.

    A draft may have any date: it is told once published again.
    """
    today, sent = timezone.localdate(at), 0
    waiting = Registration.objects.active().exclude(email="").select_related("event__town")
    may_have_moved = Q(event__state=Event.State.PLANNED, event__status=Event.Status.PUBLISHED)
    waiting = waiting.filter(~Q(told_state=F("event__state")) | may_have_moved & _not_over(today))
    for registration in waiting.order_by("event", "rank"):
        event = registration.event
        known = registration.told_state, registration.told_start
        if known == (event.state, dates_of(event)):
            continue
        with transaction.atomic():
            found = Registration.objects.filter(pk=registration.pk)
            found = found.filter(told_state=known[0], told_start=known[1])
            if known == (event.state, ""):  # registered before dates were noted
                found.update(told_start=dates_of(event))
                continue
            told = found.update(
                told_state=event.state, told_start=dates_of(event), **_reminders_spent(event, at)
            )
            if told and not event.is_over(today):
                template = "event_moved" if known[0] == event.state else f"event_{event.state}"
                is_coming = registration.status == Registration.Status.CONFIRMED
                files = attachment(event) if is_coming else []
                sent += bool(_tell(registration, event, template, files, {}))
    return sent


def _not_over(today):
    """One whose date is set right afterwards, or typed wrong, is no news."""
    return (
        Q(event__end_latest__gte=today)
        | Q(event__end_latest=None, event__start_latest__gte=today)
        | Q(event__end_latest=None, event__start_latest=None)
    )


def _reminders_spent(event, at):
    """The reminders of the former date count no more; one due already has its news in the mail."""
    if event.start.earliest is None:
        return dict.fromkeys(REMINDERS)
    today = timezone.localdate(at)
    return {
        field: at if _reminder_day(event, days) <= today else None
        for field, days in REMINDERS.items()
    }


def _tell(registration, event, template, files, context, topic=""):
    manage = reverse("registration_manage", args=[MANAGE.sign(registration.pk)])
    return send_mail_later(
        to=registration.email,
        template=f"registrations/{template}",
        context={
            "event": event,
            "event_url": site_url(event.get_absolute_url()),
            "manage_url": site_url(manage),
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
