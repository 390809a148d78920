from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Case, OuterRef, Prefetch, Q, Subquery, Value, When

from coopemploi.addresses import address
from coopemploi.fields import AutoSlugField, LinesField, NormalisedField, PartialDateField
from coopemploi.figures import KeyFigure
from coopemploi.link_checks.models import with_dead_links
from coopemploi.publishing import Publishable, PublishableQuerySet, readable
from coopemploi.search.text import normalise
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import Scheme

from .located import LocatedQuerySet, contained_in
from .territory import Territory


class ActorQuerySet(PublishableQuerySet, LocatedQuerySet):
    def with_dead_links(self):
        return with_dead_links(self.published(), "website")

    def lying_in(self, territory):
        """Those who act in `territory`, or administer it or what it contains."""
        return super().lying_in(territory) | Q(governs__in=contained_in(territory))

    def matching(self, text):
        actors = self
        for word in normalise(text).split():
            actors = actors.filter(lookup__contains=f" {word}")
        return actors

    def with_stage(self, at=None):
        """Annotate `stage`, the latest known, or the one known at the date `at`.

        A change of unknown date counts as the oldest.
        """
        changes = StageChange.objects.filter(actor=OuterRef("pk"))
        if at is not None:
            changes = changes.filter(Q(since_latest=None) | Q(since_latest__lte=at))
        latest = changes.order_by(models.F("since_latest").desc(nulls_last=True), "-pk")
        return self.annotate(stage=Subquery(latest.values("stage")[:1]))

    def with_stage_label(self):
        """Annotate `stage_label`, the present stage in words."""
        stages = StageChange.Stage.choices
        labels = [When(stage=value, then=Value(label)) for value, label in stages]
        return self.with_stage().annotate(stage_label=Case(*labels, default=Value("")))

    def with_card(self):
        """With what their cards show."""
        territories = Prefetch("territories", Territory.objects.named())
        return self.with_stage_label().select_related("source").prefetch_related(territories)


class Actor(Publishable, Sourced):
    """An organisation, a project or a service that acts for employment."""

    class Kind(models.TextChoices):
        EPCI = "epci", "EPCI"
        PETR = "petr", "PETR"
        MIXED_SYNDICATE = "syndicat-mixte", "syndicat mixte"
        COMMUNE = "commune", "commune"
        DEPARTEMENT = "departement", "département"
        REGION = "region", "région"
        STATE_SERVICE = "service-etat", "service de l'État"
        GIP = "gip", "groupement d'intérêt public"
        PLIE = "plie", "PLIE"
        EMPLOYMENT_HOUSE = "maison-emploi", "maison de l'emploi"
        MISSION_LOCALE = "mission-locale", "mission locale"
        FRANCE_TRAVAIL = "france-travail", "France Travail"
        TZCLD = "projet-tzcld", "projet TZCLD"
        EBE = "ebe", "entreprise à but d'emploi"
        SIAE = "siae", "structure d'insertion (SIAE)"
        THIRD_PLACE = "tiers-lieu", "tiers-lieu"
        ASSOCIATION = "association", "association"
        COOPERATIVE = "cooperative", "coopérative"
        BUSINESS_CLUB = "club-entreprises", "club d'entreprises"
        COMPANY = "entreprise", "entreprise"
        TRAINING = "organisme-formation", "organisme de formation"
        CHAMBER = "chambre-consulaire", "chambre consulaire"
        FOUNDATION = "fondation", "fondation"
        UNIVERSITY = "universite", "université"
        NETWORK_HEAD = "tete-reseau", "tête de réseau"
        PUBLIC_AGENCY = "organisme-public", "organisme public"
        SERVICE = "service", "service ou dispositif local"
        COLLECTIVE = "collectif", "collectif"
        OTHER = "autre", "autre organisation"

    kind = models.CharField("type", max_length=30, choices=Kind.choices)
    name = models.CharField("nom", max_length=200)
    slug = AutoSlugField("réf", populate_from="name")
    aliases = LinesField("autres noms", help_text="Un par ligne : sigles, anciens noms.")
    siren = models.CharField(
        "SIREN",
        max_length=9,
        blank=True,
        validators=[RegexValidator(r"^\d{9}$", "Un SIREN a neuf chiffres.")],
    )
    parents = models.ManyToManyField(
        "self",
        verbose_name="rattachements",
        symmetrical=False,
        blank=True,
        related_name="children",
        help_text="Les acteurs dont celui-ci est un service ou une émanation.",
    )
    governs = models.OneToOneField(
        Territory,
        verbose_name="collectivité du territoire",
        on_delete=models.SET_NULL,  # the organisation exists without its sheet of territory
        null=True,
        blank=True,
        related_name="governing_actor",
        help_text="Pour une collectivité : le territoire qu'elle administre.",
    )
    territories = models.ManyToManyField(
        Territory,
        through="ActorTerritory",
        verbose_name="territoires d'action",
        related_name="actors",
        blank=True,
    )
    schemes = models.ManyToManyField(
        Scheme, verbose_name="dispositifs", blank=True, related_name="actors"
    )
    website = models.URLField(
        "site web", max_length=500, blank=True, validators=[URLValidator(["http", "https"])]
    )
    description = models.TextField("description", blank=True)
    sort_name = NormalisedField("clé de tri", populate_from=("name",))
    lookup = NormalisedField("clé de recherche", populate_from=("name", "aliases", "siren"))

    objects = ActorQuerySet.as_manager()

    class Meta:
        verbose_name = "acteur"
        verbose_name_plural = "acteurs"
        ordering = ["sort_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["siren"],
                condition=~Q(siren=""),
                name="actor_siren_unique",
                violation_error_message="Un acteur porte déjà ce SIREN.",
            )
        ]
        indexes = [models.Index(fields=["sort_name"], name="actor_sort_name")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("actor_detail", self.slug)


class ActorTerritory(models.Model):
    """A territory where an actor acts."""

    actor = models.ForeignKey(
        Actor, verbose_name="acteur", on_delete=models.CASCADE, related_name="territory_links"
    )
    territory = models.ForeignKey(
        Territory,
        verbose_name="territoire",
        on_delete=models.CASCADE,
        related_name="actor_links",
    )
    partial = models.BooleanField("en partie seulement", default=False)
    note = models.CharField(
        "précision", max_length=200, blank=True, help_text="« rive droite, 11 communes »"
    )

    class Meta:
        verbose_name = "territoire d'action"
        verbose_name_plural = "territoires d'action"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "territory"],
                name="actor_territory_unique",
                violation_error_message="Ce territoire est déjà dans la liste.",
            )
        ]

    def __str__(self):
        return f"{self.actor} – {self.territory}"


