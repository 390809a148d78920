"""What is searchable of who and where.

A record never lends its page the name of an actor that is not published, nor of a
person who asked for the withdrawal of theirs.
"""

import math

from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Concat, Trim

from coopemploi.search.facets import SEVERAL, own, values
from coopemploi.search.index import SearchSource

from .models import Actor, Containment, Network, Territory, contained_in
from .perimeters import AREAS, COUNTED


def when(condition, field, *, is_name=False):
    """What the lookup `field` leads to, or an expression, when the condition holds of the
    same row.

    A name weighs as names do, and is not told in extracts.
    """
    told = F(field) if isinstance(field, str) else field
    shown = Case(When(condition, then=told), default=Value(""), output_field=TextField())
    if is_name:
        shown.named = field
    return shown


def is_published(path):
    return Q((f"{path}__status", Actor.Status.PUBLISHED))


def is_named(path):
    """Whether whoever is at the end of `path`, if anybody, lets their name be shown: a name
    withdrawn takes its title and its actor along."""
    return Q((f"{path}__isnull", True)) | Q((f"{path}__attribution_withdrawn", False))


def published_actor(path):
    """The name of the actor at the end of `path`, when its sheet is published."""
    return when(is_published(path), f"{path}__name")


def named_people(path):
    """The names of the people at the end of `path` who let theirs be shown."""
    shown = Q((f"{path}__attribution_withdrawn", False))
    full_name = Trim(Concat(f"{path}__first_name", Value(" "), f"{path}__last_name"))
    return when(shown, full_name), when(shown, f"{path}__known_as")


def parties(path, *texts):
    """What names the parties at the end of `path`, and the `texts` that say more of them.

    Those of `Party.visible_to`: a label hides the actor it stands for, and says who it is.
    """
    actor, label = f"{path}__actor", Q((f"{path}__label", ""))
    is_shown = Q((f"{actor}__isnull", True)) | ~label | is_published(actor)
    return (
        f"{path}__label",
        *(when(is_shown, f"{path}__{text}") for text in texts),
        when(label & is_published(actor), f"{actor}__name"),
    )


class LocatedSource(SearchSource):
    """Records that lie in territories: listed by perimeter and by area."""

    places = ("territories",)  # the lookups that lead to their territories

    @classmethod
    def register(cls):
        cls.facets = {**cls.facets, **located(cls.places)}
        cls.related = {**cls.related, "territories.Containment": ()}
        super().register()

    def affected_by_all(self, instances):
        if isinstance(instances[0], Containment):
            return self.leading_to(self.places, {link.contained_id for link in instances})
        return super().affected_by_all(instances)

    def affected_by_change(self, before, after):
        if not names_an_area_otherwise(before, after):
            return set()
        inside = [f"{place}__containers__container" for place in self.places]
        return self.leading_to(inside, {after.pk})


def names_an_area_otherwise(before, after):
    """Whether a territory that documents name as the area where they lie changes its name there."""
    return (
        isinstance(after, Territory)
        and (before.kind, before.slug) != (after.kind, after.slug)
        and not {before.kind, after.kind}.isdisjoint(AREAS)
    )


def located(places):
    """The facets of where records are: their territories, and the areas they lie in."""

    def lieu(records):
        for place in places:
            yield from records.values_list("pk", f"{place}__pk")

    def areas(records):
        for place in places:
            inside = f"{place}__containers__container"
            lying = records.filter(**{f"{inside}__kind__in": AREAS})
            for pk, kind, slug in lying.values_list("pk", f"{inside}__kind", f"{inside}__slug"):
                yield pk, f"{kind}:{slug}"

    return {"lieu": lieu, SEVERAL: areas}


def stages(actors):
    """The present stage of each project."""
    return Actor.objects.filter(pk__in=actors.values("pk")).with_stage().values_list("pk", "stage")


