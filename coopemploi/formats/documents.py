"""YAML documents: records written by people, loaded as they are written.

The models are the schema (`schema.py`). Loading is an upsert: a record is found by
its `réf`, a child by its place in its parent's list. All or nothing.
"""

import re
from dataclasses import dataclass

from django.db import transaction

from ..sources.models import Source
from .loading import Loader, Report
from .nodes import DocumentError, Fields, Items, Problem, comparable, is_empty, parse
from .schema import schema_of, sections
from .values import read_value, suggestion

__all__ = ["DocumentError", "Report", "load", "read"]

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True)
class Record:
    """A record at the top of a document."""

    model: type
    reference: str  # "plie", or "epci:200071827" for a territory
    content: Fields
    source: "Record | None"


def load(paths):
    """Load documents into the database; return a Report. Raise DocumentError."""
    records = read(paths)
    with transaction.atomic():
        return Loader(records).load()


def read(paths):
    """The records of the files, in the order of their names. Raise DocumentError."""
    problems = []
    records = []
    for path in sorted(paths, key=lambda path: path.name):
        records += _read_document(parse(path, problems), problems)
    first = {}
    for record in records:
        place = record.content.place
        before = first.setdefault((record.model, record.reference), place)
        if before is not place:
            message = (
                f"la réf « {record.reference} » est déjà prise : "
                f"{before.file}, ligne {before.line}."
            )
            problems.append(Problem(place, message))
    if problems:
        raise DocumentError(problems)
    return records


def _read_document(document, problems):
    sections_found = dict(document.values)
    _, source_node = sections_found.pop("source", (None, None))
    source = source_node and _read_record(Source, source_node, None, problems)
    records = []
    for key, (place, node) in sections_found.items():
        model = sections().get(key)
        if model is None:
            known = ["source", *sections()]
            near = suggestion(key, known) or f". Rubriques : {', '.join(known)}"
            problems.append(Problem(place, f"« {key} » n'est pas une rubrique{near}."))
            continue
        if is_empty(node):
            continue
        if not isinstance(node, Items):
            message = f"« {key} » attend une liste de fiches : un tiret par fiche."
            problems.append(Problem(place, message))
            continue
        read = (_read_record(model, item, source, problems) for item in node.values)
        records += [record for record in read if record]
    return [source, *records] if source else records


def _read_record(model, node, source, problems):
    schema = schema_of(model)
    if not isinstance(node, Fields):
        message = "une fiche est attendue ici : des lignes « champ : valeur »."
        problems.append(Problem(node.place, message))
        return None
    parts = []
    for key_field in schema.key_fields:
        label = key_field.verbose_name
        place, value = node.values.get(comparable(label), (node.place, None))
        try:
            if value is None or is_empty(value):
                raise ValueError(f"il manque « {label} » à cette fiche « {schema.name} ».")
            part = read_value(key_field, value)
            if key_field is schema.slug and not _SLUG.fullmatch(part):
                raise ValueError(
                    f"la réf « {part} » ne convient pas : des minuscules sans accent, "
                    "des chiffres et des traits d'union."
                )
        except ValueError as error:
            problems.append(Problem(place, str(error)))
            return None
        parts.append(part)
    return Record(model, ":".join(parts), node, source)
