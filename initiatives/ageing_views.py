"""The page of a signed link: « toujours d'actualité ? »."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from coopemploi.links import secret

from .ageing import exchange_of
from .forms import StillNeededForm
from .models import Offer


@login_not_required
@secret
@require_http_methods(["GET", "HEAD", "POST"])
def still_needed(request, token):
    """Reading writes nothing: a mailbox that opens links answers for nobody."""
    exchange = exchange_of(token)
    template = "initiatives/exchange_still_needed.html"
    if exchange is None:
        return render(request, template, {"section": "exchanges"}, status=410)
    data = request.POST if request.method == "POST" else None
    form = StillNeededForm(data, is_offer=isinstance(exchange, Offer))
    if form.is_bound and form.is_valid():
        form.apply(exchange)
        messages.success(request, "Merci, c'est noté.")
        return redirect(exchange)
    status = 400 if request.method == "POST" else 200
    context = {"section": "exchanges", "exchange": exchange, "form": form}
    return render(request, template, context, status=status)
