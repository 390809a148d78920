"""The pages that receive and review a tour de table, inside the admin of its event."""

from contextlib import nullcontext
from functools import wraps
from itertools import pairwise

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coopemploi.accounts.interruption import typed
from events.models import Event, RoundTableBatch, RoundTableEntry
from territories.models import Actor, Person

from . import live, services
from .columns import PRIVATE
from .drafts import COLUMNS, Settler, empty_data, is_empty, undecided
from .forms import DraftForm, MoveForm, ReceiveForm, StateForm, VersionForm

State = RoundTableBatch.State
RECENT = 10
TITLES = {State.WRITTEN: "Tour de table enregistré", State.TAKEN_BACK: "Tour de table retiré"}
# What goes with a tour de table that is taken back.
GONE = {RoundTableEntry: "contribution", Person: "personne", Actor: "acteur"}
# What a column of the table was understood to be.
ROLES = {
    "people": "participants",
    "first_name": "prénoms",
    "title": "fonctions",
    "actor": "acteurs",
    "territory": "territoires",
    "demarches": "démarches engagées",
    "challenges": "défis",
    "needs": "je cherche",
    "offers": "je mets à disposition",
    "note": "remarques",
}


def of_an_event(view):
    """A view of an event that the user may change, with what they may write of it."""

    @wraps(view)
    def opened(request, event_pk, model_admin, **kwargs):
        if event_pk >= 2**63:
            raise Http404("Cette rencontre n'existe pas.")
        event = get_object_or_404(Event, pk=event_pk)
        entries = model_admin.admin_site.get_model_admin(RoundTableEntry)
        may_write = entries.has_add_permission(request)
        if not (may_write and model_admin.has_change_permission(request, event)):
            raise PermissionDenied
        try:
            return view(request, event, model_admin=model_admin, **kwargs)
        except Event.DoesNotExist:  # deleted while the page was on its way
            raise Http404("Cette rencontre n'existe plus.") from None

    return opened


def of_a_batch(view):
    """A view of a tour de table received for an event."""

    @of_an_event
    @wraps(view)
    def opened(request, event, batch_pk, model_admin, **kwargs):
        if batch_pk >= 2**63:
            raise Http404("Ce tour de table n'existe pas.")
        batch = get_object_or_404(RoundTableBatch, pk=batch_pk, event=event)
        try:
            return view(request, batch, model_admin=model_admin, **kwargs)
        except RoundTableBatch.DoesNotExist:  # given up while it waited for its turn
            raise Http404("Ce tour de table n'existe plus.") from None

    return opened


def of_a_draft(view):
    """A view that changes a contribution under review, which others wait for meanwhile."""

    @of_a_batch
    @wraps(view)
    def opened(request, batch, draft_pk, model_admin, **kwargs):
        if draft_pk >= 2**63:
            raise Http404("Cette contribution n'existe pas.")
        is_sent = request.method == "POST"
        with transaction.atomic() if is_sent else nullcontext():
            if is_sent:
                found = RoundTableBatch.objects.select_for_update()
                batch = get_object_or_404(found, pk=batch.pk)
            draft = batch.drafts.filter(pk=draft_pk).first()
            if draft is not None and batch.is_reviewable:
                draft.batch = batch
                return view(request, draft, model_admin=model_admin, **kwargs)
        return _gone(request, batch, draft, model_admin)

    return opened


def _gone(request, batch, draft, model_admin):
    """What was typed about a contribution that is not to be reviewed any more."""
    if "label" in request.POST:
        form = DraftForm(request.POST, data=empty_data(), state="")
        context = {"batch": batch, "typed": typed(form)}
        title = "Cette contribution n'est plus à relire"
        return page(request, batch.event, model_admin, "gone", title, context, status=409)
    if draft is None and request.method != "POST":
        raise Http404("Cette contribution n'existe pas.")
    messages.warning(
        request,
        "Ce tour de table n'est plus à relire."
        if draft
        else "Cette contribution n'est plus là : elle a été réunie à une autre.",
    )
    return redirect(address("review", batch))


@of_an_event
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request, event, model_admin):
    form = ReceiveForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, sheet = form.cleaned_data["file"], form.cleaned_data["sheet"]
        file_name = f"{file.name} ({sheet})" if file and sheet else file.name if file else ""
        batch = services.receive(
            event=event,
            user=request.user,
            reading=form.cleaned_data["reading"],
            origin=RoundTableBatch.Origin.FILE if file else RoundTableBatch.Origin.PASTED,
            file_name=file_name[:200],
            settler=settler_for(request, model_admin, event),
        )
        return redirect(address("review", batch))
    context = {
        "form": form,
        "live": _live(request, event),
        "open_url": reverse("admin:events_event_round_table_open", args=[event.pk]),
        "recent": [
            (batch, address("review", batch)) for batch in event.round_table_batches.all()[:RECENT]
        ],
    }
    title = "Recevoir un tour de table"
    # A form that came back has errors to be read.
    status = 400 if form.is_bound else 200
    return page(request, event, model_admin, "receive", title, context, status=status)


