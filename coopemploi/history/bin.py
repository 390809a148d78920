"""The bin: what was deleted, and what comes back of it together."""

from collections import Counter
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.text import capfirst

from .differences import Names
from .restoring import CannotRestoreError, counted, draft, set_relations, write
from .tracking import DELETED, NAMED_BY, operation, records_of


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
                if _comes_back(kept, plan, or_nothing=kept == version):
                    done.add((kept.instance_type, kept.id))
                else:
                    expected.discard((kept.instance_type, kept.id))
            pending = [kept for kept in pending if kept not in ready]
        for result in plan.drafts:
            complete = draft(result.version, is_back=True)
            set_relations(complete)
            result.losses = complete.losses
            _name_again(result)
    return plan


def _comes_back(version, plan, *, or_nothing):
    """Whether a record could be written anew. Raise CannotRestoreError when it must."""
    try:
        plan.drafts.append(_insert(version))
    except CannotRestoreError as error:
        if or_nothing:
            raise
        plan.left_out.append((version, str(error)))
        return False
    return True


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
    told += [f"{counted(model, count)} : {loss}" for (model, loss), count in nameless.items()]
    for version, why in plan.left_out:
        told.append(f"{_called(version, names)} ne revient pas : {why}")
    return told


def _called(version, names):
    name = names.of_version(version)
    return f"{capfirst(version.instance_type._meta.verbose_name)} « {name} »"
