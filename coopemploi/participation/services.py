"""What participants do, and what becomes of it."""

import datetime

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from events import registrations
from events.models import Event, Registration, RoundTableBatch
from events.round_tables.live import FILL
from initiatives.introductions import of_people
from initiatives.models import Initiative, Introduction, Involvement
from territories.models import Position
from territories.participants import address_of, addresses_of, person_of
from territories.permissions import perimeter_of
from territories.time_zones import days_around

from ..admin import OutOfReachError
from ..dates import PartialDate
from ..mail.models import Refusal
from ..mail.services import send_mail_later, site_url
from ..permissions import editing_rule
from ..publishing import Publishable
from .erasure import forget_addresses, forget_person, written_as
from .models import Belonging, Proposal

User = get_user_model()
BETWEEN_NEWS = datetime.timedelta(hours=20)  # to animateurs, of what awaits their decision
INACTIVE = datetime.timedelta(days=3 * 365)  # since the last sign-in
NOTICE = datetime.timedelta(days=30)
NOT_SHOWN = (
    "Votre nouvelle adresse n'est montrée à personne : votre profil permet de la montrer, comme "
    "l'ancienne l'était."
)


class AlreadyDecidedError(Exception):
    """Somebody else decided on it first."""


# The address


def follow_address(sender, *, request, user, from_email_address=None, email_address=None, **kwargs):
    """One is written to at the main address, when the former was changed or taken away.

    Who agreed that everybody reads the former said nothing of another. Where one is to come, by
    an address that one had proved and takes away, follows too if one says so: a mailbox that
    several read registers others.
    """
    former, person = from_email_address or email_address, person_of(user)
    if former and person and person.email.lower() == former.email.lower():
        if person.email_is_public:
            messages.info(request, NOT_SHOWN)
        person.email, person.email_is_public = user.email, False
        person.save(update_fields=["email", "email_is_public"])
    keeps = email_address and email_address.verified and "garder" in request.POST
    if keeps and user.email.lower() in addresses_of(user):
        count = registrations.follow_address(former=email_address.email, address=user.email)
        s, ent = ("s", "ent") if count > 1 else ("", "e")
        if count:
            said = f"{count} inscription{s} à venir pass{ent} à {user.email}."
            messages.info(request, said)


# Belonging to an actor


@transaction.atomic
def ask_to_belong(*, person, actor, title):
    """Ask, or ask again after a refusal; what was accepted stays."""
    # Locked, once it is there: asked again twice at once, it is told once.
    belonging, is_new = Belonging.objects.select_for_update().get_or_create(
        person=person, actor=actor, defaults={"title": title}
    )
    if not is_new and belonging.state == Belonging.State.REFUSED:
        belonging.state, belonging.title = Belonging.State.ASKED, title
        belonging.told_at = None
        belonging.save(update_fields=["state", "title", "told_at"])
        is_new = True
    if is_new:
        members = actor.belongings.approved().select_related("person__user")
        for member in members.exclude(person=person):
            _mail(
                address_of(member.person),
                "participation/belonging_asked",
                belonging=belonging,
                link=site_url(reverse("belonging_decide", args=[belonging.pk])),
            )
    return belonging


@transaction.atomic
def decide_belonging(*, belonging, accepts, by, comment):
    """Accept or refuse a request. Raise AlreadyDecidedError when that was done."""
    belonging = Belonging.objects.select_for_update().get(pk=belonging.pk)
    state = Belonging.State.APPROVED if accepts else Belonging.State.REFUSED
    if belonging.state == state:
        raise AlreadyDecidedError
    belonging.decide(state, by=by, comment=comment)
    if accepts:
        held = Position.objects.filter(person=belonging.person, actor=belonging.actor)
        if not held.exists():
            Position.objects.create(
                person=belonging.person, actor=belonging.actor, title=belonging.title
            )
    _mail(
        address_of(belonging.person),
        "participation/belonging_decided",
        belonging=belonging,
        link=site_url(reverse("my_space")),
    )