class StageChange(Sourced):
    """The day a project reached a stage of its accreditation."""

    class Stage(models.TextChoices):
        INTERESTED = "interested", "intéressé"
        EMERGING = "emerging", "émergent"
        CANDIDATE = "candidate", "candidat"
        ACCREDITED = "accredited", "habilité"
        LEFT = "left", "sorti"

    actor = models.ForeignKey(
        Actor, verbose_name="acteur", on_delete=models.CASCADE, related_name="stage_changes"
    )
    stage = models.CharField("étape", max_length=12, choices=Stage.choices)
    since = PartialDateField("depuis")

    class Meta:
        verbose_name = "étape"
        verbose_name_plural = "étapes"
        ordering = [models.F("since_latest").desc(nulls_last=True), "-pk"]

    def __str__(self):
        return f"{self.actor} : {self.get_stage_display()}"


class ActorFigure(KeyFigure, Sourced):
    actor = models.ForeignKey(
        Actor, verbose_name="acteur", on_delete=models.CASCADE, related_name="figures"
    )

    class Meta(KeyFigure.Meta):
        verbose_name = "chiffre clé"
        verbose_name_plural = "chiffres clés"


class PartyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Parties named by a label, and those whose actor the user may see."""
        return self.filter(Q(actor=None) | ~Q(label="") | readable(user, "actor__"))

    def named(self, owner, *others):
        """Only what names each, and `others`; `owner` is the field that says whose party it is."""
        return self.select_related("actor").only(owner, *others, "label", "count", "actor__name")


class Party(models.Model):
    """Somebody who takes part: an actor, or a label such as "bailleurs sociaux"."""

    actor = models.ForeignKey(
        Actor,
        verbose_name="acteur",
        # Deleting a party silently would lose who took part.
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
    )
    label = models.CharField(
        "ou désignation",
        max_length=200,
        blank=True,
        help_text="Quand l'acteur n'a pas de fiche : « une fondation privée ».",
    )
    count = models.PositiveIntegerField(
        "nombre", null=True, blank=True, help_text="« 5 » pour « 5 EPCI »."
    )
    note = models.CharField("précision", max_length=300, blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    objects = PartyQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | ~Q(label=""),
                name="%(class)s_has_party",
                violation_error_message="Choisissez un acteur, ou donnez une désignation.",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def name(self):
        name = self.label or str(self.actor)
        return f"{self.count} {name}" if self.count else name
