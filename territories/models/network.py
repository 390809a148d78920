from django.core.validators import URLValidator
from django.db import models
from django.db.models import Prefetch, Q

from coopemploi.addresses import address
from coopemploi.fields import (
    AutoSlugField,
    LinesField,
    NormalisedField,
    PartialDateField,
    dates_in_order,
)
from coopemploi.publishing import Publishable, PublishableQuerySet
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import Scheme

from .actor import Actor
from .located import LocatedQuerySet
from .person import Person
from .territory import Territory


class NetworkQuerySet(PublishableQuerySet, LocatedQuerySet):
    territory_lookup = "territory"

    def with_card(self):
        """With what their cards show."""
        return self.select_related("source", "territory")

    def with_members(self, user):
        """With the memberships that `user` may see, each with the present stage of its actor."""
        actors = Actor.objects.visible_to(user)
        visible = NetworkMembership.objects.filter(
            Q(actor=None) | Q(actor__in=actors) | Q(person__isnull=False) | ~Q(label="")
        )
        members = visible.select_related("person", "source").prefetch_related(
            Prefetch("actor", actors.with_stage_label())
        )
        role = NetworkMembership.Role
        return self.prefetch_related(
            Prefetch("memberships", members.filter(role=role.COORDINATOR), to_attr="coordinators"),
            Prefetch("memberships", members.filter(role=role.MEMBER), to_attr="members"),
        )


class Network(Publishable, Sourced):
    """Actors who meet and cooperate: a grappe, a réseau, a collectif."""

    class Kind(models.TextChoices):
        GRAPPE = "grappe", "grappe"
        NETWORK = "reseau", "réseau"
        COLLECTIVE = "collectif", "collectif"

    kind = models.CharField("type", max_length=10, choices=Kind.choices)
    name = models.CharField("nom", max_length=200)
    slug = AutoSlugField("réf", populate_from="name")
    aliases = LinesField("autres noms")
    territory = models.ForeignKey(
        Territory,
        verbose_name="territoire",
        on_delete=models.SET_NULL,  # a network outlives a redrawn territory
        null=True,
        blank=True,
        related_name="networks",
    )
    schemes = models.ManyToManyField(
        Scheme, verbose_name="dispositifs", blank=True, related_name="networks"
    )
    website = models.URLField(
        "site web", max_length=500, blank=True, validators=[URLValidator(["http", "https"])]
    )
    description = models.TextField("description", blank=True)
    sort_name = NormalisedField("clé de tri", populate_from=("name",))

    objects = NetworkQuerySet.as_manager()

    class Meta:
        verbose_name = "réseau"
        verbose_name_plural = "réseaux"
        ordering = ["sort_name", "pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("network_detail", self.slug)


class NetworkMembership(Sourced):
    """An actor, a territory or a person in a network, for a time."""

    class Role(models.TextChoices):
        MEMBER = "member", "membre"
        COORDINATOR = "coordinator", "animation"

    network = models.ForeignKey(
        Network, verbose_name="réseau", on_delete=models.CASCADE, related_name="memberships"
    )
    actor = models.ForeignKey(
        Actor,
        verbose_name="acteur",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
    )
    person = models.ForeignKey(
        Person,
        verbose_name="personne",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
    )
    label = models.CharField("ou désignation", max_length=200, blank=True)
    role = models.CharField("rôle", max_length=12, choices=Role.choices, default=Role.MEMBER)
    since = PartialDateField("depuis")
    until = PartialDateField("jusqu'à")

    class Meta:
        verbose_name = "membre"
        verbose_name_plural = "membres"
        ordering = ["role", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | Q(person__isnull=False) | ~Q(label=""),
                name="membership_has_member",
                violation_error_message="Choisissez un acteur ou une personne.",
            ),
            dates_in_order("since", "until", name="membership_dates_in_order"),
        ]

    def __str__(self):
        return self.label or str(self.actor or self.person)
