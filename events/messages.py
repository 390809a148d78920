"""What whoever prepares an event writes to those who registered: one mail each."""

import datetime

from django.db import models, transaction
from django.utils import timezone
from post_office.models import Email

from coopemploi.mail.services import send_mail_later, site_url

from .models import Registration
from .registrations import locked, manage_url

# The very same, sent again meanwhile by a second touch, is not written twice.
ONCE_IN = datetime.timedelta(hours=1)


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


@transaction.atomic
def write(*, event, groups, subject, text, reply_to):
    """Queue a message for each address of the groups; return how many."""
    event = locked(event)
    recent = Email.objects.filter(subject=subject, created__gte=timezone.now() - ONCE_IN)
    written = {address for email in recent if text in email.message for address in email.to}
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
            to=address, template="registrations/message", context=context, reply_to=reply_to
        )
    return len(reached)
