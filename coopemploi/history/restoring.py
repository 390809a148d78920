"""Bringing a record back to one of its versions."""

from collections import Counter
from dataclasses import dataclass, field

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import capfirst

from ..dates import moment_label
from ..merging.declarations import declarations
from .tracking import LOST_WITH, operation, private_fields, records_of


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
        told = ", ".join(counted(apps.get_model(label), count) for label, count in lost.items())
        result.losses.append(f"Effacé avec la fiche, jamais gardé : {told}.")
    come_back = getattr(result.record, "come_back", None)
    if come_back and (said := come_back()):
        result.losses.append(said)


def counted(model, count):
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
    note = f"Rétabli à la version du {moment_label(timezone.localtime(version.history_date))}"
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
