"""The ways of recognising a name, the surest first, and how to choose among what each finds."""

from . import recognition
from .choice import Choice

WAYS = (
    (recognition.by_code, Choice.make_without_dominance),
    (recognition.by_name, Choice.make),
    (recognition.by_abbreviation, Choice.make),
    (recognition.by_former_name, Choice.make),
    (recognition.by_short_name, Choice.make),
    (recognition.by_beginning, Choice.make_without_dominance),
    (recognition.by_former_region, Choice.leave_open),
    (recognition.by_squashed_name, Choice.make_without_dominance),
    (recognition.by_typo, Choice.make_without_dominance),
    (recognition.by_initials, Choice.make_in_context),
    (recognition.by_group_beginning, Choice.make_in_context),
)


def attempts(gazetteer, found):
    """What each of the readings `found` may mean: (hits, reading, how to choose)."""
    for recognise, choose in WAYS:
        for reading in found:
            hits = recognition.allowed(gazetteer, recognise(gazetteer, reading), reading)
            if hits:
                yield hits, reading, choose
