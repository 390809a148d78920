import datetime

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Length
from django.utils import timezone

from coopemploi.addresses import address
from coopemploi.fields import AutoSlugField, NormalisedField, PartialDateField, ProseField
from coopemploi.figures import KeyFigure
from coopemploi.link_checks.models import with_dead_links
from coopemploi.publishing import Publishable, PublishableQuerySet
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import Classified, Scheme, Theme
from territories.models import LocatedQuerySet, Party, Person, Position, Territory


class InitiativeQuerySet(PublishableQuerySet, LocatedQuerySet):
    def with_card(self, user):
        """With what their cards show to `user`."""
        carriers = Involvement.objects.visible_to(user).filter(role__in=Involvement.ON_CARDS)
        return self.select_related("source").prefetch_related(
            Prefetch("territories", Territory.objects.named()),
            Prefetch("schemes", Scheme.objects.only("name", "acronym")),
            Prefetch("themes", Theme.objects.only("name")),
            Prefetch("involvements", carriers.named("initiative", "role"), to_attr="carriers"),
        )

    def with_line(self, user):
        """With only what the home page says of them to `user`."""
        carriers = Involvement.objects.visible_to(user).filter(role__in=Involvement.ON_CARDS)
        return (
            self.defer(*Initiative.PROSE)
            .select_related("source")
            .prefetch_related(
                Prefetch("territories", Territory.objects.only("name")),
                Prefetch("involvements", carriers.named("initiative"), to_attr="carriers"),
            )
        )

    def latest_first(self):
        """By the date of their publication, then of their first draft; the undated last."""
        published = models.F("published_at").desc(nulls_last=True)
        return self.order_by(published, "-created_at", "-pk")

    def with_ties(self):
        """With what `related_to` compares. A carrier in draft is no reason to give."""
        carriers = (
            Involvement.objects.filter(role=Involvement.Role.CARRIER)
            .filter(actor__status=Publishable.Status.PUBLISHED)
            .order_by()
        )
        return self.prefetch_related(
            Prefetch("territories", Territory.objects.named()),
            "schemes",
            "themes",
            Prefetch("involvements", carriers.named("initiative"), to_attr="carrying"),
        )

    def untouched(self, since=None):
        """Published sheets that nobody changed since the instant `since` (a year ago)."""
        since = since or timezone.now() - datetime.timedelta(days=365)
        return self.published().filter(updated_at__lt=since)

    def with_dead_links(self):
        return with_dead_links(self.published(), "links__url")

    def without_summary(self):
        # By its length, which is indexed: reading 50 000 summaries takes a tenth of a second.
        return self.published().alias(length=Length("summary")).filter(length=0)

    def without_stage(self):
        return self.published().filter(stage="")

    def without_territory(self):
        placed = Initiative.territories.through.objects.filter(initiative=OuterRef("pk"))
        return self.published().filter(~Exists(placed))

    def without_carrier(self):
        carriers = Involvement.objects.filter(
            initiative=OuterRef("pk"), role=Involvement.Role.CARRIER
        )
        return self.published().filter(~Exists(carriers))

    def with_reach(self):
        """Annotate `is_reachable`: whether its contact, or a member of who leads it, can be
        written to."""
        led_by = Involvement.objects.filter(
            initiative=OuterRef(OuterRef("pk")), role__in=Involvement.LEADING
        )
        members = Q(
            belongings__actor__in=led_by.order_by().values("actor"), belongings__state="approved"
        )
        contact = Q(positions=OuterRef("contact"))
        people = Person.objects.reachable().filter(members | contact)
        return self.annotate(is_reachable=Exists(people))

    def incomplete(self):
        """Published sheets that lack a summary, a stage, a territory or a carrier."""
        sheets = Initiative.objects
        lacking = Q()
        for lack in (
            sheets.without_summary(),
            sheets.without_stage(),
            sheets.without_territory(),
            sheets.without_carrier(),
        ):
            lacking |= Q(pk__in=lack.order_by().values("pk"))
        return self.filter(lacking)


