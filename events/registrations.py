"""Registrations: taken, changed, cancelled; a seat set free goes to the first who waits.

All that counts seats is done with the event locked: two people who ask for the last one at
the same instant are told in turn.
"""

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from coopemploi.links import SignedLink
from coopemploi.mail.services import send_mail_later, site_url
from territories.participants import addresses_of
from territories.time_zones import days_around

from .calendars import attachment
from .models import Event, Registration
from .models.registration import TOLD

Status = Registration.Status
ASKED = (Status.CONFIRMED, Status.WAITING)

# Long enough for a meeting announced a year ahead.
MANAGE = SignedLink("registration", max_age=datetime.timedelta(days=400))


def locked(event):
    """The event as it is now, nobody else counting its seats until the end of the transaction."""
    return Event.objects.select_for_update(no_key=True).get(pk=event.pk)


def lock_events(keys):
    """Lock several in one order: before their registrations, as whoever gives a seat back does."""
    list(Event.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


@transaction.atomic
def register(*, event, email, answers, at=None):
    """Give `email` a seat, or a place in the waiting list; a mail, and it alone, says which.

    An address already registered keeps what it said, and is mailed so. `answers` are other
    fields of a registration. Return the registration; raise Event.DoesNotExist.
    """
    event = locked(event)
    email = email.lower()
    registration = Registration.objects.filter(event=event, email=email).first()
    if registration and registration.is_active:
        _write(registration, event, "already")
        return registration
    registration = registration or Registration(event=event, email=email)
    for name, value in answers.items():
        setattr(registration, name, value)
    fill_seats(event)
    has_seat = free_seats(event) is None or free_seats(event) > 0
    registration.status = Status.CONFIRMED if has_seat else Status.WAITING
    registration.rank = event.registrations.next_rank()
    registration.presence = ""
    registration.consented_at = registration.created_at = at or timezone.now()
    registration.event = event
    registration.know_event()
    registration.save()
    _write(registration, event, registration.status)
    return registration


def free_seats(event):
    """How many seats nobody has; None when there is no limit."""
    if event.capacity is None:
        return None
    return max(event.capacity - event.registrations.confirmed().count(), 0)


def is_overbooked(event):
    """Whether more people have a seat than there are: only the team gives one too many."""
    return event.capacity is not None and event.registrations.confirmed().count() > event.capacity


def fill_seats(event, *, untold=None):
    """Give the free seats of a `locked` event to those who wait, in order, by mail.

    No mail for `untold`, whom the caller writes to. Return how many got one.
    """
    is_awaited = event.is_published and not event.is_called_off and not event.has_ended()
    if not event.needs_registration or not is_awaited:
        return 0
    promoted = list(event.registrations.waiting()[: free_seats(event)])
    for registration in promoted:
        registration.status, registration.event = Status.CONFIRMED, event
        registration.know_event(timezone.now())  # the mail says it all
        registration.save(update_fields=["status", *TOLD])
        if registration.email and registration != untold:
            _write(registration, event, "promoted")
    return len(promoted)


@transaction.atomic
def answer(registration, answers):
    """Say something else of oneself; raise Registration.DoesNotExist once the team deleted it."""
    Registration.objects.select_for_update().get(pk=registration.pk).answer(**answers)


@transaction.atomic
def cancel(registration):
    """Give a seat, or a place in the waiting list, back."""
    try:
        event = locked(registration.event)
        registration.refresh_from_db()
    except (Event.DoesNotExist, Registration.DoesNotExist):  # the team deleted it meanwhile
        return
    if not registration.is_active:
        return
    registration.status = Status.CANCELLED
    registration.save(update_fields=["status"])
    if registration.email:
        _write(registration, event, "cancelled")
    fill_seats(event)


@transaction.atomic
def follow_address(*, former, address):
    """Give the registrations of a `former` address, for what is to come, to another of the same
    person; return how many. Where that one is registered too, nothing changes; where it no
    longer is, what was cancelled leaves its place."""
    coming = Event.objects.upcoming_there(**days_around())
    theirs = Registration.objects.filter(email=address.lower())
    found = Registration.objects.active().filter(email=former.lower(), event__in=coming)
    found = found.exclude(Exists(theirs.active().filter(event=OuterRef("event"))))
    lock_events(found.values_list("event", flat=True))
    moved = list(found)
    theirs.filter(event__in=[each.event_id for each in moved]).delete()
    for registration in moved:
        registration.email = address.lower()
        registration.save(update_fields=["email"])
    return len(moved)


def tell_decided_by_team(registration, *, was):
    """Tell what the team made of a seat, or of a place in the waiting list.

    `was` is the registration as it stood, None when the team has just written it. An address
    that was mended is told all: nothing came there. Nobody is told of an event that is over, nor
    of one that was never shown; nor of a seat in one that is called off. Return the address
    written to, empty when there is none.
    """
    before, status, told = was and was.status, registration.status, ""
    has_moved = was is not None and was.event_id != registration.event_id
    is_mended = was is not None and was.email.lower() != registration.email.lower()
    if was and registration.email:
        was.email = registration.email
    if before in ASKED and (has_moved or status == Status.CANCELLED) and _is_told(was):
        was.status, told = Status.CANCELLED, was.email
        _write(was, was.event, "cancelled", is_by_team=True)
    is_news = was is None or has_moved or is_mended or status != before
    if not (status in ASKED and is_news and _is_told(registration)):
        return told
    if registration.event.is_called_off:
        if is_mended and not has_moved:  # as who was told nothing: `reminders.tell_changes` will
            registration.told_state = Event.State.PLANNED
            registration.save(update_fields=["told_state"])
        return told
    is_known = was is not None and not has_moved and not is_mended
    is_promoted = is_known and (before, status) == (Status.WAITING, Status.CONFIRMED)
    registration.know_event(timezone.now())
    registration.save(update_fields=TOLD)
    _write(registration, registration.event, "promoted" if is_promoted else status)
    return registration.email


def _is_told(registration):
    event = registration.event
    return registration.email and event.was_shown and not event.has_ended()


@transaction.atomic
def refill(event, *, untold=None):
    """Fill the seats of an event that an animateur changed; return how many were filled."""
    return fill_seats(locked(event), untold=untold)


def refill_all():
    """Fill the seats that any other writing set free; return how many were filled."""
    waited_for = Registration.objects.waiting().order_by().values("event")
    # A draft has no page to lead to.
    events = Event.objects.published().filter(pk__in=waited_for)
    return sum(refill(event) for event in events.order_by("pk"))


def manage_url(registration):
    signed = [registration.pk, _right(registration)]
    return reverse("registration_manage", args=[MANAGE.sign(signed)])


def opened_with(signed):
    """The registration that a link opens; None once it is of another address, or is no more."""
    # Links of before hold a key alone.
    pk, right = signed if isinstance(signed, list) else (signed, None)
    found = Registration.objects.select_related("event__town", "event__source")
    registration = found.filter(pk=pk).first()
    if registration is None or right not in (None, _right(registration)):
        return None
    return registration


def _right(registration):
    """Who was written to by mistake reads no more of a registration once its address is mended."""
    return salted_hmac("events.registrations", registration.email).hexdigest()[:16]


def place_in_queue(registration):
    """1 for the next to have a seat; 0 for who does not wait."""
    if registration.status != Status.WAITING:
        return 0
    # Counted, not looked for: the team may have taken it out of the list since it was read.
    waiting = registration.event.registrations.waiting()
    before = Q(rank__lt=registration.rank) | Q(rank=registration.rank, pk__lt=registration.pk)
    return waiting.filter(before).count() + 1


def own_registrations(event, user):
    """[(registration, place in the waiting list, address where it is changed)] of who is signed in.

    By every address that they proved; none once there is nothing left to change.
    """
    if not user.is_authenticated or event.has_ended() or event.state == Event.State.CANCELLED:
        return []
    own = event.registrations.active().filter(email__in=addresses_of(user))
    return [(each, place_in_queue(each), manage_url(each)) for each in own]


def addresses_of_present(event):
    """The e-mail addresses of the registrations marked present at `event`, each once, sorted.

    Of people who came without registering, those who left an address.
    """
    present = event.registrations.present().exclude(email="")
    return sorted(set(present.values_list("email", flat=True)))


def _write(registration, event, template, *, is_by_team=False):
    """The mails repeat nothing of what was typed: anybody may type anybody's address."""
    is_coming = registration.status == Status.CONFIRMED and template != "cancelled"
    send_mail_later(
        to=registration.email,
        template=f"registrations/{template}",
        context={
            "event": event,
            "is_waiting": registration.status == Status.WAITING,
            "is_by_team": is_by_team,
            "queue": place_in_queue(registration),
            "event_url": site_url(event.get_absolute_url()),
            "manage_url": site_url(manage_url(registration)),
        },
        attachments=attachment(event) if is_coming else (),
    )
