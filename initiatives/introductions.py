"""Putting two people in touch, through the site: each learns the address of the other once
both have agreed, and a third person learns nothing."""

import datetime

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from coopemploi.links import SignedLink
from coopemploi.mail.models import Refusal
from coopemploi.mail.services import refuses, send_mail_later, site_url
from territories.participants import address_of, person_of

from .models import (
    Initiative,
    Introduction,
    IntroductionBlock,
    Involvement,
    Match,
    Need,
)
from .models.introduction import ANSWER_TIME

ANSWER = SignedLink("introduction-answer", max_age=ANSWER_TIME)
OUTCOME = SignedLink("introduction-outcome", max_age=datetime.timedelta(days=90))
DAY = datetime.timedelta(days=1)
# So many requests a day: from a participant, from an animateur, to anybody.
PER_PARTICIPANT, PER_ANIMATEUR, PER_RECEIVER = 5, 50, 3
Side, Answer, Outcome = Introduction.SIDES, Introduction.Answer, Introduction.Outcome


class TooManyError(Exception):
    """Who asks wrote to enough people today."""


class TooManyReceivedError(Exception):
    """One of the people was written to enough today, whoever asks."""


def named_in(record):
    """The person whom a need, an offer or an initiative names; None when it names nobody."""
    if isinstance(record, Initiative):
        return record.contact and record.contact.person
    return record.person


def actors_of(record):
    """The actor of a need or an offer; those who lead an initiative."""
    if isinstance(record, Initiative):
        led = record.involvements.filter(role__in=Involvement.LEADING).exclude(actor=None)
        return [each.actor for each in led.select_related("actor")]
    return [record.actor] if record.actor else []


def members_of(record):
    """Those who belong to the actors of a record, whoever came first first."""
    found = []
    for actor in actors_of(record):
        belongings = actor.belongings.approved().order_by("asked_at", "pk")
        found += [each.person for each in belongings.select_related("person__user")]
    return found


def is_concerned(person, record):
    return person == named_in(record) or person in members_of(record)


def answering_for(record, but=None):
    """Whom to write to about a record: who is named there, else the first of the actor's members
    that one can write to."""
    known = [named_in(record), *members_of(record)]
    return next((each for each in known if each and each != but and address_of(each)), None)


def people_of(match):
    """{side: the person whom the record names}, where one can be written to."""
    found = {"seeker": named_in(match.need), "helper": named_in(match.candidate)}
    return {side: person for side, person in found.items() if person and address_of(person)}


def records_of(match):
    return {"seeker": match.need, "helper": match.candidate}


def side_of(match, person):
    """On which side of a match a participant is; None for a third person."""
    if person is None:
        return None
    sides = records_of(match).items()
    return next((side for side, record in sides if is_concerned(person, record)), None)


def people_asked_by(person, side, match):
    """{side: person} when one of the two asks; without the other when nobody answers there."""
    other = next(each for each in Introduction.SIDES if each != side)
    answering = answering_for(records_of(match)[other], but=person)
    return {side: person, **({other: answering} if answering else {})}


def would_receive(introduction, side):
    """Whether one of the two lets the site write to them about this."""
    person, other = introduction.person(side), introduction.other(side)
    is_blocked = IntroductionBlock.objects.filter(by=person, blocked=other).exists()
    return not is_blocked and not refuses(address_of(person), Refusal.Topic.INTRODUCTION)


def has_declined(introduction, side):
    """Whether one of the two already said no to the same."""
    said = {f"{side}_answer": Answer.DECLINED}
    return Introduction.objects.about_the_same(introduction).filter(**said).exists()


def already_open(introduction):
    """The same two people about the same records, waiting for an answer or introduced; or None."""
    return Introduction.objects.open().about_the_same(introduction).first()


@transaction.atomic
def ask(introduction, *, user, is_animateur, at):
    """Write to the two people, or to the other one when one of them asks; return what is kept:
    this, or the same when it is asked already.

    Who refuses, has blocked the other or declined the same is not written to, and nobody is
    told so. Raise TooManyError or TooManyReceivedError.
    """
    if same := already_open(introduction):
        return same
    _check_limits(user, [introduction.seeker, introduction.helper], is_animateur, at)
    introduction.asked_by, introduction.created_at = user, at
    own_side = None if is_animateur else introduction.side_of(person_of(user))
    if own_side:
        setattr(introduction, f"{own_side}_answer", Answer.ACCEPTED)
    try:
        with transaction.atomic():
            introduction.save()
    except IntegrityError:  # asked meanwhile; it may be over as soon
        introduction.pk = None
        return already_open(introduction) or ask(
            introduction, user=user, is_animateur=is_animateur, at=at
        )
    asked = [side for side in Introduction.SIDES if side != own_side]
    if all(
        would_receive(introduction, side) and not has_declined(introduction, side) for side in asked
    ):
        for side in asked:
            _send(introduction, side, "ask", link=ANSWER, page="introduction_answer")
    return introduction


