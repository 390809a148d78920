"""Meetings that go together: the editions of a series, the manifestations of an operation."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import F, Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from coopemploi.permissions import can_change_record
from coopemploi.public_cache import kept_for_visitors
from coopemploi.search.catalogue import bits_at, catalogue_of
from coopemploi.vocabulary.models import VOCABULARIES
from territories.mapping import map_of
from territories.maps import FRANCE

from .filters import ManifestationFilter
from .models import Campaign, Event, Series


@login_not_required
@kept_for_visitors
@require_safe
def series_detail(request, slug):
    """All its editions, the latest first; a series of drafts alone is not public."""
    series = get_object_or_404(Series, slug=slug)
    editions = series.events.visible_to(request.user).with_card(request.user)
    latest_first = list(editions.order_by(F("start_latest").desc(nulls_last=True), "-pk"))
    if not (latest_first or request.user.is_staff):
        raise Http404("Aucune édition de cette série n'est publiée.")
    context = {
        "section": "events",
        "series": series,
        "editions": latest_first,
        "can_change": can_change_record(request.user, series),
    }
    return render(request, "events/series_detail.html", context)


@login_not_required
@kept_for_visitors
@require_safe
def campaign_detail(request, slug):
    """All its manifestations by date and on a map, which narrows the list to a territory."""
    events = Event.objects.visible_to(request.user).with_card(request.user)
    in_order = events.order_by(F("start_earliest").asc(nulls_last=True), "start_time", "pk")
    campaign = get_object_or_404(
        Campaign.objects.visible_to(request.user)
        .select_related("source")
        .prefetch_related(*VOCABULARIES, "territories", "figures", Prefetch("events", in_order)),
        slug=slug,
    )
    filters = manifestations(request, campaign, events)
    if filters.query_with_place:
        return redirect(f"{request.path}?{filters.query_with_place}")
    kept = set(filters.pks)
    context = {
        "section": "events",
        "campaign": campaign,
        "filters": filters,
        "events": [event for event in campaign.events.all() if event.pk in kept],
        "map": map_to_show(filters),
        "can_change": can_change_record(request.user, campaign),
    }
    return render(request, "events/campaign_detail.html", context, status=filters.status)


def map_to_show(filters):
    """The map of the operation, when it places anything; before one narrows it, one widens it
    only to see what it leaves out."""
    drawn = map_of(filters, "Rencontres")
    if not filters.references:
        wider = {"url": f"?{filters.query_in('', vue=FRANCE)}", "label": "Élargir : France"}
        drawn["overview"] = wider if drawn["outside"] else None
    is_empty = not any(item["count"] for item in drawn["items"])
    return None if is_empty and not filters.references else drawn


def manifestations(request, campaign, events):
    """The list of the events of a campaign, and nothing else of their catalogue."""
    catalogue = catalogue_of(Event)
    numbers = catalogue.numbers_of(event.pk for event in campaign.events.all())
    homes = list(campaign.territories.all())
    return ManifestationFilter(
        request,
        events,
        catalogue=catalogue,
        within=bits_at(numbers),
        home=homes[0] if len(homes) == 1 else None,
    )
