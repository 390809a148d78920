"""The columns of a table of records, a sort a file."""

from .choice import ChoiceColumn
from .column import LONGEST_CELL, CodeColumn, Column, canonical
from .held import HeldColumn
from .many import ManyColumn
from .parties import PartiesColumn
from .publication import PublicationColumn
from .reference import OwnerColumn, ReferenceColumn
from .starts import StartColumn

__all__ = [
    "LONGEST_CELL",
    "ChoiceColumn",
    "HeldColumn",
    "OwnerColumn",
    "PartiesColumn",
    "PublicationColumn",
    "StartColumn",
    "canonical",
    "column_for",
]


def column_for(field, synonyms=(), words=None, is_code=False):
    """`words` are {value: other words for it}, of a field of a few values."""
    if is_code:
        return CodeColumn(field, synonyms)
    if field.many_to_many:
        return ManyColumn(field, synonyms)
    if field.is_relation:
        return ReferenceColumn(field, synonyms)
    return ChoiceColumn(field, synonyms, words) if field.choices else Column(field, synonyms)
