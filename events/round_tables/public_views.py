"""The pages of participants: their contribution, and the screen that shows all of them."""

from contextlib import nullcontext

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from coopemploi.accounts.interruption import give_back
from coopemploi.links import opened_by
from coopemploi.qr import qr_code
from coopemploi.robots import may_send
from events.models import RoundTableBatch, RoundTableDraft
from territories.forms import plain_names

from . import live
from .drafts import COLUMNS
from .public_forms import CodeForm, ContributionForm
from .services import state_of

# A whole room writes from one connection.
PER_HOUR = 200
CODES_PER_HOUR = 300
TELL = "Dites à qui anime la rencontre ce que vous vouliez corriger ou ajouter."
CLOSED = f"Le formulaire du tour de table a été fermé entre-temps. {TELL}"
GONE = f"L'équipe a réuni votre contribution à une autre, ou l'a retirée. {TELL}"
FULL = f"Le tour de table a reçu plus de contributions qu'une salle n'en écrit. {TELL}"


@login_not_required
@never_cache
@require_safe
def round_table_enter(request):
    """From the code shown in the room to the form it opens."""
    form = CodeForm(request.GET or None)
    status = 200
    if form.is_bound:
        status = 400
        if not may_send(request, "round-table-code", per_hour=CODES_PER_HOUR):
            status = 429
            form.add_error(None, "Trop d'essais depuis cette connexion : réessayez dans une heure.")
        elif form.is_valid():
            return redirect(live.fill_path(form.batch))
    context = {"section": "events", "form": form}
    return render(request, "events/round_table_enter.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(live.FILL)
def round_table_fill(request, signed):
    """What a participant brings to the tour de table of an event."""
    batch = get_object_or_404(RoundTableBatch.objects.select_related("event"), pk=signed)
    if not batch.is_open:
        return _closed(request, batch)
    form = ContributionForm(request.POST or None)
    status, is_refused = 200, False
    if request.method == "POST":
        status = 400
        if form.is_valid():
            is_refused = not may_send(request, "round-table", per_hour=PER_HOUR)
            status = 429
            if not is_refused:
                return _contribute(request, batch, form)
    context = {
        "section": "events",
        "event": batch.event,
        "open_until": batch.open_until,
        "form": form,
        "is_refused": is_refused,
    }
    return render(request, "events/round_table_fill.html", context, status=status)


def _contribute(request, batch, form):
    """Robots are thanked like everybody."""
    if form.is_from_robot:
        context = {"section": "events", "event": batch.event}
        return render(request, "events/round_table_thanks.html", context)
    try:
        once = form.cleaned_data["once"]
        draft = live.contribute(batch=batch, said=form.said, once=once)
    except live.FullError:
        context = {"section": "events", "event": batch.event}
        return give_back(request, form, why=FULL, status=409, **context)
    except live.ChangedError as error:
        return _changed(request, error.draft)
    if draft is None:
        return _closed(request, batch)
    messages.success(request, "Merci, votre contribution est notée.")
    return redirect("round_table_mine", token=live.MINE.sign(draft.pk))


def _changed(request, draft):
    """The first page was gone back to: what it sends meets what was made of it since."""
    if draft.is_left_out:
        form, context = ContributionForm(request.POST), {"event": draft.batch.event}
        return give_back(request, form, why=GONE, status=410, section="events", **context)
    form = ContributionForm(request.POST, data_before=draft.data, state=state_of(draft))
    token = live.MINE.sign(draft.pk)
    return _mine(request, draft, form, address=reverse("round_table_mine", args=[token]))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(live.MINE)
def round_table_mine(request, signed):
    """Correct one's own contribution, as long as the form is open."""
    drafts = RoundTableDraft.objects.select_related("batch__event")
    is_sent = request.method == "POST"
    # Locked before it is read: of two pages sent at once, one is told what the other says.
    with transaction.atomic() if is_sent else nullcontext():
        draft = drafts.filter(pk=signed).first()
        if draft and is_sent:
            draft = live.lock(draft)
        # Left out, what it says is read by nobody: nothing more is taken.
        if draft and not (is_sent and draft.is_left_out):
            return _correct(request, draft)
    if not is_sent:
        raise Http404("Cette contribution n'existe plus.")
    return give_back(
        request, ContributionForm(request.POST), why=GONE, status=410, section="events"
    )


def _correct(request, draft):
    if not draft.batch.is_open:
        return _closed(request, draft.batch)
    form = ContributionForm(request.POST or None, data_before=draft.data, state=state_of(draft))
    if request.method == "POST" and form.is_valid():
        if not form.is_from_robot:
            live.correct(draft=draft, said=form.said)
        messages.success(request, "Vos changements sont notés.")
        return redirect(request.path)
    return _mine(request, draft, form, address=request.path)


def _mine(request, draft, form, *, address):
    context = {
        "section": "events",
        "event": draft.batch.event,
        "open_until": draft.batch.open_until,
        "form": form,
        "address": address,
        "fill_token": live.FILL.sign(draft.batch_id),
    }
    return render(request, "events/round_table_mine.html", context, status=form.status)


@login_not_required
@require_safe
@opened_by(live.FILL)
def round_table_screen(request, signed):
    """What was brought so far, for the screen of the room: the page reads itself again, unless
    whoever reads it has stopped that."""
    batch = get_object_or_404(RoundTableBatch.objects.select_related("event"), pk=signed)
    if not batch.is_open:
        return _closed(request, batch)
    drafts = batch.drafts.filter(is_left_out=False)
    plain = plain_names({draft.data["territory"]["name"] for draft in drafts})
    context = {
        "section": "events",
        "event": batch.event,
        "contributions": [_shown(draft, plain) for draft in drafts],
        "is_still": "fixe" in request.GET,
        "entrance": entrance(request, batch),
    }
    return render(request, "events/round_table_screen.html", context)


def _shown(draft, plain):
    """A contribution on the screen: who, then what fills each column.

    A territory that was chosen among the suggestions has its name in `plain`, as one says it.
    """
    data = draft.data
    territory = data["territory"]["name"]
    cells = [
        (column.label, [item for item in data["items"] if item["column"] == column])
        for column in COLUMNS.values()
    ]
    return {
        "names": ", ".join(part["name"] for part in data["people"]),
        "whose": data["actor"]["name"] or plain.get(territory, territory),
        "cells": [(label, items) for label, items in cells if items],
    }


def entrance(request, batch):
    """How a room comes to the form: {"url", "code", "qr"}, the code being given in the latter."""
    url = request.build_absolute_uri(reverse("round_table_enter"))
    return {"url": url, "code": batch.code, "qr": qr_code(f"{url}?code={batch.code}")}


def _closed(request, batch):
    context = {"section": "events", "event": batch.event}
    if request.method == "POST":
        return give_back(request, ContributionForm(request.POST), why=CLOSED, status=410, **context)
    return render(request, "events/round_table_closed.html", context, status=410)
