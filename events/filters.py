import django_filters
from django.core.exceptions import ValidationError
from django.forms import HiddenInput
from django.utils import timezone

from coopemploi.filters import (
    Choice,
    FacetFilter,
    ListFilterSet,
    TabFilter,
    WordsField,
    YearFilter,
)
from coopemploi.vocabulary.labels import terms
from initiatives.filters import ClassifiedFilterSet
from territories.maps import FRANCE
from territories.models import Actor, Network, Person

from .models import Action, ActionParty, Event, FollowUpBody
from .months import read_month


def network_labels():
    return dict(Network.objects.published().order_by("sort_name").values_list("slug", "name"))


def follow_up_labels():
    return dict(FollowUpBody.objects.order_by("name").values_list("slug", "name"))


def meeting_labels():
    """The meetings that retained actions, the latest first."""
    meetings = Event.objects.published().filter(actions__isnull=False).distinct()
    return dict(meetings.values_list("slug", "title"))


def carrier_labels():
    carriers = ActionParty.objects.filter(role=ActionParty.Role.CARRIER).values("actor")
    actors = Actor.objects.published().filter(pk__in=carriers).order_by("sort_name")
    return dict(actors.values_list("slug", "name"))


class DeadlineFilter(FacetFilter):
    """Actions still to be done, by what today says of their due date."""

    CHOICES = (
        ("en-retard", "à faire, en retard"),
        ("dans-les-temps", "à faire, dans les temps"),
        ("sans-echeance", "à faire, sans échéance"),
    )

    def __init__(self):
        super().__init__("limite", "Échéance", self.CHOICES)

    def having(self, catalogue, value):
        days = catalogue.values(self.facet)
        today = timezone.localdate().isoformat()
        match value:
            case "en-retard":
                days = [day for day in days if day < today]
            case "dans-les-temps":
                days = [day for day in days if today <= day != "sans"]
            case _:
                days = ["sans"]
        return catalogue.having(self.facet, days)

    def select(self, filters, value):
        known = self.known(filters, value)
        kept = 0
        for each in known:
            kept |= self.having(filters.catalogue, each)
        return kept if known else None

    def choices(self, filters, selected, within):
        found = {value: self.having(filters.catalogue, value) for value, _ in self.CHOICES}
        return [
            Choice(value, label, (found[value] & within).bit_count(), value in selected)
            for value, label in self.CHOICES
            if found[value] & filters.readable or value in selected
        ]


class MonthField(WordsField):
    def to_python(self, value):
        text = super().to_python(value)
        try:
            return read_month(text) if text else None
        except ValueError as error:
            raise ValidationError(
                "Ce mois est illisible : écrivez par exemple 2030-10.", code="invalid"
            ) from error


class MonthFilter(django_filters.Filter):
    """« 2030-10 »: the agenda of a month, as a table. The view chooses the rows."""

    field_class = MonthField

    def __init__(self):
        super().__init__(label="Mois", widget=HiddenInput)


class EventFilter(ClassifiedFilterSet):
    sorts = ("date", "recent", "nom")

    type = FacetFilter("type", "Type", Event.Kind.choices)
    modalite = FacetFilter("modalite", "Sur place ou en ligne", Event.Format.choices)
    reseau = FacetFilter(
        "reseau", "Réseau", lambda catalogue: catalogue.labels("networks", network_labels)
    )
    annee = YearFilter()
    # Which tab is shown: the view chooses the rows.
    periode = TabFilter(choices=[("a-venir", "à venir"), ("passees", "passées")])
    mois = MonthFilter()


class ManifestationFilter(EventFilter):
    """The events of one operation; its map opens on the operation's territory."""

    def __init__(self, *args, home=None, **kwargs):
        self.home = home
        super().__init__(*args, **kwargs)

    @property
    def territories(self):
        chosen = super().territories
        opens_at_home = self.home and self.values["vue"] != FRANCE
        return chosen or ([self.home] if opens_at_home else [])


class ActionFilter(ClassifiedFilterSet):
    sorts = ("date", "nom")
    default_sort = "date"

    avancement = FacetFilter("avancement", "Avancement", Action.Progress.choices)
    instance = FacetFilter(
        "instance",
        "Instance de suivi",
        lambda catalogue: catalogue.labels("follow-up", follow_up_labels),
    )
    echeance = DeadlineFilter()
    annee = YearFilter("Année d'échéance")
    rencontre = FacetFilter(
        "rencontre", "Rencontre", lambda catalogue: catalogue.labels("meetings", meeting_labels)
    )
    porteur = FacetFilter(
        "porteur", "Porteur", lambda catalogue: catalogue.labels("carriers", carrier_labels)
    )
    first_facets = ("avancement", "echeance", "theme")


def speaker_labels():
    """{slug: name} of those who said something, in the order of their names."""
    speakers = Person.objects.filter(attribution_withdrawn=False, verbatims__isnull=False)
    return {person.slug: person.public_name for person in speakers.distinct()}


class VerbatimFilter(ListFilterSet):
    sorts = ("recent",)
    default_sort = "recent"
    first_facets = ("theme", "auteur")

    theme = FacetFilter("theme", "Thématique", terms("theme"))
    auteur = FacetFilter(
        "auteur", "Qui l'a dit", lambda catalogue: catalogue.labels("speakers", speaker_labels)
    )
    annee = YearFilter("Année de la rencontre")
