"""What whoever prepares an event writes to those who registered: one mail each."""

import datetime
import hashlib
import json

from django.db import models, transaction
from django.utils import timezone
from post_office.models import Email

from coopemploi.mail.services import send_mail_later, site_url

from .models import Registration
from .models.news import dates_of, practical_of
from .registrations import locked, manage_url

# The very same, sent again meanwhile by a second touch, is not written twice.
ONCE_IN = datetime.timedelta(hours=1)
# Tells which message of which meeting a mail is: its words depend on whom it is for.
MARK = "X-Coopemploi-Message"


class Group(models.TextChoices):
    CONFIRMED = "inscrits", "Inscrits"
    WAITING = "attente", "En attente"
    PRESENT = "presents", "Notés présents"


def addressees(event):
    """{group: its registrations that have an address}, without the groups that have none."""
    reached = Registration.objects.filter(event=event).exclude(email="")
    groups = {
        Group.CONFIRMED: reached.confirmed(),
        Group.WAITING: reached.waiting(),
        Group.PRESENT: reached.present(),
    }
    return {group: list(found) for group, found in groups.items() if found}


def by_address(found, groups):
    """{address: registration} of some groups of `addressees`: each address once."""
    return {each.email: each for group in groups for each in found.get(group, ())}


def mark_of(event, subject, text):
    """What is the same in the mails of a message: what is written, and what it tells of the event.

    Whoever was told another day or another place is told again. Nothing of the address to connect
    to: the mark leaves with the mail, to those too who are not given it.
    """
    practical = {**practical_of(event), "link": ""}
    told = [event.pk, event.title, dates_of(event), practical, subject, text]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@transaction.atomic
def write(*, event, groups, subject, text, reply_to):
    """Queue a message for each address of the groups; return how many.

    Raise Event.DoesNotExist.
    """
    event = locked(event)
    mark = mark_of(event, subject, text)
    recent = Email.objects.filter(created__gte=timezone.now() - ONCE_IN)
    same = recent.filter(**{f"headers__{MARK}": mark})
    written = {address for email in same for address in email.to}
    reached = by_address(addressees(event), groups)
    reached = {address: each for address, each in reached.items() if address not in written}
    for address, registration in reached.items():
        context = {
            "event": event,
            "subject": subject,
            "text": text,
            "shows_link": registration.status == Registration.Status.CONFIRMED,
            "manage_url": "" if event.has_ended() else site_url(manage_url(registration)),
        }
        send_mail_later(
            to=address,
            template="registrations/message",
            context=context,
            reply_to=reply_to,
            headers={MARK: mark},
        )
    return len(reached)
