"""Bringing a record back to one of its versions."""

from collections import Counter
from dataclasses import dataclass, field

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils.text import capfirst

from ..merging.declarations import declarations
from .differences import Names
from .tracking import (
    CHANGED,
    DELETED,
    LOST_WITH,
    NAMED_BY,
    operation,
    private_fields,
    records_of,
)


class CannotRestoreError(Exception):
    """Why a version cannot come back, in French."""


@dataclass
class Draft:
    """A record as a version would make it, and what is lost on the way."""

    version: object
    record: object = None
    relations: dict = field(default_factory=dict)
    losses: list = field(default_factory=list)


def draft(version, *, expected=frozenset(), is_back=False):
    """The record that a version would make, unsaved. Raise CannotRestoreError.

    `expected` are the (model, key) pairs of records that come back with it; `is_back` says
    of one already written that it comes from the bin.
    """
    model = version.instance_type
    records = records_of(model)
    current = model._base_manager.filter(pk=version.id).first()
    result = Draft(version, current or model())
    restrictive = declarations[model].restrictive if current and model in declarations else {}
    for field_ in records.fields:
        value = _value_of(result, field_, restrictive, expected)
        setattr(result.record, field_.attname, value)
    for field_ in records.relations:
        result.relations[field_.name] = _related(result, field_, expected)
    _free_slug(result)
    if current is None or is_back:
        _come_back(result, private_fields(records))
    return result


def _value_of(result, field_, restrictive, expected):
    """What a column takes of the version; what it cannot is noted. Raise CannotRestoreError."""
    value = getattr(result.version, field_.attname)
    winner = restrictive.get(field_.name, value)
    label = capfirst(field_.verbose_name)
    if value != winner and getattr(result.record, field_.name) == winner:
        said = "oui" if winner else "non"
        result.losses.append(f"« {label} » reste « {said} », pour protéger la personne.")
        value = winner
    if field_.is_relation and value is not None and not _exists(field_, value, expected):
        if not field_.null:
            raise CannotRestoreError(f"« {label} » désigne une fiche qui n'existe plus.")
        result.losses.append(f"« {label} » désignait une fiche qui n'existe plus.")
        value = None
    return _file_of(result, field_, value) if isinstance(field_, models.FileField) else value


def _related(result, field_, expected):
    """The keys of a many-to-many relation that are still there, or come back too."""
    wanted = result.version.relations.get(field_.name, [])
    related = field_.related_model._base_manager.filter(pk__in=wanted)
    found = set(related.values_list("pk", flat=True)) if wanted else set()
    found |= {key for key in wanted if (field_.related_model, key) in expected}
    if gone := len(set(wanted) - found):
        label = capfirst(field_.verbose_name)
        result.losses.append(f"« {label} » : {gone} fiche(s) n'existent plus.")
    return sorted(found)


def _come_back(result, private):
    """Tell what was lost for good with a deleted record, and what it does about it."""
    if private:
        labels = ", ".join(field_.verbose_name for field_ in private)
        result.losses.append(f"À saisir de nouveau, jamais gardé : {labels}.")
    lost = Counter()
    for key, count in result.version.relations.items():
        if key.startswith(LOST_WITH):
            lost[key.removeprefix(LOST_WITH).rsplit(".", 1)[0]] += count
    if lost:
        told = ", ".join(_counted(apps.get_model(label), count) for label, count in lost.items())
        result.losses.append(f"Effacé avec la fiche, jamais gardé : {told}.")
    come_back = getattr(result.record, "come_back", None)
    if come_back and (said := come_back()):
        result.losses.append(said)


def _counted(model, count):
    meta = model._meta
    return f"{count} {meta.verbose_name_plural if count > 1 else meta.verbose_name}"


FILE_KEPT = (
    "Le fichier d'alors n'existe plus : celui d'aujourd'hui est gardé. Relisez sa description."
)
FILE_GONE = "Son fichier n'existe plus : renvoyez-le dans la fiche."


def _file_of(result, field_, name):
    """The file of a version, or the present one once that is erased: a page shows no lost file."""
    name, present = str(name or ""), str(getattr(result.record, field_.attname) or "")
    if not name or field_.storage.exists(name):
        return name
    if present and field_.storage.exists(present):
        told, name = FILE_KEPT, present
    elif field_.blank:
        told, name = FILE_GONE, ""
    else:
        raise CannotRestoreError(FILE_GONE)
    if told not in result.losses:
        result.losses.append(told)
    return name