def _check_limits(user, people, is_animateur, at):
    since = at - DAY
    limit = PER_ANIMATEUR if is_animateur else PER_PARTICIPANT
    get_user_model().objects.select_for_update().get(pk=user.pk)
    if Introduction.objects.asked_since(user, since).count() >= limit:
        raise TooManyError
    own = None if is_animateur else person_of(user)
    crowded = any(
        Introduction.objects.received_since(person, since)
        .exclude(asked_by=None)
        .exclude(asked_by=person.user_id)
        .count()
        >= PER_RECEIVER
        for person in people
        if person != own
    )
    if crowded:
        raise TooManyReceivedError


@transaction.atomic
def answer(*, introduction, side, accepts, at):
    """One of the two answers; both agreeing tells each the name and the address of the other."""
    introduction = Introduction.objects.select_for_update().get(pk=introduction.pk)
    if introduction.closed_at or introduction.answer_of(side) != Answer.WAITING:
        return introduction
    introduction.answer(side, Answer.ACCEPTED if accepts else Answer.DECLINED, at)
    if introduction.is_introduced:
        keep_status(introduction)
        for each in Introduction.SIDES:
            _send(introduction, each, "introduced")
    elif introduction.closed_at:
        for each in Introduction.SIDES:
            if introduction.answer_of(each) == Answer.ACCEPTED:
                _send(introduction, each, "closed")
    return introduction


@transaction.atomic
def block(*, introduction, side):
    IntroductionBlock.objects.get_or_create(
        by=introduction.person(side), blocked=introduction.other(side)
    )


@transaction.atomic
def tell_outcome(*, introduction, side, outcome, story=""):
    """What became of it; the need is answered once whoever had it says so."""
    introduction.tell_outcome(side, outcome)
    keep_status(introduction)
    need = introduction.need
    is_answered = side == "seeker" and outcome == Outcome.HELPED
    if need and is_answered and need.state == Need.State.OPEN:
        need.resolve(story, offer=introduction.offer, initiative=introduction.initiative)


def keep_status(introduction):
    """The match follows what the two say of it; it is kept, even if no longer suggested."""
    if introduction.candidate is None:
        return
    Match.objects.update_or_create(
        need=introduction.need,
        offer=introduction.offer,
        initiative=introduction.initiative,
        defaults={"status": introduction.match_status},
    )


def follow_up(at):
    """Ask, once, whether it helped, thirty days after; return how many were asked about."""
    return sum(_follow_up(pk, at) for pk in _keys(Introduction.objects.due_for_follow_up(at)))


@transaction.atomic
def _follow_up(pk, at):
    due = Introduction.objects.due_for_follow_up(at).select_for_update(of=("self",))
    introduction = due.filter(pk=pk).first()
    if introduction is None:
        return 0
    introduction.followed_up_at = at
    introduction.save(update_fields=["followed_up_at"])
    for side in Introduction.SIDES:
        _send(introduction, side, "follow_up", link=OUTCOME, page="introduction_outcome")
    return 1


def close_unanswered(at):
    """Close what nobody answered in time, and tell whoever had agreed; return how many."""
    closed = 0
    for pk in _keys(Introduction.objects.unanswered(at)):
        with transaction.atomic():
            due = Introduction.objects.unanswered(at).select_for_update(of=("self",))
            introduction = due.filter(pk=pk).first()
            if introduction is None:
                continue
            introduction.close(at)
            closed += 1
            for side in Introduction.SIDES:
                if introduction.answer_of(side) == Answer.ACCEPTED:
                    _send(introduction, side, "closed")
    return closed


def forget(at):
    """Erase what was written a year ago; what the matches became stays. Return how many."""
    return Introduction.objects.outdated(at).delete()[1].get(Introduction._meta.label, 0)


def _keys(introductions):
    return list(introductions.order_by("pk").values_list("pk", flat=True))


def of_people(person):
    """The introductions of a person, on either side."""
    return Introduction.objects.filter(Q(seeker=person) | Q(helper=person))


def answer_address(introduction, side):
    """Where one of the two answers, mailed or not; None once they did."""
    if introduction.is_introduced or introduction.answer_of(side) != Answer.WAITING:
        return None
    return _signed(introduction, side, ANSWER, "introduction_answer")


def _signed(introduction, side, link, page):
    return reverse(page, args=[link.sign([introduction.pk, side])])


def _send(introduction, side, template, *, link=None, page=None):
    """Mail one of the two; the address of the other is in no mail but the one that introduces."""
    person, other = introduction.person(side), introduction.other(side)
    address = address_of(person)
    if not address:
        return
    context = {
        "introduction": introduction,
        "is_seeker": side == "seeker",
        "other_name": other.public_name,
    }
    if template == "introduced":
        context |= {"other_name": other.full_name, "other_address": address_of(other)}
    if link:
        context["link"] = site_url(_signed(introduction, side, link, page))
    topic = Refusal.Topic.INTRODUCTION if link else ""
    send_mail_later(to=address, template=f"introductions/{template}", context=context, topic=topic)
