"""The page where a participant answers, by a link and without a name."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from coopemploi.accounts.interruption import give_back, typed
from coopemploi.links import opened_by

from ..models import Evaluation, Question
from . import services
from .forms import AnswersForm, WrittenForm

PAGE = "events/evaluation_answer.html"
CLOSED = "Cette évaluation a été close entre-temps : elle ne reçoit plus de réponses."


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(services.LINK)
def evaluation_answer(request, signed):
    """Reading writes nothing: a mailbox that opens links answers for nobody."""
    key, right = signed
    evaluation = Evaluation.objects.select_related("event").filter(pk=key).first()
    if evaluation is None:
        return _gone(request, key)
    data = request.POST if request.method == "POST" else None
    form = AnswersForm(data, evaluation.questions.all())
    unasked = WrittenForm(data, dict(_asked(key).filter(id__in=form.unasked)))
    context = {"section": "events", "event": evaluation.event, "evaluation": evaluation}
    context["unasked"] = typed(unasked)
    if not evaluation.is_open:
        return _closed(request, context, form, unasked)
    if services.is_spent(evaluation, right):
        return render(request, PAGE, {**context, "state": "spent"}, status=410)
    if request.method == "POST" and form.is_valid():
        return _answer(request, context, right, form, unasked)
    status = 400 if request.method == "POST" else 200
    return render(request, PAGE, {**context, "form": form}, status=status)


def _answer(request, context, right, form, unasked):
    try:
        services.answer(context["evaluation"], right, form.answers)
    except services.SpentError:
        return render(request, PAGE, {**context, "state": "spent"}, status=409)
    except services.ClosedError:
        return _closed(request, context, form, unasked)
    except Evaluation.DoesNotExist:
        return _gone(request, context["evaluation"].pk)
    return render(request, PAGE, {**context, "state": "done"})


def _gone(request, key):
    """Deleted, with the questions that the page asked: their last versions name what it sent."""
    return _closed(request, {"section": "events"}, WrittenForm(request.POST, dict(_asked(key))))


def _asked(key):
    """(key, text) of the questions to answer in words that an evaluation has or had, those of
    today last."""
    asked = Question.history.filter(evaluation_id=key, kind=Question.Kind.FREE_TEXT)
    return asked.order_by("history_id").values_list("id", "text")


def _closed(request, context, *forms):
    if request.method == "POST":
        return give_back(request, *forms, why=CLOSED, status=410, **context)
    return render(request, PAGE, {**context, "state": "closed"}, status=410)