# Proposals


def locked(proposal):
    """The proposal as it is now, within a transaction: nobody else decides on it until its end,
    nor writes its sheet. Raise AlreadyDecidedError.
    """
    # The sheet first, as a merge does: neither waits for the other for ever.
    if record := proposal.record:
        type(record)._base_manager.select_for_update(no_key=True).filter(pk=record.pk).first()
    proposal = Proposal.objects.select_for_update().filter(pk=proposal.pk).first()
    if proposal is None or proposal.state != Proposal.State.PROPOSED:
        raise AlreadyDecidedError
    return proposal


@transaction.atomic
def take_back(*, proposal):
    """Erase what nobody has decided on yet. Raise AlreadyDecidedError."""
    locked(proposal).delete()


@transaction.atomic
def publish(*, proposal, form, by, comment):
    """Write what was proposed, as the reviewer left it; return the record.

    Raise OutOfReachError when it would lie where the reviewer may not write, and
    AlreadyDecidedError.
    """
    proposal = locked(proposal)
    record = form.save(commit=False)
    if proposal.is_new:
        record.created_by = by
        if hasattr(record, "person") and proposal.user:
            record.person = person_of(proposal.user)
        if hasattr(record, "actor_id"):
            record.actor = proposal.actor
        if hasattr(record, "stated_on") and not record.stated_on:
            # Said the day it was proposed; without a date it would come last.
            record.stated_on = PartialDate.day(timezone.localdate(proposal.created_at))
        record.status = Publishable.Status.DRAFT
    record.save()
    form.save_m2m()
    if proposal.is_new:
        if isinstance(record, Initiative) and proposal.actor:
            if not form.cleaned_data.get("territories"):
                record.territories.set(proposal.actor.territories.all())
            Involvement.objects.create(
                initiative=record, actor=proposal.actor, role=Involvement.Role.CARRIER
            )
        record.publish()
        proposal.record = record
    if not editing_rule().editable(type(record).objects.filter(pk=record.pk), by).exists():
        raise OutOfReachError
    proposal.values = form.stored()
    _decide(proposal, Proposal.State.PUBLISHED, by, comment)
    return record


@transaction.atomic
def settle(*, proposal, by, comment, is_refused):
    """Refuse it, or say that a correction was made. Raise AlreadyDecidedError."""
    proposal = locked(proposal)
    state = Proposal.State.REFUSED if is_refused else Proposal.State.PUBLISHED
    _decide(proposal, state, by, comment)


@transaction.atomic
def tell_reviewers(at):
    """One mail a day to each animateur of what came that they may decide on; return how many."""
    recently = {"told_at__gt": at - BETWEEN_NEWS}
    if any(model.objects.filter(**recently).exists() for model in (Proposal, Belonging)):
        return 0
    # Read once: what comes meanwhile is told next time. Locked: of two runs at once, one tells.
    proposals = _as_they_are(Proposal.objects.untold())
    belongings = _as_they_are(Belonging.objects.untold())
    if not (proposals or belongings):
        return 0
    sent = 0
    for user in get_user_model().objects.filter(is_active=True, is_staff=True).exclude(email=""):
        theirs = [_to_decide_by(user, proposals), _to_decide_by(user, belongings)]
        if any(theirs):
            sent += _tell(user, *theirs)
    proposals.update(told_at=at)
    belongings.update(told_at=at)
    return sent


def _as_they_are(records):
    read = records.select_for_update().values_list("pk", flat=True)
    return records.model.objects.filter(pk__in=list(read))


def _to_decide_by(user, records):
    opts = records.model._meta
    if not user.has_perm(f"{opts.app_label}.change_{opts.model_name}"):
        return []
    return list(editing_rule().editable(records, user).order_by("pk"))


def _tell(user, proposals, belongings):
    mail = send_mail_later(
        to=user.email,
        template="participation/to_review",
        topic=Refusal.Topic.PROPOSAL,
        context={
            "proposals": proposals,
            "belongings": belongings,
            "link": site_url(reverse("admin:index")),
        },
    )
    return mail is not None


