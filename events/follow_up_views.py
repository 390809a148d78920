"""What becomes of actions: asked of who carries them, shown to the body that follows them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from coopemploi.links import opened_by
from coopemploi.permissions import can_change_record
from coopemploi.public_cache import kept_for_visitors
from coopemploi.publishing import seen
from coopemploi.robots import has_left
from territories.models import Actor

from . import follow_up
from .forms import ActionAnswerForm
from .models import Action, FollowUpBody

PER_DAY = 20  # answers for one action


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(follow_up.ANSWER)
def action_answer(request, signed):
    """Reading writes nothing: a mailbox that opens links answers for nobody."""
    party = follow_up.party_of(signed)
    if party is None:
        return render(request, "link_refused.html", {"is_expired": True}, status=410)
    form = ActionAnswerForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if not form.is_valid():
            status = 400
        elif not has_left(f"action-answer:{party.pk}", PER_DAY, seconds=86400):
            status = 429
        else:
            follow_up.answer(party, **form.cleaned_data)
            messages.success(request, "Merci : votre réponse est notée, et se voit ici.")
            return redirect(party.action)
    context = {
        "section": "actions",
        "party": party,
        "action": party.action,
        "event": party.action.event if _is_public(party.action.event) else None,
        "form": form,
        "answers": form.ANSWERS,
        "is_refused": status == 429,
    }
    return render(request, "events/action_answer.html", context, status=status)


def _is_public(event):
    return event is not None and event.is_published


@login_not_required
@kept_for_visitors
@require_safe
def follow_up_body_detail(request, slug):
    """The roadmap of a committee: its actions by how far they are, those due first on top."""
    user = request.user
    bodies = FollowUpBody.objects.select_related("source", "territory")
    body = get_object_or_404(bodies.prefetch_related(seen("actor", Actor, user)), slug=slug)
    actions = list(body.actions.visible_to(user).with_card(user))
    if not (actions or user.is_staff):
        raise Http404("Aucune action de cette instance n'est publiée.")
    context = {
        "section": "actions",
        "body": body,
        "roadmap": roadmap(actions),
        "overdue_count": sum(action.is_overdue() for action in actions),
        "action_count": len(actions),
        "can_change": can_change_record(user, body),
    }
    return render(request, "events/follow_up_body_detail.html", context)


def roadmap(actions):
    """(anchor, title, actions) of each part that has any: to be done, done, dropped."""
    done, dropped = Action.Progress.DONE, Action.Progress.DROPPED
    parts = [
        ("a-faire", "À faire", [action for action in actions if action.is_open]),
        ("realisees", "Réalisées", [a for a in actions if a.progress == done]),
        ("abandonnees", "Abandonnées", [a for a in actions if a.progress == dropped]),
    ]
    return [part for part in parts if part[-1]]
