"""What a name resolves to, and how sure one is of it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Model

LONGEST_NAME = 300  # characters read
SAME_NAME = "même nom"
IN_CONTEXT = "dans le contexte donné"
MOST_CANDIDATES = 8

# How sure each way of recognising a name is, from 0 to 1.
CODE = 1.0
SAME_WORDS = 0.98
SAME_KEY = 0.95
FORMER_NAME = 0.9
SHORT_NAME = 0.85
BEGINNING = 0.8
ONE_LETTER = 0.85
AMBIGUOUS = 0.6  # and below: never a match
OUT_OF_CONTEXT = 0.3
ENDED = 0.3
RESEMBLING = 0.4


class Candidate(NamedTuple):
    record: Model  # a Territory here; an Actor or a Person in `party_reconciliation`
    confidence: float
    reason: str  # in French, shown to who chooses


@dataclass(frozen=True)
class Resolution:
    match: Model | None = None
    candidates: list[Candidate] = field(default_factory=list)  # best first, the match included
    confidence: float = 0.0  # of the match

    @property
    def is_ambiguous(self):
        return self.match is None and len(self.candidates) > 1