class Initiative(Publishable, Sourced, Classified):
    """What a territory does for employment, also called a démarche."""

    class Stage(models.TextChoices):
        IDEA = "idea", "idée"
        DIAGNOSIS = "diagnosis", "diagnostic"
        PLANNED = "planned", "en projet"
        ONGOING = "ongoing", "en cours"
        RENEWED = "renewed", "renouvelée"
        COMPLETED = "completed", "terminée"

    class Level(models.TextChoices):
        DISTRICT = "district", "quartier"
        COMMUNE = "commune", "commune"
        INTERCOMMUNAL = "intercommunal", "intercommunalité"
        DEPARTEMENT = "departement", "département"
        REGION = "region", "région"
        NATIONAL = "national", "national"

    # Long texts, that only its page shows.
    PROSE = ("body", "worked", "did_not_work", "how_overcome", "how_to_redo")

    title = models.CharField("titre", max_length=200)
    slug = AutoSlugField("réf", populate_from="title")
    summary = models.TextField(
        "résumé", max_length=600, blank=True, help_text="Deux ou trois phrases."
    )
    body = ProseField("présentation")
    stage = models.CharField(
        "avancement",
        max_length=10,
        choices=Stage.choices,
        blank=True,
        help_text="Laissez vide si la source ne le dit pas.",
    )
    level = models.CharField("échelle", max_length=15, choices=Level.choices, blank=True)
    territories = models.ManyToManyField(
        Territory, verbose_name="territoires", blank=True, related_name="initiatives"
    )
    worked = ProseField("ce qui a marché")
    did_not_work = ProseField("ce qui n'a pas marché")
    how_overcome = ProseField(
        "comment les freins ont été levés",
        help_text=(
            "Un tiret par frein : « - Mobilité : un minibus de la commune, deux fois par semaine »."
        ),
    )
    how_to_redo = ProseField("ce qu'il faut pour le refaire")
    contact = models.ForeignKey(
        Position,
        verbose_name="contact",
        on_delete=models.SET_NULL,  # the initiative stays when its contact leaves
        null=True,
        blank=True,
        related_name="initiatives",
    )
    sort_name = NormalisedField("clé de tri", populate_from=("title",))

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        verbose_name = "initiative"
        verbose_name_plural = "initiatives"
        ordering = ["sort_name", "pk"]
        default_related_name = "initiatives"
        indexes = [
            models.Index(fields=["sort_name"], name="initiative_sort_name"),
            models.Index(fields=["status", "updated_at"], name="initiative_status_updated"),
            models.Index(fields=["status", "stage"], name="initiative_status_stage"),
            models.Index(fields=["status", "published_at"], name="initiative_status_published"),
            models.Index(models.F("status"), Length("summary"), name="initiative_status_summary"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("initiative_detail", self.slug)

    def reach(self, stage):
        """Say how far the initiative is."""
        self.stage = stage
        self.save(update_fields=["stage", "updated_at"])

    def add_theme(self, theme):
        self.themes.add(theme)
        self.save(update_fields=["updated_at"])


class Step(models.Model):
    """A dated step of an initiative."""

    initiative = models.ForeignKey(
        Initiative, verbose_name="initiative", on_delete=models.CASCADE, related_name="steps"
    )
    date = PartialDateField("date")
    label = models.CharField("étape", max_length=200)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "étape datée"
        verbose_name_plural = "étapes datées"
        ordering = [models.F("date_earliest").asc(nulls_last=True), "order", "pk"]

    def __str__(self):
        return self.label


class Involvement(Party):
    """What an actor, or somebody known by a label, does in an initiative."""

    class Role(models.TextChoices):
        CARRIER = "carrier", "porteur"
        PILOT = "pilot", "pilote"
        CO_PILOT = "co_pilot", "copilote"
        PARTNER = "partner", "partenaire"
        FUNDER = "funder", "financeur"
        INSPIRED_BY = "inspired_by", "inspiré de"

    # Whom a card names.
    ON_CARDS = (Role.CARRIER, Role.PILOT)
    # Who leads it, and is asked for first; the others are named further down.
    LEADING = (Role.CARRIER, Role.PILOT, Role.CO_PILOT)

    initiative = models.ForeignKey(
        Initiative,
        verbose_name="initiative",
        on_delete=models.CASCADE,
        related_name="involvements",
    )
    role = models.CharField("rôle", max_length=12, choices=Role.choices)
    amount = models.DecimalField(
        "montant (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )

    class Meta(Party.Meta):
        verbose_name = "partie prenante"
        verbose_name_plural = "parties prenantes"


class InitiativeFigure(KeyFigure, Sourced):
    initiative = models.ForeignKey(
        Initiative, verbose_name="initiative", on_delete=models.CASCADE, related_name="figures"
    )

    class Meta(KeyFigure.Meta):
        verbose_name = "chiffre clé"
        verbose_name_plural = "chiffres clés"


class InitiativeLink(models.Model):
    """A document, a page or a video about an initiative."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", "document"
        PAGE = "page", "page web"
        VIDEO = "video", "vidéo"

    initiative = models.ForeignKey(
        Initiative, verbose_name="initiative", on_delete=models.CASCADE, related_name="links"
    )
    kind = models.CharField("type", max_length=10, choices=Kind.choices)
    title = models.CharField("titre", max_length=200)
    url = models.URLField(
        "adresse web", max_length=500, validators=[URLValidator(["http", "https"])]
    )
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "lien"
        verbose_name_plural = "liens"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.title
