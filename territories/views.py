from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, F
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from coopemploi.gathering import listed
from coopemploi.public_cache import kept_for_visitors

from .exports import TerritoryExport
from .filters import TerritoryListFilter
from .lists import answer
from .models import Territory
from .sheet import sheet_of, territory_record

NATIONAL_KINDS = [Territory.Kind.REGION, Territory.Kind.COM]
PROJECT_KINDS = [
    Territory.Kind.PETR,
    Territory.Kind.PAYS,
    Territory.Kind.CONTRAT_DE_VILLE,
    Territory.Kind.OTHER,
]


def counts_inside(territories, relation, user):
    """{territory: number of records of `relation` which lie in it and `user` may see}."""
    model = Territory._meta.get_field(relation).related_model
    inside = "territories__containers__container"
    return dict(
        model.objects.visible_to(user)
        .filter(**{f"{inside}__in": territories})
        .order_by()
        .values_list(inside)
        .annotate(Count("pk", distinct=True))
    )


def counted(territories, user):
    """A list of `territories`, each with its initiatives and actors counted."""
    territories = list(territories)
    initiatives = counts_inside(territories, "initiatives", user)
    actors = counts_inside(territories, "actors", user)
    for territory in territories:
        territory.initiative_count = initiatives.get(territory.pk, 0)
        territory.actor_count = actors.get(territory.pk, 0)
    return territories


@listed(Territory)
def territory_cards(user):
    return Territory.objects.with_place().select_related("source")


@login_not_required
@kept_for_visitors
@require_safe
def territory_list(request):
    """What is asked for; otherwise the country, then the perimeters of projects."""
    filters = TerritoryListFilter(request, territory_cards)
    is_national = not filters.is_active
    national = []
    if is_national:
        perimeters = filters.catalogue.having("type", PROJECT_KINDS)
        filters = TerritoryListFilter(
            request, territory_cards, catalogue=filters.catalogue, within=perimeters
        )
        territories = territory_cards.queryset(request.user)
        regions_first = territories.order_by(F("kind").desc(), "sort_name")
        national = counted(regions_first.filter(kind__in=NATIONAL_KINDS), request.user)
    return answer(
        request,
        filters,
        TerritoryExport,
        "territories/territory_list.html",
        finish=lambda records: counted(records, request.user),
        section="territories",
        is_national=is_national,
        national=national,
    )


def territory_of_today(reference):
    """The commune that an old code leads to; Http404 when there is none."""
    try:
        return Territory.objects.get_by_reference(reference)
    except Territory.DoesNotExist as error:
        raise Http404("Ce territoire n'existe pas.") from error


@login_not_required
@kept_for_visitors
@require_safe
def territory_detail(request, kind, slug):
    found = territory_record(request.user, kind=kind, slug=slug)
    if not found:
        return redirect(territory_of_today(f"{kind}:{slug}"), permanent=True)
    context = {"section": "territories", **sheet_of(found[0], request.user)}
    return render(request, "territories/territory_detail.html", context)
