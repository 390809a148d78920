"""The tour de table that participants fill in themselves, by a signed link, without an account."""

import hashlib
import json
import secrets

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from coopemploi.links import SignedLink
from events.models import Event, RoundTableBatch, RoundTableDraft
from events.models.round_table_batch import CODE_LENGTH

from .drafts import Settler, empty_data, said_in
from .reading import LONGEST_LABEL
from .services import last_order, locked

FILL = SignedLink("round-table")  # signs the key of a batch
MINE = SignedLink("round-table-draft")  # signs the key of a draft
MOST_DRAFTS = 300
ONCE_LENGTH = 22
# Letters and digits that nobody takes for one another, read from afar or said aloud.
CODE_SIGNS = "ACDEFGHJKLMNPQRTUVWXY34679"
Origin, State = RoundTableBatch.Origin, RoundTableBatch.State


class FullError(Exception):
    """So many contributions came that somebody must look."""


class ChangedError(Exception):
    """The `draft` that was sent before was left out, or says something else since."""

    def __init__(self, draft):
        super().__init__(draft)
        self.draft = draft


def collecting(event):
    """The tour de table of an event that participants may still write in; None without one."""
    return event.round_table_batches.filter(state=State.COLLECTING).first()


def fill_path(batch):
    return reverse("round_table_fill", args=[FILL.sign(batch.pk)])


@transaction.atomic
def open_form(*, event, user):
    """Let participants write; what they wrote before, not yet recorded, is taken up again.

    Raise Event.DoesNotExist.
    """
    # There may be no batch to lock yet: of two who open it at once, one waits for the other.
    Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    batches = RoundTableBatch.objects.select_for_update().filter(event=event, origin=Origin.LIVE)
    batch = batches.filter(state__in=(State.COLLECTING, State.REVIEW)).first()
    if batch is None:
        return RoundTableBatch.objects.create(
            event=event, user=user, origin=Origin.LIVE, state=State.COLLECTING, code=_new_code()
        )
    if batch.state == State.REVIEW:
        batch.state, batch.received_at = State.COLLECTING, timezone.now()
        batch.save(update_fields=["state", "received_at"])
    return batch


def _new_code():
    while True:
        code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
        if not RoundTableBatch.objects.filter(code=code).exists():
            return code


@transaction.atomic
def close_form(*, batch, settler, at=None):
    """No more contributions: names meet the records, and the review may be written."""
    batch = locked(batch)
    if batch.state != State.COLLECTING:
        return
    for draft in batch.drafts.all():
        settler.settle(draft.data)
        draft.save(update_fields=["data"])
    batch.state, batch.received_at = State.REVIEW, at or timezone.now()
    batch.save(update_fields=["state", "received_at"])
    batch.touch()


def close_left_open(at=None):
    """Close the forms that nobody closed, as who opened them would; return how many."""
    forms = list(RoundTableBatch.objects.left_open(at).select_related("user", "event__network"))
    for batch in forms:
        user = batch.user or AnonymousUser()
        rights = ("territories.view_person", "territories.change_person")
        sees_people = any(map(user.has_perm, rights))
        settler = Settler(user, sees_people=sees_people, event=batch.event)
        close_form(batch=batch, settler=settler, at=at)
    return len(forms)


@transaction.atomic
def contribute(*, batch, said, once=""):
    """Keep what a participant says; return None when the form closed.

    Raise FullError, or ChangedError when the draft that it would correct is not as it was sent.

    `once`, which the page drew, says that the same person sends it again, by a second touch or
    corrected: who knows it may have the draft that the first one made. A neighbour who was
    handed the page has another name.
    """
    batch = locked(batch)
    if not batch.is_open:
        return None
    for draft in batch.drafts.filter(data__once=once) if once else ():
        if _first_name(draft.data) == _first_name(said):
            draft.batch = batch
            if draft.is_left_out:
                raise ChangedError(draft)
            if said_in(draft.data) == said_in(said):
                return draft
            if draft.data.get("sent") != _fingerprint(draft.data):
                raise ChangedError(draft)
            correct(draft=draft, said={**said, "sent": _fingerprint(said)})
            return draft
    if batch.drafts.count() >= MOST_DRAFTS:
        raise FullError
    # What was sent is told from what « Ma contribution », or the team, made of it.
    known = {"once": once[:ONCE_LENGTH], "sent": _fingerprint(said)}
    data = {**empty_data(), **said, **known}
    draft = RoundTableDraft.objects.create(batch=batch, order=last_order(batch) + 1, data=data)
    batch.touch()
    return draft


def _first_name(data):
    return [part["name"] for part in data["people"][:1]]


def _fingerprint(data):
    return hashlib.sha256(json.dumps(said_in(data), sort_keys=True).encode()).hexdigest()[:32]


def lock(draft):
    """The draft as it is now, kept from others with its batch until the transaction ends; None
    once it was made the rest of another one."""
    batch = locked(draft.batch)
    draft = batch.drafts.filter(pk=draft.pk).first()
    if draft:
        draft.batch = batch
    return draft


def correct(*, draft, said):
    """Change what a participant said, the draft being locked; names that stay keep what they
    were taken for, and people that the team joined to them stay."""
    before = draft.data
    for name in ("actor", "territory"):
        if before[name]["name"] == said[name]["name"]:
            said[name] = before[name]
    [person], old = said["people"], before["people"]
    if old and old[0]["name"] == person["name"]:
        person = {**old[0], "title": person["title"]}
    others = [part for part in old[1:] if part["name"] != person["name"]]
    said["people"] = [person, *others]
    names = [part["name"] for part in others]
    said["label"] = " / ".join([said["label"], *names])[:LONGEST_LABEL]
    draft.data = {**before, **said}
    draft.save(update_fields=["data"])
    draft.batch.touch()