def _exists(field_, value, expected):
    model = field_.related_model
    return (model, value) in expected or model._base_manager.filter(pk=value).exists()


def _free_slug(result):
    """An address that another record has taken since is made anew."""
    model = type(result.record)
    slugs = [f.name for f in model._meta.fields if f.name == "slug" and f.unique]
    for name in slugs:
        taken = model._base_manager.filter(**{name: getattr(result.record, name)})
        if taken.exclude(pk=result.record.pk).exists():
            setattr(result.record, name, "")
            result.losses.append("L'adresse de la page est prise : une autre sera faite.")


def save(result):
    """Write a draft, relations included. Raise CannotRestoreError when a rule forbids it."""
    write(result)
    set_relations(result)


def write(result):
    try:
        result.record.clean()
        result.record.validate_unique()
        result.record.validate_constraints()
    except ValidationError as error:
        raise CannotRestoreError(" ".join(error.messages)) from error
    try:
        result.record.save()
    except IntegrityError as error:  # what somebody wrote at the same instant
        raise CannotRestoreError("Une autre fiche l'empêche, écrite à l'instant.") from error


def set_relations(result):
    for name, keys in result.relations.items():
        getattr(result.record, name).set(keys)


def restore(version):
    """Bring one record to one of its versions; return what could not come back.

    Raise CannotRestoreError, having written nothing.
    """
    records = records_of(version.instance_type)
    note = f"Rétabli à la version du {version.history_date:%d/%m/%Y %H:%M}"
    with transaction.atomic(), operation(note):
        # Nobody else writes it meanwhile.
        records.cls._base_manager.select_for_update().filter(pk=version.id).first()
        result = draft(version)
        save(result)
    return result.losses


def restored(version, result):
    """(what the record is, what a draft would make of it), as versions not to be written."""
    records = records_of(version.instance_type)
    current = version.instance_type._base_manager.filter(pk=version.id).first()
    now = None
    if current is not None:
        relations = records.relations_of(current.pk)
        now = records.versions(**records.values_of(current), relations=relations)
    then = records.versions(**records.values_of(result.record), relations=result.relations)
    return now, then


# The bin


def deleted_versions(model):
    """The last versions of the records of a model that are no more, the latest first."""
    versions = records_of(model).versions.objects
    later = versions.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"))
    alive = model._base_manager.filter(pk=OuterRef("id"))
    return (
        versions.filter(~Exists(later), ~Exists(alive), history_type=DELETED)
        .select_related("history_user")
        .order_by("-history_id")
    )


def deleted_with(version):
    """The versions of what was deleted with a record, parents first, itself included."""
    level, found = [version], [version]
    while level:
        keys = {}
        for parent in level:
            keys.setdefault(parent.instance_type, set()).add(parent.id)
        known = {(kept.instance_type, kept.id) for kept in found}
        level = [
            child
            for model, parents in keys.items()
            for relation in model._meta.related_objects
            if relation.on_delete is models.CASCADE and records_of(relation.related_model)
            for child in _deleted_children(relation, parents, version.operation)
            if (child.instance_type, child.id) not in known
        ]
        # A child may have two parents here: an appearance, of an event and a person.
        level = list({(child.instance_type, child.id): child for child in level}.values())
        found += level
    return found


def _deleted_children(relation, parents, operation_key):
    child = relation.related_model
    alive = child._base_manager.filter(pk=OuterRef("id"))
    return records_of(child).versions.objects.filter(
        ~Exists(alive),
        **{f"{relation.field.attname}__in": parents},
        operation=operation_key,
        history_type=DELETED,
    )


@dataclass
class Recovery:
    """What comes back from the bin with a record, and what does not."""

    drafts: list = field(default_factory=list)
    left_out: list = field(default_factory=list)  # (version, why) pairs


def plan_recovery(version):
    """What would come back with a deleted record. Raise CannotRestoreError for itself."""
    versions = deleted_with(version)
    expected = {(kept.instance_type, kept.id) for kept in versions}
    plan = Recovery([draft(version, expected=expected)])
    for child in versions[1:]:
        try:
            plan.drafts.append(draft(child, expected=expected))
        except CannotRestoreError as error:
            expected.discard((child.instance_type, child.id))
            plan.left_out.append((child, str(error)))
    return plan


