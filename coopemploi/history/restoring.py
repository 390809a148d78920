"""Bringing a record back to one of its versions."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import capfirst

from .tracking import operation, private_fields, records_of


class CannotRestoreError(Exception):
    """Why a version cannot come back, in French."""


@dataclass
class Draft:
    """A record as a version would make it, and what is lost on the way."""

    version: object
    record: object = None
    relations: dict = field(default_factory=dict)
    losses: list = field(default_factory=list)


def draft(version, *, expected=frozenset()):
    """The record that a version would make, unsaved. Raise CannotRestoreError.

    `expected` are the (model, key) pairs of records that come back with it.
    """
    model = version.instance_type
    records = records_of(model)
    current = model._base_manager.filter(pk=version.id).first()
    result = Draft(version, current or model())
    for field_ in records.fields:
        value = getattr(version, field_.attname)
        if field_.is_relation and value is not None and not _exists(field_, value, expected):
            label = capfirst(field_.verbose_name)
            if not field_.null:
                raise CannotRestoreError(f"« {label} » désigne une fiche qui n'existe plus.")
            result.losses.append(f"« {label} » désignait une fiche qui n'existe plus.")
            value = None
        setattr(result.record, field_.attname, value)
    for field_ in records.relations:
        wanted = version.relations.get(field_.name, [])
        related = field_.related_model._base_manager.filter(pk__in=wanted)
        found = set(related.values_list("pk", flat=True)) if wanted else set()
        found |= {key for key in wanted if (field_.related_model, key) in expected}
        result.relations[field_.name] = sorted(found)
        if gone := len(set(wanted) - found):
            label = capfirst(field_.verbose_name)
            result.losses.append(f"« {label} » : {gone} fiche(s) n'existent plus.")
    _free_slug(result)
    if current is None and (private := private_fields(records)):
        labels = ", ".join(field_.verbose_name for field_ in private)
        result.losses.append(f"À saisir de nouveau, jamais gardé : {labels}.")
    return result


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
    """Write a draft. Raise CannotRestoreError when a rule of today forbids it."""
    try:
        result.record.clean()
        result.record.validate_unique()
        result.record.validate_constraints()
    except ValidationError as error:
        raise CannotRestoreError(" ".join(error.messages)) from error
    result.record.save()
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
