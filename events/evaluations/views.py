"""The page where a participant answers, by a link and without a name."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from coopemploi.links import opened_by

from ..models import Evaluation
from . import services
from .forms import AnswersForm

PAGE = "events/evaluation_answer.html"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(services.LINK)
def evaluation_answer(request, signed):
    """Reading writes nothing: a mailbox that opens links answers for nobody."""
    key, right = signed
    evaluation = Evaluation.objects.select_related("event").filter(pk=key).first()
    if evaluation is None:
        return render(request, PAGE, {"state": "closed"}, status=410)
    context = {"section": "events", "event": evaluation.event, "evaluation": evaluation}
    if not evaluation.is_open:
        return render(request, PAGE, {**context, "state": "closed"}, status=410)
    if services.is_spent(evaluation, right):
        return render(request, PAGE, {**context, "state": "spent"}, status=410)
    data = request.POST if request.method == "POST" else None
    form = AnswersForm(data, evaluation.questions.all())
    if request.method == "POST" and form.is_valid():
        state, status = _answer(evaluation, right, form)
        return render(request, PAGE, {**context, "state": state}, status=status)
    status = 400 if request.method == "POST" else 200
    return render(request, PAGE, {**context, "form": form}, status=status)


def _answer(evaluation, right, form):
    """What to say, and the status of the response."""
    try:
        services.answer(evaluation, right, form.answers)
    except services.SpentError:
        return "spent", 409
    except services.ClosedError:
        return "closed", 410
    return "done", 200
