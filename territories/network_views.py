"""Pages of networks, and who meets there."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from coopemploi.gathering import listed
from coopemploi.public_cache import kept_for_visitors

from .exports import NetworkExport
from .filters import NetworkFilter
from .lists import answer
from .models import Actor, Network
from .time_zones import days_around

# Fewer introductions than that are told to nobody: one could guess whose they are.
FEW = 3


@listed(Network)
def network_cards(user):
    networks = Network.objects.visible_to(user).with_card().prefetch_related("schemes")
    return networks.with_members(user)


@login_not_required
@kept_for_visitors
@require_safe
def network_list(request):
    return answer(
        request,
        NetworkFilter(request, network_cards),
        NetworkExport,
        "territories/network_list.html",
        section="networks",
    )


def introductions_of(network, user):
    """{introduced, helped} of a network; None while so few would tell who met whom."""
    needs = Actor._meta.get_field("needs").related_model
    matches = needs._meta.get_field("matches").related_model.objects
    figures = matches.of_network(network).acted_upon()
    return figures if figures["introduced"] >= (1 if user.is_staff else FEW) else None


@login_not_required
@kept_for_visitors
@require_safe
def network_detail(request, slug):
    user = request.user
    networks = Network.objects.visible_to(user).with_card().with_members(user)
    network = get_object_or_404(networks.prefetch_related("schemes"), slug=slug)
    events = network.events.visible_to(user).select_related("source", "town")
    days = days_around()
    return render(
        request,
        "territories/network_detail.html",
        {
            "section": "networks",
            "network": network,
            "upcoming": events.upcoming_there(**days),
            "past": events.past_there(**days),
            "introductions": introductions_of(network, user),
            "names_people": any(
                member.person_id for member in [*network.coordinators, *network.members]
            ),
        },
    )
