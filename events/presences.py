"""Who was there, noted from paper: of each registration, then of the actors and territories."""

from django.db import transaction

from territories.models import Actor

from .models import Attendance, Registration
from .models.registration import TOLD
from .registrations import locked

Status = Attendance.Status
# Who had no seat: present, they came without registering.
SEATLESS = (Registration.Status.WAITING, Registration.Status.CANCELLED)
WORDS = ("name", "organisation", "place", "email")
# Of several people of one actor, the one that says most.
WEIGHTIEST = (Status.PRESENT, Status.REPRESENTED, Status.EXCUSED)


@transaction.atomic
def note(event, *, marks, walk_ins=(), recognised=None, seen=()):
    """Note the presences, and who came without registering; return who was noted already.

    `marks` is {registration: presence, "" for none}; who waited for a seat and is noted present
    waits no more, unless that is taken back. `walk_ins` are fields of registrations, and
    `recognised` those of people who had registered, by registration: what they had not said is
    kept. `seen` are the keys of those that the page showed: a walk-in noted since by the same
    words is the same person, of a page sent twice.
    """
    event = locked(event)
    for registration, answers in (recognised or {}).items():
        _complete(registration, answers)
        marks = {**marks, registration: Status.PRESENT}
    since = list(
        event.registrations.filter(status=Registration.Status.WALK_IN).exclude(pk__in=seen)
    )
    walk_ins, twins = _told_apart(walk_ins, since)
    noted = []
    for registration, presence in marks.items():
        registration.presence = presence
        registration.save(update_fields=["presence"])
        noted.append(registration)
    came = [each.pk for each, presence in marks.items() if presence == Status.PRESENT]
    for registration in event.registrations.filter(pk__in=came, status__in=SEATLESS):
        _seat(registration)
        registration.save(update_fields=["status", *TOLD])
    stayed = [each.pk for each, presence in marks.items() if presence != Status.PRESENT]
    for registration in event.registrations.filter(
        pk__in=stayed, status=Registration.Status.WALK_IN
    ):
        _unseat(registration)
    noted += [_came(event, answers) for answers in walk_ins]
    for owner in {_owner_of(registration): None for registration in noted}:
        if owner:
            _follow(event, *owner)
    return twins


def _told_apart(walk_ins, since):
    """Those to note, and the registrations written `since` that say the same of the others."""
    new, twins = [], []
    for answers in walk_ins:
        words = [answers.get(name, "") for name in WORDS]
        twin = next((each for each in since if [getattr(each, n) for n in WORDS] == words), None)
        if twin:
            since.remove(twin)
            twins.append(twin)
        else:
            new.append(answers)
    return new, twins


def _came(event, answers):
    """Somebody present without a seat; maybe one who waited for it, or gave it back."""
    email = answers.get("email")
    found = event.registrations.filter(email=email).first() if email else None
    came = found or Registration(event=event, rank=event.registrations.next_rank(), **answers)
    if came.status != Registration.Status.CONFIRMED or found is None:
        _seat(came)
    came.presence = Status.PRESENT
    came.save()
    return came


def _seat(registration):
    """Whoever came without a seat waits for none any more, and is to be told nothing."""
    registration.status = Registration.Status.WALK_IN
    registration.know_event()


def _unseat(registration):
    """Whoever is noted present no more is again what they were: first of all, one who waits."""
    versions = registration.history.exclude(status=registration.status).order_by("-history_id")
    before = versions.values_list("status", flat=True).first()
    is_excused = before == Registration.Status.CANCELLED and registration.presence
    if before in SEATLESS and not is_excused:
        registration.status = before
        registration.save(update_fields=["status"])


def _complete(registration, answers):
    """Keep of `answers` what the registration did not say, but an address of somebody else."""
    email = answers["email"]
    if email and registration.event.registrations.filter(email=email).exists():
        answers = {**answers, "email": ""}
    silent = [name for name, value in answers.items() if value and not getattr(registration, name)]
    registration.answer(**{name: answers[name] for name in silent})


def mark_the_others_present(event, *, seen):
    """Present, all who have a seat that the page showed, of whom nothing is noted yet.

    Who came without one was noted by hand: if it is noted no more, that was a mistake.
    """
    silent = (
        event.registrations.confirmed().filter(presence="", pk__in=seen).select_related("actor")
    )
    note(event, marks=dict.fromkeys(silent, Status.PRESENT))


def _owner_of(registration):
    """Whose attendance it is: the actor, else the territory; None when neither is recognised."""
    for name in ("actor", "territory"):
        if pk := getattr(registration, f"{name}_id"):
            return name, pk
    return None


def _follow(event, name, pk):
    """Make the attendance of an actor, or of a territory, say what its registrations say."""
    of_owner = {"territory": pk, "actor": None} if name == "territory" else {"actor": pk}
    registrations = event.registrations.filter(**of_owner).exclude(
        status=Registration.Status.CANCELLED
    )
    noted = set(registrations.values_list("presence", flat=True))
    status = next((each for each in WEIGHTIEST if each in noted), None)
    attendance = event.attendances.filter(person=None, **of_owner).first()
    if attendance is None:
        if status:
            stage = _stage_of(pk, event) if name == "actor" else ""
            Attendance.objects.create(event=event, **{f"{name}_id": pk}, status=status, stage=stage)
    elif attendance.status != (status := status or Status.REGISTERED):
        attendance.status = status
        attendance.save(update_fields=["status"])


def _stage_of(pk, event):
    """The stage of an actor on the day of the event."""
    actor = Actor.objects.with_stage(event.start.latest).get(pk=pk)
    return actor.stage or ""
