"""Receiving a tour de table, writing it, taking it back: all or nothing."""

import hashlib
import json
from collections import Counter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, ProtectedError
from django.utils import timezone

from coopemploi.derived import registry
from coopemploi.history.tracking import is_as_created
from coopemploi.permissions import editing_rule
from events.models import (
    Event,
    RoundTableBatch,
    RoundTableDraft,
    RoundTableEntry,
    RoundTableItem,
    RoundTablePerson,
)
from territories.models import Actor, Person, Position, Territory

from .drafts import LONGEST_NOTE, NEW, data_of, is_empty, keep_made, names_of, undecided
from .reading import LONGEST_LABEL

State = RoundTableBatch.State
WRITTEN_MODELS = {"actors": Actor, "people": Person, "positions": Position}


class NotWrittenError(Exception):
    """Why nothing was written, in French."""


@transaction.atomic
def receive(*, event, user, reading, origin, file_name, settler):
    """Keep what was read for review; nothing else is written. Raise Event.DoesNotExist."""
    settled = [settler.settle(data_of(each)) for each in reading.contributions]
    Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    batch = RoundTableBatch.objects.create(
        event=event,
        user=user,
        origin=origin,
        file_name=file_name[:200],
        columns=[list(column) for column in reading.columns],
        left_out=reading.left_out,
    )
    RoundTableDraft.objects.bulk_create(
        RoundTableDraft(batch=batch, order=order, data=data)
        for order, data in enumerate(settled, start=1)
    )
    return batch


def locked(batch):
    """The batch as it is now, kept from others until the transaction ends."""
    return RoundTableBatch.objects.select_for_update().get(pk=batch.pk)


# Reviewing


def last_order(batch):
    return batch.drafts.aggregate(last=Max("order"))["last"] or 0


def state_of(*drafts):
    """What tells whether drafts changed since a page showed them."""
    said = [[draft.pk, draft.data] for draft in drafts]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


@transaction.atomic
def add(*, batch, data):
    """Give the batch one more draft; None when it is not under review any more."""
    batch = locked(batch)
    if not batch.is_reviewable:
        return None
    batch.touch()
    return RoundTableDraft.objects.create(batch=batch, order=last_order(batch) + 1, data=data)


@transaction.atomic
def discard(*, batch):
    """Forget a batch that was never written; return whether it was forgotten."""
    found = RoundTableBatch.objects.select_for_update().filter(pk=batch.pk).first()
    if found is None or found.state != State.REVIEW:
        return False
    found.delete()
    return True


def before(draft):
    """The draft that comes before another one, or None."""
    drafts = list(draft.batch.drafts.order_by("order", "pk"))
    position = [each.pk for each in drafts].index(draft.pk)
    return drafts[position - 1] if position else None


def change(draft, data):
    draft.data = data
    draft.save(update_fields=["data"])
    draft.batch.touch()


@transaction.atomic
def join(before, after):
    """Give all that a draft says to the one before it."""
    data = {**before.data}
    data["people"] = _joined_people(data["people"], after.data["people"])
    data["items"] = data["items"] + after.data["items"]
    for part in ("actor", "territory"):
        if not data[part]["name"]:
            data[part] = after.data[part]
    labels = dict.fromkeys(filter(None, (data["label"], after.data["label"])))
    data["label"] = " / ".join(labels)[:LONGEST_LABEL]
    notes = dict.fromkeys(filter(None, (data["note"], after.data["note"])))
    data["note"] = " / ".join(notes)[:LONGEST_NOTE]
    data["lines"] = data["lines"] + after.data["lines"]
    after.delete()
    change(before, data)


def _joined_people(people, others):
    """Each once, under the title that either of the two gives."""
    joined = {part["name"]: part for part in people}
    for part in others:
        same = joined.setdefault(part["name"], part)
        joined[part["name"]] = {**same, "title": same["title"] or part["title"]}
    return list(joined.values())


@transaction.atomic
def move(*, draft, people, items, target):
    """Move people and items, by their places, to `target`, by default a draft right after."""
    data = draft.data
    leaving = {
        name: [part for n, part in enumerate(data[name]) if n in places]
        for name, places in (("people", people), ("items", items))
    }
    staying = {
        name: [part for n, part in enumerate(data[name]) if n not in places]
        for name, places in (("people", people), ("items", items))
    }
    if target is None:
        batch = draft.batch
        batch.drafts.filter(order__gt=draft.order).update(order=F("order") + 1)
        new = {**data, **leaving, "doubts": [], "lines": data["lines"]}
        target = RoundTableDraft.objects.create(batch=batch, order=draft.order + 1, data=new)
    else:
        new = {name: target.data[name] + leaving[name] for name in leaving}
        change(target, {**target.data, **new})
    change(draft, {**data, **staying})
    return target


