"""Answers that come at the same instant: on PostgreSQL, where they run together."""

import secrets

import pytest
from django.db import connection

from events.evaluations import services
from events.models import Evaluation, Question
from tests.factories import EvaluationFactory, QuestionFactory

from .test_registration_races import run_together

PEOPLE = 20

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]


@pytest.fixture
def evaluation():
    evaluation = EvaluationFactory()
    for order, kind in enumerate((Question.Kind.SCALE, Question.Kind.FREE_TEXT)):
        QuestionFactory(evaluation=evaluation, kind=kind, order=order)
    return evaluation


def answer_with(evaluation, right, text):
    scale, remark = evaluation.questions.all()
    return lambda: services.answer(evaluation, right, {scale: "4", remark: text})


def counted(evaluation):
    """How many answered, and what is counted of it: marks, and remarks."""
    scale, remark = evaluation.questions.all()
    marks = sum(scale.tallies.values_list("count", flat=True))
    return evaluation.spent_links.count(), marks, remark.remarks.count()


def test_one_link_answered_from_many_windows_counts_once(evaluation):
    failed = run_together([answer_with(evaluation, "un droit", "Un mot.")] * 8)

    assert [type(error) for error in failed] == [services.SpentError] * 7
    assert counted(evaluation) == (1, 1, 1)


def test_everybody_at_once_counts_everybody(evaluation):
    works = [answer_with(evaluation, f"droit {n}", f"Mot {n}.") for n in range(PEOPLE)]

    failed = run_together(works)

    assert failed == []
    assert counted(evaluation) == (PEOPLE, PEOPLE, PEOPLE)


def test_without_the_lock_remarks_are_lost_or_said_twice(evaluation, monkeypatch):
    """What the test above would not see, were it to prove nothing."""
    monkeypatch.setattr(
        Evaluation.objects, "select_for_update", lambda **_: Evaluation.objects.all()
    )
    remark = evaluation.questions.get(kind=Question.Kind.FREE_TEXT)
    counts = []
    for _ in range(5):
        remark.remarks.all().delete()
        works = [
            lambda: services.answer(evaluation, secrets.token_hex(), {remark: "Mot."})
        ] * PEOPLE
        failed = run_together(works)
        counts.append(len(failed) + remark.remarks.count())

    assert counts != [PEOPLE] * 5
