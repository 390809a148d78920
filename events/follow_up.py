"""« Qu'est devenue cette action ? »: whom to ask, when, and what the answers write."""

import datetime
from dataclasses import dataclass, field
from itertools import groupby

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from coopemploi.dates import PartialDate
from coopemploi.links import SignedLink
from coopemploi.mail.models import Refusal
from coopemploi.mail.services import refuses, send_mail_later, site_url
from territories.models import Person

from .models import Action, ActionNote, ActionParty, FollowUpMail

# A link is still good when the next mail comes, and long after.
ANSWER = SignedLink("action-follow-up", max_age=datetime.timedelta(days=400))
FIRST, QUARTER = 30, 90  # days after the action was retained, then each 90
REST = 31  # days between two mails to one person: never more than one a month


@dataclass
class Carrier:
    """An address to ask, the people who have it, and what they answer for."""

    address: str
    people: set = field(default_factory=set)  # their keys
    parties: list = field(default_factory=list)  # one an action
    last_asked: datetime.date | None = None

    def is_due(self, day):
        if self.last_asked and (day - self.last_asked).days < REST:
            return False
        dates = [last_question(retained_on(party.action), day) for party in self.parties]
        return any(date and (not self.last_asked or self.last_asked < date) for date in dates)


def retained_on(action):
    """The day a promise was made: that of its meeting, or of its sheet."""
    event = action.event
    met = event and (event.end_latest or event.start_latest)
    return met or timezone.localdate(action.created_at)


def last_question(retained, day):
    """The last day, on or before `day`, when an action retained then is to be asked about."""
    age = (day - retained).days
    if age < FIRST:
        return None
    days = FIRST if age < QUARTER else age // QUARTER * QUARTER
    return retained + datetime.timedelta(days=days)


def carriers(**conditions):
    """Whoever answers for an action that is public and still to be done."""
    parties = (
        ActionParty.objects.filter(
            action__in=Action.objects.published().still_open(),
            contact__attribution_withdrawn=False,
            **conditions,
        )
        .exclude(contact__email="")
        .select_related("action__event", "contact")
        .order_by("action__due_latest", "action_id", "pk")
    )
    found = {}
    for party in parties:
        address = party.contact.email.lower()
        carrier = found.setdefault(address, Carrier(address))
        carrier.people.add(party.contact_id)
        if all(known.action_id != party.action_id for known in carrier.parties):
            carrier.parties.append(party)
    note_last_asked(found)
    return found


def note_last_asked(found):
    asked = FollowUpMail.objects.values_list("person__email").annotate(last=Max("sent_on"))
    by_address = sorted((address.lower(), last) for address, last in asked)
    for address, rows in groupby(by_address, key=lambda row: row[0]):
        if address in found:
            found[address].last_asked = max(last for _, last in rows)


def ask(at):
    """Mail each carrier due at the time `at`, once for all their actions; return how many."""
    day = timezone.localdate(at)
    due = [address for address, carrier in carriers().items() if carrier.is_due(day)]
    return sum(_ask_one(address, day) for address in sorted(due))


@transaction.atomic
def _ask_one(address, day):
    """Locked first, then read again: another run may just have asked."""
    list(Person.objects.filter(email__iexact=address).select_for_update(of=("self",)))
    carrier = carriers(contact__email__iexact=address).get(address)
    if carrier is None or not carrier.is_due(day) or refuses(address, Refusal.Topic.FOLLOW_UP):
        return False
    send_mail_later(
        to=address,
        template="action_follow_up",
        context={
            "questions": [
                {"action": party.action, "commitment": party.commitment, "url": answer_url(party)}
                for party in carrier.parties
            ]
        },
        topic=Refusal.Topic.FOLLOW_UP,
    )
    FollowUpMail.objects.bulk_create(
        [FollowUpMail(person_id=person, sent_on=day) for person in sorted(carrier.people)]
    )
    return True


def answer_url(party):
    token = ANSWER.sign([party.pk, party.contact_id])
    return site_url(reverse("action_answer", args=[token]))


def party_of(signed):
    """The party that a link answers for; None once somebody else does."""
    party, person = signed
    return (
        ActionParty.objects.filter(pk=party, contact=person, action__in=Action.objects.published())
        .select_related("action__event")
        .first()
    )


@transaction.atomic
def answer(party, *, progress="", text="", at=None):
    """Note what a carrier says of their action; said twice on a day, it is noted once."""
    action = Action.objects.select_for_update().get(pk=party.action_id)
    today = at or timezone.localdate()
    note = {
        "date": PartialDate.parse(today.isoformat()),
        "text": text,
        "progress": progress,
        "said_by_carrier": True,
    }
    if not action.notes.filter(**note).exists():
        ActionNote.objects.create(action=action, **note)
    if progress:
        action.move(progress)