def areas_of_territories(territories):
    inside = Containment.objects.filter(contained__in=territories, container__kind__in=COUNTED)
    for pk, kind, slug in inside.values_list("contained", "container__kind", "container__slug"):
        yield pk, f"{kind}:{slug}"


def places_of(territories):
    """{key: the name of the département that each lies in wholly, otherwise of its région}"""
    around = Containment.objects.filter(
        contained__in=territories, container__kind__in=Territory.AREAS, partial=False
    ).exclude(Q(container=F("contained")) | Q(contained__kind=Territory.Kind.REGION))
    # The nearest last: it is the one that stays.
    named = around.order_by(F("container__kind").desc())
    return dict(named.values_list("contained", "container__name"))


class TerritorySource(SearchSource):
    model = Territory
    label = "Territoires"
    fields = (
        "name",
        "aliases",
        # « communauté de communes du Bazadais » is « CC du Bazadais ».
        Case(
            *[When(nature=value, then=Value(label)) for value, label in Territory.Nature.choices],
            default=Value(""),
        ),
        "code",
        "postal_codes",
        "former_codes__name",
        "former_codes__code",
    )
    related = {"territories.FormerCode": "former_codes", "territories.Containment": ()}
    facets = {
        "type": own("kind"),
        "lieu": own("pk"),
        SEVERAL: areas_of_territories,
    }

    def affected_by_all(self, instances):
        if isinstance(instances[0], Containment):
            return {link.contained_id for link in instances}
        return super().affected_by_all(instances)

    def affected_by_change(self, before, after):
        is_renamed = isinstance(after, Territory) and before.name != after.name
        if (is_renamed and after.kind in Territory.AREAS) or names_an_area_otherwise(before, after):
            return set(contained_in(after).values_list("contained", flat=True))
        return set()

    def made(self, records):
        """« commune, Sarthe »: a name alone does not tell which."""
        documents, words = super().made(records)
        for pk, place in places_of(records).items():
            if pk in documents:
                documents[pk].kicker += f", {place}"
        return documents, words

    _labels = {**dict(Territory.Kind.choices), **dict(Territory.Nature.choices)}

    def kicker(self, record):
        """Its `kind_label`, read faster: there are tens of thousands."""
        return self._labels[record.nature or record.kind]

    def prior(self, record):
        return math.log10((record.population or 1) + 1) / 8


class ActorSource(LocatedSource):
    model = Actor
    label = "Acteurs"
    places = ("territories", "governs")
    facets = {
        "type": own("kind"),
        "dispositif": values("schemes__slug"),
        "etape": stages,
    }

    def kicker(self, record):
        return record.get_kind_display()

    def date_key(self, record):
        return record.published_at

    fields = (
        "name",
        "description",
        "aliases",
        "siren",
        "territories__name",
        "territories__aliases",
        "territory_links__note",
        "schemes__name",
        "schemes__acronym",
    )
    related = {
        "territories.ActorTerritory": "territory_links",
        "territories.Territory": ("territories", "governs"),
        "territories.StageChange": "stage_changes",
        "vocabulary.Scheme": "schemes",
        "territories.Actor_schemes": "schemes",
    }


class NetworkSource(LocatedSource):
    model = Network
    label = "Réseaux"
    places = ("territory",)
    facets = {"type": own("kind")}

    def kicker(self, record):
        return record.get_kind_display()

    fields = (
        "name",
        "description",
        "aliases",
        "territory__name",
        "schemes__name",
        "schemes__acronym",
        "memberships__label",
        when(
            Q(memberships__label="")
            & is_named("memberships__person")
            & is_published("memberships__actor"),
            "memberships__actor__name",
        ),
        *named_people("memberships__person"),
    )
    related = {
        "territories.Territory": "territory",
        "vocabulary.Scheme": "schemes",
        "territories.Network_schemes": "schemes",
        "territories.NetworkMembership": "memberships",
        "territories.Actor": "memberships__actor",
        "territories.Person": "memberships__person",
    }
