"""What the fields of territories and actors propose while one types."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coopemploi.filters import WordsField
from coopemploi.search.text import normalise

from .models import Actor, Territory

MOST_NAMES = 8


@login_not_required
@require_safe
def territory_names(request):
    """What a field that takes a territory, or any words, proposes while one types."""
    words = WordsField().clean(request.GET.get("q", ""))
    found = Territory.objects.matching(words)[:MOST_NAMES]
    names = [territory.full_label for territory in found]
    return render(request, "territories/_names.html", {"names": names})


@login_not_required
@require_safe
def actor_names(request):
    """What a field that takes an actor, or any words, proposes while one types."""
    words = WordsField().clean(request.GET.get("q", ""))
    found = Actor.objects.published().matching(words) if normalise(words) else Actor.objects.none()
    names = list(dict.fromkeys(found.values_list("name", flat=True)[:MOST_NAMES]))
    return render(request, "territories/_names.html", {"names": names})
