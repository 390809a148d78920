import django_filters

from coopemploi.filters import ListFilterSet, TabFilter, TermFilter, TextFilter
from coopemploi.vocabulary.models import Scheme, Theme
from territories.filters import TerritoryFilter

from .models import Initiative, Need, Resource


class InitiativeFilter(ListFilterSet):
    q = TextFilter()
    thematique = TermFilter(Theme, "themes")
    dispositif = TermFilter(Scheme, "schemes")
    avancement = django_filters.ChoiceFilter(
        field_name="stage", choices=Initiative.Stage.choices, label="Avancement"
    )
    territoire = TerritoryFilter()

    class Meta:
        model = Initiative
        fields = []


class ExchangeFilter(ListFilterSet):
    q = TextFilter()
    thematique = TermFilter(Theme, "themes")
    nature = django_filters.ChoiceFilter(
        field_name="kind", choices=Need.Kind.choices, label="Nature"
    )
    territoire = TerritoryFilter()
    # Which tab is shown: the view chooses the model.
    voir = TabFilter(choices=[("besoins", "besoins"), ("offres", "offres")])


class ResourceFilter(ListFilterSet):
    q = TextFilter()
    type = django_filters.ChoiceFilter(
        field_name="kind", choices=Resource.Kind.choices, label="Type"
    )
    territoire = TerritoryFilter()

    class Meta:
        model = Resource
        fields = []
