"""The page that sorts what a tour de table says, inside the admin of its event."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from coopemploi.permissions import editing_rule
from events.models import RoundTableItem
from initiatives.models import Initiative, Need, Offer
from territories.models import Actor
from territories.permissions import UNPUBLISHED

from .forms import SortForm
from .sorting import RECORDS, USUAL, sort_items
from .views import counted, of_an_event, page

Outcome = RoundTableItem.Outcome
# What the items of a tour de table made, and by which of their relations.
MADE = {"initiative": Initiative, "need": Need, "offer": Offer, "entry__actor": Actor}


@of_an_event
@require_http_methods(["GET", "HEAD", "POST"])
def sort(request, event, model_admin):
    """What each item of the tour de table becomes, one by one or in bulk."""
    shows_all = request.GET.get("etat") == "tous"
    form = SortForm(request.POST if request.method == "POST" else None, event=event)
    if form.is_valid():
        _require_adding(request, model_admin, form)
        refused = sort_items(
            items=form.cleaned_data["items"],
            outcome=form.wanted,
            user=request.user,
            together=form.cleaned_data["together"],
        )
        sorted_items = form.cleaned_data["items"]
        if len(sorted_items) > len(refused):
            messages.success(request, _told(sorted_items, len(refused)))
        for why in refused:
            messages.warning(request, why)
        place = _place_after(event, sorted_items, shows_all) if form.cleaned_data["one"] else ""
        return redirect(request.get_full_path() + place)
    items = RoundTableItem.objects.filter(entry__event=event)
    pending = items.filter(outcome=Outcome.PENDING).count()
    shown = items if shows_all else items.filter(outcome=Outcome.PENDING)
    shown = shown.select_related("initiative", "need", "offer")
    entries = event.round_table_entries.filter(items__in=shown).distinct()
    entries = entries.select_related("actor", "territory").prefetch_related(
        Prefetch("items", shown, to_attr="shown_items")
    )
    context = {
        "form": form,
        "entries": [(entry, [_sorted(item) for item in entry.shown_items]) for entry in entries],
        "pending": pending,
        "is_empty": not pending and not items.exists(),
        "shows_all": shows_all,
        "drafts": _drafts(request, event, model_admin.admin_site),
    }
    title = "Trier le tour de table"
    status = 400 if form.is_bound else 200
    return page(request, event, model_admin, "sort", title, context, status=status)


def _told(items, left):
    """How many items were sorted, and into what: « 3 éléments triés : 2 besoins, 1 offre. »"""

    now = RoundTableItem.objects.filter(pk__in=[item.pk for item in items])
    outcomes = Counter(now.values_list("outcome", flat=True))
    into = [counted(outcomes[each], each.label) for each in Outcome if outcomes[each]]
    done = len(items) - left
    if set(outcomes) == {Outcome.PENDING}:
        return f"{counted(done, 'élément')} remis à trier."
    told = f"{counted(done, 'élément')} trié{'s' if done > 1 else ''}"
    return f"{told}." if left else f"{told} : {', '.join(into)}."


def _place_after(event, items, shows_all):
    """Where one goes on: the contribution of the item just sorted, or the next that is shown."""
    entries = event.round_table_entries.all()
    if not shows_all:
        entries = entries.filter(items__outcome=Outcome.PENDING)
    order = items[0].entry.order
    entry = entries.filter(order__gte=order).first()
    return f"#contribution-{entry.pk}" if entry else ""


def _drafts(request, event, admin_site):
    """What came of a tour de table and nobody reads yet: (how many, the list that publishes them).

    Not all the drafts: those of somebody else are not to be published with them.
    """
    found = []
    for name, model in MADE.items():
        if admin_site.get_model_admin(model).has_change_permission(request):
            said = RoundTableItem.objects.filter(entry__event=event)
            made = model._base_manager.filter(pk__in=said.values(f"{name}__pk"))
            unseen = editing_rule().editable(made.filter(status__in=UNPUBLISHED), request.user)
            keys = sorted(unseen.values_list("pk", flat=True))
            if keys:
                plural = len(keys) > 1
                label = model._meta.verbose_name_plural if plural else model._meta.verbose_name
                url = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
                listed = ",".join(map(str, keys))
                found.append((f"{len(keys)} {label}", f"{url}?id__in={listed}"))
    return found


def _require_adding(request, model_admin, form):
    wanted = [form.wanted] if form.wanted else list(RECORDS)
    for outcome in wanted:
        model = RECORDS.get(outcome)
        if model and not model_admin.admin_site.get_model_admin(model).has_add_permission(request):
            raise PermissionDenied


def _sorted(item):
    """An item, what it became, and what it may become."""
    record = item.initiative or item.need or item.offer
    url = ""
    if record:
        url = reverse(f"admin:initiatives_{record._meta.model_name}_change", args=[record.pk])
    choices = [
        (outcome.value, outcome.label, outcome == USUAL[item.column])
        for outcome in (
            Outcome.INITIATIVE,
            Outcome.NEED,
            Outcome.OFFER,
            Outcome.CHALLENGE,
            Outcome.FINDING,
        )
        if outcome != item.outcome
    ]
    if item.outcome != Outcome.PENDING:
        choices.append((Outcome.PENDING.value, "remettre à trier", False))
    return {"item": item, "record": record, "url": url, "choices": choices}
