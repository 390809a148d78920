"""What an evaluation says, each share with its base, hidden while too few answered."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from coopemploi.figures import format_number

from ..models import Question

LEAST = 5  # answers: of fewer, one could guess whose they are


@dataclass(frozen=True)
class Share:
    label: str
    count: int
    percent: int


@dataclass(frozen=True)
class Result:
    question: Question
    base: int
    shares: tuple

    @property
    def headline(self):
        """« 40 % » of yes, « 4,2 sur 5 », or the answer given most."""
        match self.question.kind:
            case Question.Kind.YES_NO:
                return f"{self.shares[0].percent}\N{NO-BREAK SPACE}%"
            case Question.Kind.SCALE:
                total = sum(int(share.label) * share.count for share in self.shares)
                mean = (Decimal(total) / self.base).quantize(Decimal("0.1"), ROUND_HALF_UP)
                return f"{format_number(mean)} sur 5"
        return f"{max(share.percent for share in self.shares)}\N{NO-BREAK SPACE}%"

    @property
    def said(self):
        """What the headline is of: « des 25 répondants : oui »."""
        whom = f"des {format_number(self.base)} répondants"
        match self.question.kind:
            case Question.Kind.YES_NO:
                return f"{whom} : oui"
            case Question.Kind.SCALE:
                return f"note moyenne {whom}"
        most = max(share.count for share in self.shares)
        first = " et ".join(share.label for share in self.shares if share.count == most)
        return f"{whom} : {first}"


def percent(count, base):
    return int((Decimal(100 * count) / base).quantize(Decimal(1), ROUND_HALF_UP))


def results_of(evaluation):
    """The `Result` of each closed question that enough people answered.

    Asks nothing when the questions and their tallies are prefetched.
    """
    found = []
    for question in evaluation.questions.all():
        counts = {tally.value: tally.count for tally in question.tallies.all()}
        base = sum(counts.values())
        if base >= LEAST:
            shares = tuple(
                Share(label, counts.get(value, 0), percent(counts.get(value, 0), base))
                for value, label in question.answers
            )
            found.append(Result(question, base, shares))
    return found


def remarks_of(evaluation):
    """(question, texts) of each open question, no text while too few answered it."""
    found = []
    for question in evaluation.questions.all():
        texts = [remark.text for remark in question.remarks.all()]
        if len(texts) >= LEAST:
            found.append((question, sorted(texts)))
    return found


def public_results(event):
    """The results to show on the page of an event, none when there is no evaluation."""
    evaluation = getattr(event, "evaluation", None)
    if evaluation is None or not evaluation.shows_results:
        return []
    return results_of(evaluation)
