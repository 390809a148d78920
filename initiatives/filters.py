import django_filters
from django.forms import HiddenInput

from coopemploi.filters import ListFilterSet, TextFilter
from coopemploi.vocabulary.models import Scheme, Theme

from .models import Initiative, Need, Resource


class InitiativeFilter(ListFilterSet):
    q = TextFilter()
    thematique = django_filters.ModelChoiceFilter(
        field_name="themes", queryset=Theme.objects.all(), to_field_name="slug", label="Thématique"
    )
    dispositif = django_filters.ModelChoiceFilter(
        field_name="schemes",
        queryset=Scheme.objects.all(),
        to_field_name="slug",
        label="Dispositif",
    )
    avancement = django_filters.ChoiceFilter(
        field_name="stage", choices=Initiative.Stage.choices, label="Avancement"
    )

    class Meta:
        model = Initiative
        fields = []


class ExchangeFilter(ListFilterSet):
    q = TextFilter()
    thematique = django_filters.ModelChoiceFilter(
        field_name="themes", queryset=Theme.objects.all(), to_field_name="slug", label="Thématique"
    )
    nature = django_filters.ChoiceFilter(
        field_name="kind", choices=Need.Kind.choices, label="Nature"
    )
    # Which tab is shown: the view chooses the model.
    voir = django_filters.ChoiceFilter(
        choices=[("besoins", "besoins"), ("offres", "offres")],
        method="keep",
        widget=HiddenInput,
    )

    def keep(self, queryset, name, value):
        return queryset


class ResourceFilter(ListFilterSet):
    q = TextFilter()
    type = django_filters.ChoiceFilter(
        field_name="kind", choices=Resource.Kind.choices, label="Type"
    )

    class Meta:
        model = Resource
        fields = []
