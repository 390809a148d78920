from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from coopemploi.formats import pdf
from coopemploi.gathering import first_or_404, gathered, listed
from coopemploi.permissions import can_change_record
from coopemploi.public_cache import kept_for_visitors
from coopemploi.publishing import seen
from coopemploi.search.catalogue import catalogues_of
from coopemploi.vocabulary.models import VOCABULARIES
from territories.lists import answer
from territories.models import Actor

from .exports import InitiativeExport, NeedExport, OfferExport, ResourceExport
from .filters import ExchangeFilter, InitiativeFilter, ResourceFilter
from .matches import matches_of, resources_for
from .matching.suggestions import needs_alike
from .models import Initiative, Need, Offer, Resource
from .sheet import sheet_of


@listed(Initiative, defer=Initiative.PROSE)
def initiative_cards(user):
    return Initiative.objects.visible_to(user).with_card(user)


@login_not_required
@kept_for_visitors
@require_safe
def initiative_list(request):
    return answer(
        request,
        InitiativeFilter(request, initiative_cards),
        InitiativeExport,
        "initiatives/initiative_list.html",
        section="initiatives",
    )


@login_not_required
@kept_for_visitors
@require_safe
def initiative_detail(request, slug):
    sheet = sheet_of(slug, request.user)
    context = {
        "section": "initiatives",
        "has_pdf": pdf.is_available(),
        "can_change": can_change_record(request.user, sheet["initiative"]),
        **sheet,
    }
    page = "initiatives/initiative_detail.html"
    if pdf.is_asked(request):
        return pdf.response(request, render_to_string(page, context, request), name=slug)
    return render(request, page, context)


@listed(Need)
def need_cards(user):
    return Need.objects.visible_to(user).with_card(user)


@listed(Offer)
def offer_cards(user):
    return Offer.objects.visible_to(user).with_card(user)


@login_not_required
@kept_for_visitors
@require_safe
def exchange_list(request):
    """Needs by default, offers on the other tab."""
    shows_offers = request.GET.get("voir") == "offres"
    cards, declaration = (offer_cards, OfferExport) if shows_offers else (need_cards, NeedExport)
    needs, offers = catalogues_of(Need, Offer)
    return answer(
        request,
        ExchangeFilter(request, cards, catalogue=offers if shows_offers else needs),
        declaration,
        "initiatives/exchange_list.html",
        section="exchanges",
        shows_offers=shows_offers,
        need_count=needs.readable_by(request.user).bit_count(),
        offer_count=offers.readable_by(request.user).bit_count(),
    )


@login_not_required
@kept_for_visitors
@require_safe
def need_detail(request, slug):
    return exchange_detail(request, Need, slug)


@login_not_required
@kept_for_visitors
@require_safe
def offer_detail(request, slug):
    return exchange_detail(request, Offer, slug)


@gathered(slug=str)
def need_record(user, slug):
    return Need.objects.visible_to(user).filter(slug=slug).with_page(user)


@gathered(slug=str)
def offer_record(user, slug):
    return Offer.objects.visible_to(user).filter(slug=slug).with_page(user)


def exchange_detail(request, model, slug):
    record = need_record if model is Need else offer_record
    exchange = first_or_404(record(request.user, slug=slug))
    return render(
        request,
        "initiatives/exchange_detail.html",
        {
            "section": "exchanges",
            "exchange": exchange,
            "is_offer": model is Offer,
            "told": exchange.told,
            "matches": matches_of(exchange, request.user),
            **(need_context(exchange, request.user) if model is Need else {}),
        },
    )


def need_context(need, user):
    """Who seeks the same, what to read, and what answered it."""
    is_open = need.state == Need.State.OPEN
    answers = [
        (label, model.objects.visible_to(user).filter(pk=key).first())
        for label, model, key in (
            ("l'offre", Offer, need.answered_by_offer_id),
            ("l'initiative", Initiative, need.answered_by_initiative_id),
            ("", Actor, need.answered_by_actor_id),
        )
        if key and need.is_told
    ]
    return {
        "alike": needs_alike(need, user) if is_open else [],
        "resources": resources_for(need, user) if is_open else [],
        "answers": [(label, record) for label, record in answers if record],
    }


@listed(Resource)
def resource_cards(user):
    return Resource.objects.visible_to(user).with_card(user)


@login_not_required
@kept_for_visitors
@require_safe
def resource_list(request):
    return answer(
        request,
        ResourceFilter(request, resource_cards),
        ResourceExport,
        "initiatives/resource_list.html",
        section="resources",
    )


@login_not_required
@kept_for_visitors
@require_safe
def resource_detail(request, slug):
    resource = first_or_404(resource_record(request.user, slug=slug))
    return render(
        request,
        "initiatives/resource_detail.html",
        {
            "section": "resources",
            "resource": resource,
            "initiatives": resource.initiatives.all(),
        },
    )


@gathered(slug=str)
def resource_record(user, slug):
    """All that the page of a resource shows."""
    initiatives = Initiative.objects.visible_to(user).with_card(user)
    return (
        Resource.objects.visible_to(user)
        .filter(slug=slug)
        .select_related("source")
        .prefetch_related(
            *VOCABULARIES, seen("actor", Actor, user), Prefetch("initiatives", initiatives)
        )
    )