@of_a_batch
@require_safe
def review(request, batch, model_admin):
    found = list(batch.drafts.select_related("entry"))
    # Told before names are looked for: of what is kept, not of what is shown.
    pairs = {after.pk: services.state_of(first, after) for first, after in pairwise(found)}
    if batch.is_open and found:
        # What participants write is looked for among the records, and kept so once closed.
        settler = settler_for(request, model_admin, batch.event)
        for draft in found:
            settler.settle(draft.data)
    drafts = [
        _shown(draft, pairs.get(draft.pk), number) for number, draft in enumerate(found, start=1)
    ]
    kept = [each for each in drafts if not each["draft"].is_left_out]
    context = {
        "batch": batch,
        "drafts": drafts,
        "kept": len(kept),
        "people": sum(len(each["data"]["people"]) for each in kept),
        "items": sum(len(each["data"]["items"]) for each in kept),
        "waiting": [each for each in kept if each["undecided"]],
        "columns": [(title, ROLES.get(role, "")) for title, role in batch.columns if title],
        "has_private": any(role == PRIVATE for _, role in batch.columns),
        "version": VersionForm(initial={"version": batch.version}),
        "addresses": {
            name: address(name, batch) for name in ("add", "write", "take_back", "discard", "close")
        },
    }
    title = TITLES.get(batch.state, "Relire le tour de table")
    return page(request, batch.event, model_admin, "review", title, context)


@of_a_draft
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, draft, model_admin):
    state = services.state_of(draft)
    settler = settler_for(request, model_admin, draft.batch.event)
    form = DraftForm(request.POST or None, data=settler.settle(draft.data), state=state)
    if request.method == "POST" and form.is_valid():
        data = settler.settle(form.draft_data())
        services.change(draft, data)
        if undecided(data):
            messages.warning(request, "Des noms restent à reconnaître : choisissez.")
            return redirect(address("edit", draft.batch, draft))
        return redirect(f"{address('review', draft.batch)}#contribution-{draft.pk}")
    context = {"form": form, "draft": draft, "batch": draft.batch}
    title = f"Corriger « {draft} »"
    event = draft.batch.event
    return page(request, event, model_admin, "edit", title, context, status=form.status)


@of_a_draft
@require_http_methods(["GET", "HEAD", "POST"])
def move(request, draft, model_admin):
    """Split a contribution in two, or move what it says to another one."""
    others = draft.batch.drafts.exclude(pk=draft.pk)
    choices = [(str(other.pk), str(other)) for other in others]
    state = services.state_of(draft)
    form = MoveForm(request.POST or None, draft=draft, others=choices, state=state)
    if request.method == "POST" and form.is_valid():
        target = services.move(
            draft=draft,
            people=form.chosen("people"),
            items=form.chosen("items"),
            target=others.filter(pk=form.cleaned_data["target"] or 0).first(),
        )
        return redirect(f"{address('review', draft.batch)}#contribution-{target.pk}")
    context = {"form": form, "draft": draft, "batch": draft.batch}
    title = f"Séparer « {draft} »"
    event = draft.batch.event
    return page(request, event, model_admin, "move", title, context, status=form.status)


@of_a_draft
@require_POST
def join(request, draft, model_admin):
    """Make a contribution the rest of the one before it."""
    before = services.before(draft)
    if before is None:
        messages.warning(request, "C'est la première contribution : il n'y en a pas avant.")
        return redirect(f"{address('review', draft.batch)}#contribution-{draft.pk}")
    if StateForm(request.POST, state=services.state_of(before, draft)).is_valid():
        services.join(before, draft)
    else:
        messages.error(
            request,
            f"« {draft} » n'est pas réunie à la précédente : l'une des deux a changé entre-temps. "
            "Relisez-les.",
        )
    return redirect(f"{address('review', draft.batch)}#contribution-{before.pk}")


@of_a_draft
@require_POST
def leave_out(request, draft, model_admin):
    """Leave a contribution out, or take it again, as the button said."""
    draft.is_left_out = "reprendre" not in request.POST
    draft.save(update_fields=["is_left_out"])
    draft.batch.touch()
    return redirect(f"{address('review', draft.batch)}#contribution-{draft.pk}")


@of_a_batch
@require_POST
def add(request, batch, model_admin):
    data = settler_for(request, model_admin, batch.event).settle(empty_data())
    draft = services.add(batch=batch, data=data)
    return redirect(address("edit", batch, draft) if draft else address("review", batch))


@of_a_batch
@require_POST
def write(request, batch, model_admin):
    form = VersionForm(request.POST)
    site = model_admin.admin_site
    try:
        count = services.write(
            batch=batch,
            user=request.user,
            version=form.cleaned_data["version"] if form.is_valid() else -1,
            may_create=lambda model: site.get_model_admin(model).has_add_permission(request),
        )
    except services.NotWrittenError as error:
        messages.error(request, f"Rien n'est enregistré. {error}")
    else:
        s = "s" if count > 1 else ""
        told = f"Tour de table enregistré : {count} contribution{s}."
        model_admin.log_change(request, batch.event, told)
        messages.success(request, told)
    return redirect(address("review", batch))


