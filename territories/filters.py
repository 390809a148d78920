import math
from functools import cached_property

import django_filters
from django import forms

from coopemploi.filters import (
    FacetFilter,
    ListFilter,
    ListFilterSet,
    OptionFilter,
    TabFilter,
    TextFilter,
    ValuesField,
    WayOut,
    WordsField,
)
from coopemploi.search.catalogue import bits_at
from coopemploi.search.text import normalise
from coopemploi.vocabulary.labels import terms

from . import perimeters
from .models import Actor, Network, StageChange, Territory

MOST_TERRITORIES = 5  # in an address
MOST_CANDIDATES = 8
NEARBY = "30"  # km around somebody who gives a position
RADII = [(str(km), f"à moins de {km} km") for km in (10, 30, 50)]


def areas(kind):
    """A function that gives a catalogue the {slug: name} of the territories of a kind."""
    return lambda catalogue: catalogue.keep("areas", all_areas, of=Territory)[kind]


def all_areas():
    """{kind: {slug: name}} of what lists count by, in alphabetical order; one query."""
    named = Territory.objects.filter(kind__in=perimeters.COUNTED).order_by("sort_name", "pk")
    labels = {kind: {} for kind in perimeters.COUNTED}
    for kind, slug, name in named.values_list("kind", "slug", "name"):
        labels[kind][slug] = name
    return labels


class Referenced(list):
    """(reference, territory) pairs; `unknown` holds the references of none."""

    def __init__(self):
        super().__init__()
        self.unknown = []


class TerritoriesField(ValuesField):
    """References such as "epci:200071827", read as their territories."""

    def clean(self, value):
        found = Referenced()
        for reference in super().clean(value)[:MOST_TERRITORIES]:
            try:
                found.append((reference, Territory.objects.get_by_reference(reference)))
            except Territory.DoesNotExist:
                found.unknown.append(reference)
        return found


class PerimeterFilter(ListFilter):
    """Records of one or several territories, of what covers them, of what is near."""

    field_class = TerritoriesField

    def __init__(self, **kwargs):
        super().__init__(label="Territoire", widget=forms.MultipleHiddenInput, **kwargs)

    def select(self, filters, value):
        kept = 0
        for _, territory in value:
            kept |= self.records_of(filters, territory)
        return kept

    def records_of(self, filters, territory):
        catalogue = filters.catalogue
        kept = perimeters.inside(catalogue, territory)
        if filters.values.get("couvre"):
            kept |= perimeters.covering(catalogue, territory)
        point = perimeters.point_of(territory)
        if point and (radius := filters.values.get("rayon")):
            kept |= perimeters.near(catalogue, point, int(radius))
        return kept

    def chips(self, filters, value):
        return [(reference, f"Territoire : {territory.name}") for reference, territory in value]

    def without(self, filters, value):
        return "Partout"


class LyingInFilter(PerimeterFilter):
    """Territories that lie in another, which is not one of them."""

    def records_of(self, filters, territory):
        itself = bits_at(filters.catalogue.numbers_of([territory.pk]))
        return super().records_of(filters, territory) & ~itself


class Named:
    """The territories called so, the nearest name first: as a `ranking.Ranked`."""

    def __init__(self, catalogue, name):
        found = catalogue.model.objects.matching(name).values_list("pk", flat=True)
        self.numbers = list(catalogue.numbers_of(found))
        self.records = bits_at(self.numbers)

    def __iter__(self):
        return iter(self.numbers)


class NameFilter(TextFilter):
    """Territories by name, code or postal code, the nearest first."""

    def rank(self, catalogue, value):
        return Named(catalogue, value)


class PlaceField(WordsField):
    def __init__(self, **kwargs):
        attrs = {"autocomplete": "address-level2", "maxlength": self.MAX_LENGTH}
        super().__init__(**{"widget": forms.TextInput(attrs=attrs), **kwargs})


class PlaceFilter(ListFilter):
    """A place in people's words, « Dax » or « 40100 »: the view makes it a territory."""

    field_class = PlaceField

    def __init__(self, **kwargs):
        super().__init__(label="Près de", **kwargs)


class PositionField(WordsField):
    """« 44.84,-0.58 »: a (latitude, longitude) point, in degrees."""

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            latitude, longitude = map(float, text.split(","))
        except ValueError:
            latitude = longitude = math.nan
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            raise forms.ValidationError(
                "Cette position est illisible : indiquez une commune ou un code postal.",
                code="invalid",
            )
        return latitude, longitude


class PositionFilter(django_filters.Filter):
    """Where somebody is, said once: the list becomes that of the nearest commune."""

    field_class = PositionField

    def __init__(self, **kwargs):
        super().__init__(label="Votre position", widget=forms.HiddenInput, **kwargs)