def recover(version):
    """Bring a record back from the bin with its children; return the Recovery.

    Raise CannotRestoreError, having written nothing, when the record itself cannot come
    back; a child that cannot is left out.
    """
    note = f"Retour de la corbeille (suppression du {version.history_date:%d/%m/%Y})"
    with transaction.atomic(), operation(note):
        if version.instance_type._base_manager.filter(pk=version.id).exists():
            raise CannotRestoreError("Elle est déjà sortie de la corbeille.")
        pending = deleted_with(version)
        expected = {(kept.instance_type, kept.id) for kept in pending}
        plan, done = Recovery(), set()
        while pending:
            # Each after those that it names; in a circle, one goes first without them.
            ready = [kept for kept in pending if _named_by(kept) & expected <= done] or pending[:1]
            for kept in ready:
                key = kept.instance_type, kept.id
                try:
                    plan.drafts.append(_insert(kept))
                    done.add(key)
                except CannotRestoreError as error:
                    if kept == version:
                        raise
                    plan.left_out.append((kept, str(error)))
                    expected.discard(key)
            pending = [kept for kept in pending if kept not in ready]
        for result in plan.drafts:
            complete = draft(result.version, is_back=True)
            set_relations(complete)
            result.losses = complete.losses
            _name_again(result)
    return plan


def _named_by(version):
    return {
        (field_.related_model, getattr(version, field_.attname))
        for field_ in records_of(version.instance_type).fields
        if field_.is_relation
    }


def _insert(version):
    """Write the record of a version without its relations to many."""
    result = draft(version)
    with transaction.atomic():
        write(result)
    return result


def _name_again(result):
    """Give a record back to those that named it: deleting it had emptied the relation."""
    for key, keys in result.version.relations.items():
        if not key.startswith(NAMED_BY):
            continue
        label, name = key.removeprefix(NAMED_BY).rsplit(".", 1)
        model = apps.get_model(label)
        for record in model._base_manager.filter(pk__in=keys):
            if model._meta.get_field(name).many_to_many:
                getattr(record, name).add(result.record.pk)
            elif getattr(record, name) is None:
                setattr(record, name, result.record)
                record.save()


def losses_of(plan):
    """What does not come back, one sentence each."""
    names = Names(
        [*(result.version for result in plan.drafts), *(kept for kept, _ in plan.left_out)]
    )
    told, nameless = [], Counter()
    for result in plan.drafts:
        if names.of_version(result.version):
            told += [f"{_called(result.version, names)} : {loss}" for loss in result.losses]
        else:  # a private name: all of them in one sentence
            nameless.update((result.version.instance_type, loss) for loss in result.losses)
    told += [f"{_counted(model, count)} : {loss}" for (model, loss), count in nameless.items()]
    for version, why in plan.left_out:
        told.append(f"{_called(version, names)} ne revient pas : {why}")
    return told


def _called(version, names):
    name = names.of_version(version)
    return f"{capfirst(version.instance_type._meta.verbose_name)} « {name} »"


# Mass actions


@dataclass
class Undoing:
    """What undoing an operation brings back, and what changed since."""

    drafts: list = field(default_factory=list)
    left_out: list = field(default_factory=list)  # (version, why) pairs


def plan_undoing(model, key):
    """How to put back the records of a model that an operation changed."""
    versions = records_of(model).versions.objects
    plan = Undoing()
    changed = versions.filter(operation=key, history_type=CHANGED).order_by("history_id")
    later = versions.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"))
    before = versions.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    changed = list(
        changed.annotate(
            is_overtaken=Exists(later),
            previous=Subquery(before.order_by("-history_id").values("pk")[:1]),
        )
    )
    previous = versions.in_bulk([version.previous for version in changed])
    for version in changed:
        if version.is_overtaken:
            plan.left_out.append((version, "changé depuis"))
            continue
        try:
            plan.drafts.append(draft(previous[version.previous]))
        except CannotRestoreError as error:
            plan.left_out.append((version, str(error)))
    return plan


def undo(model, key, *, allowed, check):
    """Put back what an operation changed; return the Undoing.

    `allowed` says of a record whether the person may change it; `check` raises
    CannotRestoreError for a record put back where they may not.
    """
    with transaction.atomic(), operation("Action annulée"):
        touched = records_of(model).versions.objects.filter(operation=key).values("id")
        list(model._base_manager.select_for_update().filter(pk__in=touched))
        plan = plan_undoing(model, key)
        drafts, plan.drafts = plan.drafts, []
        for result in drafts:
            if not allowed(result.record):
                plan.left_out.append((result.version, "hors de vos droits"))
                continue
            try:
                with transaction.atomic():
                    save(result)
                    check(result.record)
            except CannotRestoreError as error:
                plan.left_out.append((result.version, str(error)))
            else:
                plan.drafts.append(result)
    return plan
