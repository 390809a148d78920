from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef
from django.utils import timezone


class OfModel(models.Model):
    """A row about records of any model, named by its label: "territories.actor"."""

    model = models.CharField("modèle", max_length=60)

    class Meta:
        abstract = True

    @property
    def model_class(self):
        return apps.get_model(self.model)

    @property
    def kind(self):
        return self.model_class._meta.verbose_name


class Merge(OfModel):
    """A record that absorbed another, with what it takes to part them again."""

    survivor_id = models.PositiveBigIntegerField("fiche gardée")
    loser_id = models.PositiveBigIntegerField("fiche fondue")
    survivor_name = models.CharField("nom de la fiche gardée", max_length=300)
    loser_name = models.CharField("nom de la fiche fondue", max_length=300)
    # What was written, in order: see `journal`.
    journal = models.JSONField("journal", default=list, editable=False)
    merged_at = models.DateTimeField("fusionnées le", default=timezone.now)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="fusionnées par",
        on_delete=models.SET_NULL,  # what was done outlives its author's account
        null=True,
        related_name="+",
    )
    undone_at = models.DateTimeField("annulée le", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="annulée par",
        on_delete=models.SET_NULL,  # as above
        null=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "fusion"
        verbose_name_plural = "fusions"
        ordering = ["-merged_at", "-pk"]

    def __str__(self):
        return f"« {self.loser_name} » dans « {self.survivor_name} »"


class Redirection(OfModel):
    """The old address of a record that another absorbed."""

    slug = models.CharField("ancienne réf", max_length=120)
    object_id = models.PositiveBigIntegerField("fiche d'aujourd'hui", db_index=True)

    class Meta:
        verbose_name = "redirection"
        verbose_name_plural = "redirections"
        ordering = ["model", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "slug"],
                name="redirection_unique",
                violation_error_message="Cette ancienne adresse mène déjà quelque part.",
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.slug}"


class Pair(OfModel):
    """Two records of one model, the older first."""

    first_id = models.PositiveBigIntegerField("première fiche")
    second_id = models.PositiveBigIntegerField("seconde fiche")

    class Meta:
        abstract = True


class Distinction(Pair):
    """Two records that somebody said are no duplicates."""

    names = models.CharField("fiches", max_length=600)
    said_at = models.DateTimeField("dit le", default=timezone.now)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="dit par",
        on_delete=models.SET_NULL,  # what was said outlives its author's account
        null=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "paire distincte"
        verbose_name_plural = "paires distinctes"
        ordering = ["-said_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "first_id", "second_id"],
                name="distinction_unique",
                violation_error_message="Cette paire est déjà notée.",
            ),
            models.CheckConstraint(
                condition=models.Q(first_id__lt=models.F("second_id")),
                name="distinction_in_order",
                violation_error_message="La plus ancienne fiche vient d'abord.",
            ),
        ]

    def __str__(self):
        return self.names


class LikelyDuplicateQuerySet(models.QuerySet):
    def of(self, model):
        return self.filter(model=model._meta.label_lower)

    def touching(self, keys):
        return self.filter(models.Q(first_id__in=keys) | models.Q(second_id__in=keys))

    def between(self, records):
        """The pairs of which both are among `records`, and that nobody said distinct."""
        records = records.order_by()
        said = Distinction.objects.filter(
            **{name: OuterRef(name) for name in ("model", "first_id", "second_id")}
        )
        # Not `first_id IN …`: SQLite would try each record against each other.
        return self.filter(
            Exists(records.filter(pk=OuterRef("first_id"))),
            Exists(records.filter(pk=OuterRef("second_id"))),
            ~Exists(said),
        )


class LikelyDuplicate(Pair):
    """Two records that are likely to be one; a derived table: see `duplicates`."""

    likelihood = models.PositiveSmallIntegerField("vraisemblance (millièmes)")
    reasons = models.JSONField("raisons")

    objects = LikelyDuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = "doublon probable"
        verbose_name_plural = "doublons probables"
        ordering = ["-likelihood", "first_id", "second_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "first_id", "second_id"],
                name="likely_duplicate_unique",
                violation_error_message="Cette paire est déjà trouvée.",
            )
        ]
        indexes = [
            models.Index(fields=["model", "second_id"], name="likely_duplicate_second"),
            models.Index(fields=["model", "-likelihood"], name="likely_duplicate_likelihood"),
        ]

    def __str__(self):
        return f"{self.model} {self.first_id} et {self.second_id}"


class SweepQuerySet(models.QuerySet):
    def note_written(self, model):
        """Records of `model` were written: they are to be compared with all others."""
        label = model._meta.label_lower
        if not self.filter(model=label).update(written=F("written") + 1):
            self.get_or_create(model=label)  # compared at no time yet: it is due

    def of(self, model):
        return self.filter(model=model._meta.label_lower).first()


class Sweep(models.Model):
    """How often records of a model were written, and up to when all were compared."""

    model = models.CharField("modèle", max_length=60, primary_key=True)
    written = models.PositiveBigIntegerField("écritures", default=0)
    compared = models.PositiveBigIntegerField("écritures comparées", default=0)
    compared_at = models.DateTimeField("comparées le", null=True)

    objects = SweepQuerySet.as_manager()

    class Meta:
        verbose_name = "comparaison"
        verbose_name_plural = "comparaisons"

    def __str__(self):
        return self.model

    @property
    def is_due(self):
        return self.compared_at is None or self.written > self.compared