class LocatedFilterSet(ListFilterSet):
    """A list of what lies in territories."""

    has_map = True
    home = None  # the territory that its map opens on, whatever lies there

    territoire = PerimeterFilter()
    lieu = PlaceFilter()
    position = PositionFilter()
    rayon = OptionFilter(choices=RADII, label="Et autour", empty_label="Dans ce territoire")
    couvre = OptionFilter(
        choices=[("oui", "et ce qui le couvre")], label="Et ce qui couvre ce territoire"
    )
    vue = TabFilter(choices=[("carte", "carte et liste"), ("france", "carte de France et liste")])
    region = FacetFilter("region", "Région", areas(Territory.Kind.REGION))
    departement = FacetFilter("departement", "Département", areas(Territory.Kind.DEPARTEMENT))

    @property
    def territories(self):
        return [territory for _, territory in self.values["territoire"]]

    @property
    def references(self):
        return [reference for reference, _ in self.values["territoire"]]

    @cached_property
    def origin(self):
        """The point that distances are measured from, None without a territory that has one."""
        return next(filter(None, map(perimeters.point_of, self.territories)), None)

    @property
    def possible_sorts(self):
        return [*super().possible_sorts, *(["proximite"] if self.origin else [])]

    @property
    def known_sorts(self):
        return [*super().known_sorts, "proximite"]

    @cached_property
    def distance_to(self):
        return perimeters.nearness(self.catalogue, self.origin)

    def order(self, sort):
        if sort != "proximite":
            return super().order(sort)
        return perimeters.nearest_first(self.catalogue, self.origin)

    def rows(self, pks):
        """Each with its `distance` in kilometres, when there is something to measure from."""
        rows = super().rows(pks)
        if self.origin and (self.values.get("rayon") or self.current_sort == "proximite"):
            for record, n in zip(
                rows, self.catalogue.numbers_of(row.pk for row in rows), strict=True
            ):
                record.distance = self.distance_to(n)
        return rows

    @cached_property
    def candidates(self):
        """What « lieu » may mean: one territory when it is clear, several to choose from."""
        place = self.values.get("lieu")
        if not normalise(place or ""):
            return []
        found = list(Territory.objects.with_place().matching(place)[: 4 * MOST_CANDIDATES])
        named_so = [territory for territory in found if territory.nearness == 0]
        # An arrondissement bears the name of its chief town, which is what people mean.
        towns = [place for place in named_so if place.kind != Territory.Kind.ARRONDISSEMENT]
        return (towns or named_so or found)[:MOST_CANDIDATES]

    @cached_property
    def query_with_place(self):
        """The address where « lieu » or a position has become a territory, or None."""
        if self.nearest:
            return self.query_at(self.nearest, rayon=NEARBY, tri="proximite")
        if len(self.candidates) != 1:
            return None
        return self.query_at(self.candidates[0])

    @cached_property
    def nearest(self):
        """The commune where somebody who gives a position is, None without one."""
        position = self.values.get("position")
        return perimeters.nearest_commune(position) if position else None

    def query_at(self, territory, **others):
        found = {"lieu": None, "position": None, "territoire": territory.reference}
        return self.query_with(**found, **others)

    def query_in(self, reference, **others):
        """The address of the same list in another territory, everywhere when there is none."""
        elsewhere = dict.fromkeys(("lieu", "position", "region", "departement"))
        return self.query_with(**elsewhere, territoire=reference or None, **others)

    def wider(self):
        """First what lies around the territory."""
        if len(self.territories) == 1:
            kept = self.kept_but_for("territoire")
            for area in perimeters.areas_around(self.territories[0]):
                found = kept & perimeters.inside(self.catalogue, area)
                query = self.query_at(area, rayon=None)
                yield WayOut(f"Dans {area.name}", query, found.bit_count())
        yield from super().wider()

    @property
    def choices_of_place(self):
        return [(territory, self.query_at(territory)) for territory in self.candidates]

    @cached_property
    def errors(self):
        if self.values.get("lieu") and not self.candidates:
            self.form.add_error(
                "lieu",
                f"Aucun territoire ne s'appelle « {self.values['lieu']} » : "
                "essayez une commune, une intercommunalité, un code postal.",
            )
        found = super().errors
        if unknown := self.values["territoire"].unknown:
            found["territoire"] = [
                f"« {reference} » est inconnu, la liste n'y est pas limitée."
                for reference in unknown
            ]
        return found

    @cached_property
    def ignored(self):
        said = super().ignored
        if self.values.get("position") and not self.nearest:
            said.append("Aucune commune n'est connue près de votre position.")
        if self.values.get("rayon") and self.territories and not self.origin:
            said.append(
                "La position de ce territoire n'est pas connue : rien n'est cherché autour."
            )
        return said


class TerritoryListFilter(LocatedFilterSet):
    has_map = False
    SORTS = {**ListFilterSet.SORTS, "pertinence": "nom le plus proche"}
    sorts = ("nom",)

    q = NameFilter(label="Nom, code postal ou code")
    type = FacetFilter("type", "Type", Territory.Kind.choices)
    territoire = LyingInFilter()

    first_facets = ("type", "region")


class ActorFilter(LocatedFilterSet):
    first_facets = ("type", "etape", "region")

    type = FacetFilter("type", "Type", Actor.Kind.choices)
    dispositif = FacetFilter("dispositif", "Dispositif", terms("dispositif"))
    etape = FacetFilter("etape", "Étape du projet", StageChange.Stage.choices)


class NetworkFilter(LocatedFilterSet):
    sorts = ("nom",)

    type = FacetFilter("type", "Type", Network.Kind.choices)
