"""What whoever prepares an event writes to those who registered: one mail each."""

import datetime

from django.db import models, transaction
from django.template import Context
from django.template.loader import get_template
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


def beginning(event, text):
    """What is the same for everybody: of two meetings of one name, the date differs."""
    part = get_template("mail/registrations/_event.txt").template
    when_and_where = part.render(Context({"event": event, "shows_link": False}, autoescape=False))
    return f"{text}\n\nLa rencontre :\n\n{when_and_where.strip()}"


@transaction.atomic
def write(*, event, groups, subject, text, reply_to):
    """Queue a message for each address of the groups; return how many.

    Raise Event.DoesNotExist.
    """
    event = locked(event)
    recent = Email.objects.filter(subject=subject, created__gte=timezone.now() - ONCE_IN)
    same = beginning(event, text)
    written = {
        address for email in recent if email.message.startswith(same) for address in email.to
    }
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
