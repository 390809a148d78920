from coopemploi.filters import FacetFilter, TabFilter, YearFilter
from initiatives.filters import ClassifiedFilterSet
from territories.models import Network

from .models import Action, Event, FollowUpBody


def network_labels():
    return dict(Network.objects.published().order_by("sort_name").values_list("slug", "name"))


def follow_up_labels():
    return dict(FollowUpBody.objects.order_by("name").values_list("slug", "name"))


class EventFilter(ClassifiedFilterSet):
    sorts = ("date", "recent", "nom")

    type = FacetFilter("type", "Type", Event.Kind.choices)
    modalite = FacetFilter("modalite", "Sur place ou en ligne", Event.Format.choices)
    reseau = FacetFilter(
        "reseau", "Réseau", lambda catalogue: catalogue.keep("networks", network_labels)
    )
    annee = YearFilter()
    # Which tab is shown: the view chooses the rows.
    periode = TabFilter(choices=[("a-venir", "à venir"), ("passees", "passées")])


class ActionFilter(ClassifiedFilterSet):
    sorts = ("date", "nom")
    default_sort = "date"

    avancement = FacetFilter("avancement", "Avancement", Action.Progress.choices)
    instance = FacetFilter(
        "instance",
        "Instance de suivi",
        lambda catalogue: catalogue.keep("follow-up", follow_up_labels),
    )