# Writing


@transaction.atomic
def write(*, batch, user, version, may_create):
    """Write every draft that is not left out, or nothing; return how many.

    `may_create(model)` says whether the user may create records of a model.
    """
    batch = locked(batch)
    if batch.state != State.REVIEW:
        raise NotWrittenError("Ce tour de table n'est pas à relire : il est ouvert ou enregistré.")
    if batch.version != version:
        raise NotWrittenError("Ce tour de table a changé depuis : relisez-le, puis enregistrez.")
    # Numbered as the page numbers them, those left out too.
    drafts = [
        (number, draft)
        for number, draft in enumerate(batch.drafts.order_by("order", "pk"), start=1)
        if not draft.is_left_out and not is_empty(draft.data)
    ]
    if not drafts:
        raise NotWrittenError("Il n'y a rien à enregistrer.")
    waiting = [
        f"« {name} » (contribution {number})"
        for number, draft in drafts
        for name in undecided(draft.data)
    ]
    if waiting:
        s = "s" if len(waiting) > 1 else ""
        raise NotWrittenError(f"Nom{s} à choisir : {', '.join(waiting)}.")
    writer = _Writer(batch, user, may_create)
    for number, draft in drafts:
        try:
            writer.write(draft)
        except ValidationError as error:
            said = " ".join(error.messages)
            raise NotWrittenError(f"Contribution {number} ({draft}) : {said}") from error
    batch.state, batch.written_at = State.WRITTEN, timezone.now()
    batch.written = _with(batch.written, writer.written)
    batch.save()
    return len(drafts)


def _with(kept, written):
    """What was written, with what a first taking back kept."""
    entries = {**kept.get("entries", {}), **written["entries"]}
    keys = {name: [*kept.get(name, []), *written[name]] for name in WRITTEN_MODELS}
    return {**keys, "entries": entries}


class _Writer:
    def __init__(self, batch, user, may_create):
        self.batch, self.user = batch, user
        self.may_create = may_create
        self.written = {**{name: [] for name in WRITTEN_MODELS}, "entries": {}}
        last = batch.event.round_table_entries.aggregate(last=Max("order"))["last"] or 0
        self.order = last
        self._actors, self._people = {}, {}

    def write(self, draft):
        data = draft.data
        actor = self._actor(data["actor"])
        self.order += 1
        entry = RoundTableEntry(
            event=self.batch.event,
            actor=actor,
            territory=self._known(Territory.objects.all(), data["territory"]),
            label=data["label"],
            note=data["note"],
            order=self.order,
        )
        _save(entry)
        people = []
        for part in data["people"]:
            person = self._person(part, actor)
            if person is not None and person not in people:
                people.append(person)
                _save(
                    RoundTablePerson(
                        entry=entry, person=person, title=part["title"], order=len(people)
                    )
                )
        for order, item in enumerate(data["items"], start=1):
            _save(
                RoundTableItem(
                    entry=entry,
                    column=item["column"],
                    text=item["text"],
                    horizon=item["horizon"],
                    order=order,
                )
            )
        draft.entry = entry
        draft.save(update_fields=["entry", "data"])
        self.written["entries"][str(entry.pk)] = fingerprint(entry)

    def _known(self, records, part):
        """The record that was chosen; a choice may have been deleted since."""
        if not part["choice"].isdigit():
            return None
        record = records.filter(pk=part["choice"]).first()
        if record is None:
            raise ValidationError(f"la fiche choisie pour « {part['name']} » n'existe plus.")
        return record

    def _actor(self, part):
        if part["choice"] != NEW:
            return self._known(Actor.objects.visible_to(self.user), part)
        if part["name"] not in self._actors:
            self._require(Actor, "un acteur")
            actor = Actor(name=part["name"], kind=part["kind"], created_by=self.user)
            _save(actor)
            self.written["actors"].append(actor.pk)
            self._actors[part["name"]] = actor
        part["made"] = self._actors[part["name"]].pk
        return self._actors[part["name"]]

    def _person(self, part, actor):
        if part["choice"] != NEW:
            return self._known(Person.objects.all(), part)
        key = (part["name"], actor and actor.pk)
        if key not in self._people:
            self._require(Person, "une personne")
            first, last = names_of(part["name"])
            person = Person(first_name=first[:100], last_name=last[:100])
            _save(person)
            self.written["people"].append(person.pk)
            self._people[key] = person
            if (actor or part["title"]) and (actor is None or self._reaches(actor)):
                position = Position(person=person, actor=actor, title=part["title"])
                _save(position)
                self.written["positions"].append(position.pk)
        part["made"] = self._people[key].pk
        return self._people[key]

    def _reaches(self, actor):
        """A position would bring the person out of the perimeter of who creates it."""
        return editing_rule().editable(Actor.objects.filter(pk=actor.pk), self.user).exists()

    def _require(self, model, what):
        if not self.may_create(model):
            raise ValidationError(f"vous ne pouvez pas créer {what} : choisissez-en un qui existe.")


