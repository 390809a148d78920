import django_filters

from coopemploi.filters import ListFilterSet, TabFilter, TermFilter, TextFilter
from coopemploi.vocabulary.models import Scheme, Theme
from territories.filters import TerritoryFilter

from .models import Action, Event, FollowUpBody


class EventFilter(ListFilterSet):
    q = TextFilter()
    type = django_filters.ChoiceFilter(field_name="kind", choices=Event.Kind.choices, label="Type")
    thematique = TermFilter(Theme, "themes")
    dispositif = TermFilter(Scheme, "schemes")
    territoire = TerritoryFilter()
    # Which tab is shown: the view chooses the rows.
    periode = TabFilter(choices=[("a-venir", "à venir"), ("passees", "passées")])

    class Meta:
        model = Event
        fields = []


class ActionFilter(ListFilterSet):
    q = TextFilter()
    avancement = django_filters.ChoiceFilter(
        field_name="progress", choices=Action.Progress.choices, label="Avancement"
    )
    thematique = TermFilter(Theme, "themes")
    instance = TermFilter(FollowUpBody, "follow_up_body")
    territoire = TerritoryFilter()

    class Meta:
        model = Action
        fields = []