def _decide(proposal, state, by, comment):
    proposal.decide(state, by=by, comment=comment)
    record = proposal.record
    page = record.get_absolute_url() if record else proposal.page
    _mail(
        proposal.user.email if proposal.user else proposal.email,
        "participation/proposal_decided",
        proposal=proposal,
        is_refused=state == Proposal.State.REFUSED,
        link=site_url(page) if page else "",
    )


def _mail(address, template, **context):
    if address:
        send_mail_later(to=address, template=template, context=context)


# Introductions


def introductions_of(user):
    """[(introduction, name of the other one, told once both agreed)] of a participant: those
    they asked for, and those that both accepted."""
    person = person_of(user)
    if person is None:
        return []
    own = of_people(person).filter(Q(asked_by=user) | Q(introduced_at__isnull=False))
    own = own.select_related(*Introduction.RECORDS, *Introduction.SIDES)
    return [(each, _other_name(each, person)) for each in own[:50]]


def _other_name(introduction, person):
    if introduction.closed_at or not introduction.is_introduced:
        return ""
    return introduction.other(introduction.side_of(person)).full_name


# Meetings


def open_round_tables_of(user):
    """[(event, address)] of the tours de table that a participant, registered, may write now."""
    registered = Registration.objects.expected().filter(
        written_as("email", addresses_of(user)), event__in=Event.objects.visible_to(user)
    )
    batches = RoundTableBatch.objects.collecting().filter(event__in=registered.values("event"))
    return [
        (batch.event, reverse("round_table_fill", args=[FILL.sign(batch.pk)]))
        for batch in batches.select_related("event")
    ]


def coming_registrations_of(user):
    """What a participant, by an address that is theirs, asked to come to, the next first."""
    registered = Registration.objects.active().filter(written_as("email", addresses_of(user)))
    events = Event.objects.visible_to(user).upcoming_there(**days_around()).unarchived()
    return (
        registered.filter(event__in=events.exclude(state=Event.State.CANCELLED))
        .select_related("event__town")
        .order_by("event__start_earliest", "event__start_time", "pk")
    )


# Leaving


@transaction.atomic
def delete_account(user):
    """Erase a participant: what they contributed stays, their name leaves it, and its history.

    Return an `Erased`, whose doubts are mailed to who may write everywhere.
    """
    person, addresses = person_of(user), addresses_of(user) or [user.email.lower()]
    Proposal.objects.filter(user=user).update(user=None, name="", email="")
    if person is not None:
        erased = forget_person(person, addresses=addresses)
    else:
        erased = forget_addresses(addresses)
    user.delete()
    if erased.doubts:
        _tell_doubts(erased.doubts)
    return erased


def _tell_doubts(doubts):
    """Told once the mail that names the person is erased: this one does, and is to be acted on."""
    team = User.objects.filter(is_active=True, is_staff=True)
    for user in team:
        if perimeter_of(user).is_national:
            _mail(
                user.email,
                "participation/still_named",
                doubts=doubts,
                link=site_url(reverse("admin:index")),
            )


def warn_inactive(at):
    """Tell, once, those who came no more that their account will be erased; return how many."""
    users = User.objects.inactive(at - INACTIVE + NOTICE)
    warned = 0
    for user in users.exclude(pk__in=User.objects.warned().values("pk")):
        with transaction.atomic():
            # Of two runs at once, one only writes it.
            untold = User.objects.filter(pk=user.pk, warned_at=user.warned_at)
            if not untold.update(warned_at=at):
                continue
            _mail(
                user.email,
                "participation/inactive",
                days=NOTICE.days,
                link=site_url(reverse("account_login")),
            )
        warned += 1
    return warned


def forget_inactive(at):
    """Erase the accounts of those who did not come back; return how many."""
    users = User.objects.inactive(at - INACTIVE).warned().filter(warned_at__lt=at - NOTICE)
    found = list(users)
    for user in found:
        delete_account(user)
    return len(found)
