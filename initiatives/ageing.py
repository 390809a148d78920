"""« Toujours d'actualité ? »: whom to ask about what, and the signed link of the answer."""

from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from coopemploi.mail.models import Refusal
from coopemploi.mail.services import refuses, send_mail_later, site_url

from .models import Need, Offer

SALT = "initiatives.ageing"
MODELS = {"besoin": Need, "offre": Offer}
LIFE = 60 * 60 * 24 * 120  # seconds: a link outlives the second question


@dataclass(frozen=True)
class Question:
    """What to send: about which record, to which address, with what link."""

    exchange: Need | Offer
    recipient: str
    path: str

    @property
    def link(self):
        return site_url(self.path)


def token_of(exchange):
    """It says the record and its last answer: used once, it is of no use again."""
    return signing.dumps([_kind(exchange), exchange.pk, _state_of(exchange)], salt=SALT)


def exchange_of(token):
    """The record of a token that may still answer, None otherwise."""
    try:
        kind, pk, state = signing.loads(token, salt=SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    exchange = MODELS[kind].objects.published().filter(pk=pk).first()
    return exchange if exchange and _state_of(exchange) == state else None


def due_questions(at=None):
    """The questions to ask on the day `at` (today), of those whose author has an address.

    Who refuses these mails is not asked: they are not silent.
    """
    return [
        Question(
            exchange,
            exchange.person.email,
            reverse("exchange_still_needed", args=[token_of(exchange)]),
        )
        for model in MODELS.values()
        for exchange in model.objects.due_for_question(at).select_related("person").order_by("pk")
        if exchange.person
        and exchange.person.email
        and not refuses(exchange.person.email, Refusal.Topic.FRESHNESS)
    ]


def ask(at):
    """Mail the questions due at the time `at`, one mail an address; return how many questions."""
    day = timezone.localdate(at)
    addresses = sorted({question.recipient.lower() for question in due_questions(day)})
    return sum(_ask_all(address, day) for address in addresses)


@transaction.atomic
def _ask_all(address, day):
    """Locked first, then read again: another run may just have asked."""
    for model in MODELS.values():
        list(model.objects.filter(person__email__iexact=address).select_for_update(of=("self",)))
    questions = [each for each in due_questions(day) if each.recipient.lower() == address]
    if not questions:
        return 0
    send_mail_later(
        to=address,
        template="still_needed",
        context={"questions": questions},
        topic=Refusal.Topic.FRESHNESS,
    )
    for question in questions:
        question.exchange.note_question(day)
    return len(questions)


def put_silent_to_rest(at=None):
    """Let rest what nobody answered about twice, on the day `at` (today); return how many."""
    silent = [exchange for model in MODELS.values() for exchange in model.objects.silent(at)]
    for exchange in silent:
        exchange.rest()
    return len(silent)


def _kind(exchange):
    return "besoin" if isinstance(exchange, Need) else "offre"


def _state_of(exchange):
    return f"{exchange.state} {exchange.last_confirmed_on or ''}"
