"""The links of an evaluation, and what an answer writes: see docs/evaluation.md."""

import random
import secrets

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import salted_hmac

from coopemploi.links import SignedLink
from coopemploi.mail.models import Refusal
from coopemploi.mail.services import send_mail_later, site_url

from ..models import Evaluation, Question, Remark, SpentLink, Tally

# Without an age: an evaluation is closed by hand.
LINK = SignedLink("evaluation")


class ClosedError(Exception):
    """An answer to an evaluation that takes no more."""


class SpentError(Exception):
    """A second answer by the same link."""


def link_for_address(evaluation, address):
    """The one link of an address, the same each time: nobody answers twice by being asked twice.

    It is made from the address by a secret key, so that the address need not be kept.
    """
    return _link(evaluation, _mac("address", f"{evaluation.pk}:{address.strip().lower()}"))


def anonymous_links(evaluation, count):
    """Links to print or to hand out, each to whoever takes it."""
    return [_link(evaluation, secrets.token_hex(32)) for _ in range(count)]


def _link(evaluation, right):
    return site_url(reverse("evaluation_answer", args=[LINK.sign([evaluation.pk, right])]))


def _mac(purpose, value):
    return salted_hmac(f"events.evaluations.{purpose}", value, algorithm="sha256").hexdigest()


@transaction.atomic
def send(evaluation, addresses):
    """Mail each address its link; the addresses are not kept. Return how many mails left."""
    once = dict.fromkeys(address.strip().lower() for address in addresses)
    sent = [
        send_mail_later(
            to=address,
            template="evaluation",
            context={"event": evaluation.event, "url": link_for_address(evaluation, address)},
            topic=Refusal.Topic.EVALUATION,
        )
        for address in once
    ]
    return sum(email is not None for email in sent)


def is_spent(evaluation, right):
    return SpentLink.objects.filter(evaluation=evaluation, digest=_mac("spent", right)).exists()


@transaction.atomic
def answer(evaluation, right, answers):
    """Count the `answers`, {question: text}, and spend the right to give any.

    Locked, so that two answers at once count as two. Raise ClosedError or SpentError.
    """
    evaluation = Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
    if not evaluation.is_open:
        raise ClosedError
    if is_spent(evaluation, right):
        raise SpentError
    SpentLink.objects.create(evaluation=evaluation, digest=_mac("spent", right))
    for question, said in answers.items():
        if question.kind == Question.Kind.FREE_TEXT:
            _keep_among_others(question, said)
        else:
            _count(question, said)


def _count(question, value):
    """One more; the row says nothing of who, nor of what else they answered."""
    tally, _ = Tally.objects.get_or_create(question=question, value=value)
    Tally.objects.filter(pk=tally.pk).update(count=F("count") + 1)


def _keep_among_others(question, text):
    """All the texts are written anew, shuffled: where a row lies would tell when it came."""
    texts = [*question.remarks.values_list("text", flat=True), text]
    random.SystemRandom().shuffle(texts)
    question.remarks.all().delete()
    Remark.objects.bulk_create([Remark(question=question, text=each) for each in texts])