def _save(record):
    record.full_clean()
    record.save()


def fingerprint(entry):
    """What tells whether a contribution was changed since it was written."""
    said = [
        entry.label,
        entry.note,
        entry.actor_id,
        entry.territory_id,
        list(entry.person_links.order_by("pk").values_list("person_id", "title")),
        list(
            entry.items.order_by("pk").values_list(
                "column", "text", "horizon", "outcome", "initiative_id", "need_id", "offer_id"
            )
        ),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def locked_items():
    """Items to be written, kept from others, with what their records take from the entry."""
    items = RoundTableItem.objects.select_for_update(of=("self",))
    return items.select_related(
        "entry__event__source", "entry__actor", "entry__territory", "initiative", "need", "offer"
    )


@transaction.atomic
def take_back(*, batch):
    """Delete what the batch created, but what changed or serves since.

    Return {model: how many went} and what is kept, in words. As long as its drafts are there,
    they are to be reviewed again; those of the contributions that are kept are left out.
    """
    batch = locked(batch)
    if batch.state != State.WRITTEN:
        raise NotWrittenError("Ce tour de table n'est pas enregistré.")
    gone, kept = Counter(), []
    keys = batch.written.get("entries", {})
    for entry in RoundTableEntry.objects.filter(pk__in=keys):
        if fingerprint(entry) == keys[str(entry.pk)]:
            entry.delete()
            gone[RoundTableEntry] += 1
        else:
            kept.append(f"la contribution « {entry} », modifiée depuis")
    # A person before their positions, as the pages of the admin lock them.
    people, positions, actors = (
        _left_as_created(model, batch.written.get(name, []), kept)
        for name, model in (("people", Person), ("positions", Position), ("actors", Actor))
    )
    busy = Position.objects.filter(person__in=people).exclude(pk__in=positions)
    alone = _unused(Person, people, but=Position) - set(busy.values_list("person_id", flat=True))
    Position.objects.filter(pk__in=positions, person__in=alone).delete()
    for model, wanted in ((Person, people), (Actor, actors)):
        unused = _unused(model, wanted)
        for record in model.objects.filter(pk__in=wanted):
            if record.pk not in unused:
                kept.append(f"la fiche « {record} », qui sert ailleurs")
                continue
            try:
                with transaction.atomic():
                    record.delete()
                gone[model] += 1
            except ProtectedError:
                kept.append(f"la fiche « {record} », qui sert ailleurs")
    _review_again(batch)
    return gone, kept


def what_goes(*, batch):
    """What taking the batch back would return, of what is done and never committed."""
    with registry.set_aside(), transaction.atomic():
        told = take_back(batch=batch)
        transaction.set_rollback(True)
    return told


def _review_again(batch):
    left = {
        name: model.objects.in_bulk(batch.written.get(name, []))
        for name, model in WRITTEN_MODELS.items()
    }
    prints = batch.written.get("entries", {})
    entries = RoundTableEntry.objects.filter(pk__in=prints).values_list("pk", flat=True)
    # What is kept is still of this tour de table: taken back again, it may go.
    batch.written = {
        **{name: list(records) for name, records in left.items()},
        "entries": {str(key): prints[str(key)] for key in entries},
    }
    drafts = list(batch.drafts.all())
    for draft in drafts:
        keep_made(draft.data, left["people"], left["actors"])
        draft.is_left_out |= draft.entry_id is not None
        draft.save(update_fields=["data", "is_left_out"])
    batch.state = State.REVIEW if drafts else State.TAKEN_BACK
    batch.save(update_fields=["state", "written"])
    batch.touch()


def _left_as_created(model, keys, kept):
    """Those of the keys whose records nobody changed; say in `kept` which were."""
    left = []
    for record in model.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
        if is_as_created(record):
            left.append(record.pk)
        else:
            kept.append(f"la fiche « {record} », modifiée depuis")
    return left


def _unused(model, keys, but=None):
    """Those of the keys that no other record names."""
    unused = set(keys)
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and relation.is_relation and not relation.concrete):
            continue
        field = relation.field
        related = relation.related_model
        if related is but or not getattr(field, "db_constraint", True) or field.many_to_many:
            continue
        if related._meta.model_name.startswith("historical"):
            continue
        found = related._base_manager.filter(**{f"{field.name}__in": unused})
        unused -= set(found.values_list(f"{field.name}__pk", flat=True))
    return unused