@of_a_batch
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request, batch, model_admin):
    """Delete what a tour de table made, once its counts were shown."""
    entries = model_admin.admin_site.get_model_admin(RoundTableEntry)
    if not entries.has_delete_permission(request):
        raise PermissionDenied
    is_asked = request.method != "POST"
    try:
        gone, kept = (services.what_goes if is_asked else services.take_back)(batch=batch)
    except services.NotWrittenError as error:
        if not is_asked:
            messages.error(request, str(error))
        return redirect(address("review", batch))
    if is_asked:
        context = {
            "gone": [counted(gone[model], label) for model, label in GONE.items() if gone[model]],
            "kept": kept,
            "is_readable": batch.drafts.exists(),
            "last_day": batch.last_day,
            "review_url": address("review", batch),
        }
        title = "Retirer ce tour de table ?"
        return page(request, batch.event, model_admin, "take_back", title, context)
    model_admin.log_change(request, batch.event, "Tour de table retiré.")
    messages.success(request, "Tour de table retiré.")
    if kept:
        messages.warning(request, f"Gardé : {', '.join(kept)}.")
    return redirect(address("review", batch))


@of_a_batch
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request, batch, model_admin):
    """Give up a tour de table that was never written: nothing brings it back, so it is asked."""
    event = batch.event
    if batch.state != State.REVIEW:
        return redirect(address("review", batch))
    if request.method == "POST":
        if services.discard(batch=batch):
            messages.success(request, "Abandonné : rien n'a été enregistré.")
        return redirect(reverse("admin:events_event_round_table", args=[event.pk]))
    context = {
        "count": batch.drafts.count(),
        "is_of_participants": batch.origin == RoundTableBatch.Origin.LIVE,
        "review_url": address("review", batch),
    }
    title = "Abandonner ce tour de table ?"
    return page(request, event, model_admin, "discard", title, context)


def address(name, batch, draft=None):
    keys = [batch.event_id, batch.pk, *([draft.pk] if draft else [])]
    return reverse(f"admin:events_event_round_table_{name}", args=keys)


def settler_for(request, model_admin, event):
    people = model_admin.admin_site.get_model_admin(Person)
    sees_people = people.has_view_permission(request)
    return Settler(request.user, sees_people=sees_people, event=event)


def _shown(draft, pair, number):
    """A draft as the page shows it: what each name was taken for, items by column.

    `pair` is its state with the one before it, None for the first.
    """
    data, batch = draft.data, draft.batch
    return {
        "draft": draft,
        "number": number,
        "join": pair and StateForm(state=pair, auto_id=False),
        "data": data,
        "is_empty": is_empty(data),
        "undecided": undecided(data),
        "people": [_named(part) for part in data["people"]],
        "actor": _named(data["actor"]),
        "territory": _named(data["territory"]),
        "cells": [
            (column.label, [item for item in data["items"] if item["column"] == column])
            for column in COLUMNS.values()
        ],
        "addresses": {
            name: address(name, batch, draft) for name in ("edit", "move", "join", "leave_out")
        },
        "entry_url": draft.entry_id
        and reverse("admin:events_roundtableentry_change", args=[draft.entry_id]),
    }


def _named(part):
    found = next((option for option in part["options"] if option[0] == part["choice"]), None)
    return {**part, "is": found and found[1], "why": found and found[2]}


def page(request, event, model_admin, name, title, context, status=200):
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "event": event,
        "receive_url": reverse("admin:events_event_round_table", args=[event.pk]),
        **context,
    }
    return render(request, f"admin/events/round_table/{name}.html", context, status=status)


def counted(count, label):
    return f"{count} {label}{'s' if count > 1 else ''}"


@of_an_event
@require_POST
def open_form(request, event, model_admin):
    live.open_form(event=event, user=request.user)
    messages.success(request, "Le formulaire est ouvert : donnez son adresse aux participants.")
    return redirect(reverse("admin:events_event_round_table", args=[event.pk]))


@of_a_batch
@require_POST
def close_form(request, batch, model_admin):
    live.close_form(batch=batch, settler=settler_for(request, model_admin, batch.event))
    messages.success(request, "Le formulaire est fermé : relisez, puis enregistrez.")
    return redirect(address("review", batch))


def _live(request, event):
    """The open form of an event, with the addresses to give and to project; or None."""
    batch = live.collecting(event)
    if batch is None:
        return None
    token = live.FILL.sign(batch.pk)
    return {
        "batch": batch,
        "count": batch.drafts.count(),
        "code": batch.code,
        "enter_url": request.build_absolute_uri(reverse("round_table_enter")),
        "fill_url": request.build_absolute_uri(live.fill_path(batch)),
        "screen_url": reverse("round_table_screen", args=[token]),
        "review_url": address("review", batch),
        "close_url": address("close", batch),
    }
