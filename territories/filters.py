import django_filters
from django import forms

from coopemploi.filters import ListFilterSet, TermFilter, TextFilter
from coopemploi.vocabulary.models import Scheme

from .models import Actor, Network, Territory


class TerritoryReferenceField(forms.CharField):
    """A "kind:code" reference such as "epci:200071827", read as its territory."""

    def __init__(self, **kwargs):
        super().__init__(max_length=200, **kwargs)

    def clean(self, value):
        reference = super().clean(value)
        if not reference:
            return None
        try:
            return Territory.objects.get_by_reference(reference)
        except Territory.DoesNotExist as error:
            raise forms.ValidationError(
                "Territoire inconnu : la liste n'est pas limitée à un territoire.", code="unknown"
            ) from error


class TerritoryFilter(django_filters.CharFilter):
    """Records of one territory, named in the address and shown as a chip.

    Named `territoire` in every list: the chip of `_filters.html` counts on it.
    """

    field_class = TerritoryReferenceField

    def __init__(self, **kwargs):
        super().__init__(label="Territoire", widget=forms.HiddenInput, **kwargs)

    def filter(self, queryset, value):
        return queryset.in_territory(value) if value else queryset


class LyingInFilter(TerritoryFilter):
    """Territories that lie in another."""

    def filter(self, queryset, value):
        return queryset.inside(value) if value else queryset


class NameFilter(django_filters.CharFilter):
    """Territories by name, code or postal code, the nearest first."""

    def filter(self, queryset, value):
        return queryset.matching(value) if value else queryset


class TerritoryListFilter(ListFilterSet):
    q = NameFilter(label="Nom, code postal ou code", max_length=200)
    type = django_filters.ChoiceFilter(
        field_name="kind", choices=Territory.Kind.choices, label="Type"
    )
    territoire = LyingInFilter()

    class Meta:
        model = Territory
        fields = []


class ActorFilter(ListFilterSet):
    q = TextFilter()
    type = django_filters.ChoiceFilter(field_name="kind", choices=Actor.Kind.choices, label="Type")
    dispositif = TermFilter(Scheme, "schemes")
    territoire = TerritoryFilter()

    class Meta:
        model = Actor
        fields = []


class NetworkFilter(ListFilterSet):
    q = TextFilter()
    type = django_filters.ChoiceFilter(
        field_name="kind", choices=Network.Kind.choices, label="Type"
    )
    territoire = TerritoryFilter()

    class Meta:
        model = Network
        fields = []
