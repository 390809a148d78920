from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from coopemploi.publishing import readable

from .exchange import Need, Offer
from .initiative import Initiative


class MatchQuerySet(models.QuerySet):
    def suggested(self):
        return self.filter(status=Match.Status.SUGGESTED)

    def untouched(self):
        """Suggestions that nobody acted upon: no introduction is asked for."""
        return self.suggested().filter(~Exists(self._introductions()))

    def with_asked_at(self):
        """Annotate `asked_at`, when an introduction that is not closed was asked for, or None."""
        last = self._introductions().order_by("-created_at").values("created_at")[:1]
        return self.annotate(asked_at=Subquery(last))

    def _introductions(self):
        """Those of the match of the outer query that are not closed."""
        introductions = Need._meta.get_field("introductions").related_model.objects.open()
        candidate = Q(offer=OuterRef("offer")) | Q(initiative=OuterRef("initiative"))
        return introductions.filter(candidate, need=OuterRef("need"))

    def shown(self):
        """All but those that somebody set aside."""
        return self.exclude(status=Match.Status.DECLINED)

    def visible_to(self, user):
        """Those whose need and candidate `user` may both read."""
        return self.filter(
            readable(user, "offer__") | readable(user, "initiative__"), readable(user, "need__")
        )

    def of_actor(self, actor):
        """What may answer what `actor` seeks, and who seeks what it offers."""
        return self.filter(
            Q(need__actor=actor) | Q(offer__actor=actor), need__state=Need.State.OPEN
        )

    def of_network(self, network):
        """Those of which one side at least is a member of `network`."""
        members = network.memberships.exclude(actor=None).values("actor")
        return self.filter(
            Q(need__actor__in=members)
            | Q(offer__actor__in=members)
            | Q(initiative__involvements__actor__in=members)
        ).distinct()

    def acted_upon(self):
        """{introduced, helped}: how many brought people together, and how many helped."""
        status = Match.Status
        return self.aggregate(
            introduced=models.Count(
                "pk",
                filter=Q(status__in=[status.INTRODUCED, status.UNDER_WAY, status.HELPED]),
            ),
            helped=models.Count("pk", filter=Q(status=status.HELPED)),
        )

    def with_candidates(self):
        return self.select_related(
            "need__actor", "need__source", "offer__actor", "offer__source", "initiative__source"
        )


class Match(models.Model):
    """A need and what may answer it: an offer, or a démarche that somebody leads.

    Suggestions are derived; a status that somebody sets is theirs, and stays.
    """

    class Status(models.TextChoices):
        SUGGESTED = "suggested", "suggéré"
        INTRODUCED = "introduced", "mis en relation"
        UNDER_WAY = "under_way", "en cours"
        HELPED = "helped", "a aidé"
        DECLINED = "declined", "écarté"

    need = models.ForeignKey(
        Need, verbose_name="besoin", on_delete=models.CASCADE, related_name="matches"
    )
    offer = models.ForeignKey(
        Offer,
        verbose_name="offre",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="matches",
    )
    initiative = models.ForeignKey(
        Initiative,
        verbose_name="initiative",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="matches",
    )
    score = models.PositiveSmallIntegerField("score (millièmes)", default=0)
    reasons = models.JSONField("raisons", default=list, blank=True)
    status = models.CharField(
        "suite", max_length=10, choices=Status.choices, default=Status.SUGGESTED
    )

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = "rapprochement"
        verbose_name_plural = "rapprochements"
        ordering = ["-score", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(offer=None, initiative__isnull=False)
                | Q(offer__isnull=False, initiative=None),
                name="match_one_candidate",
                violation_error_message="Un rapprochement a une offre ou une initiative.",
            ),
            models.UniqueConstraint(
                fields=["need", "offer"],
                name="match_need_offer",
                violation_error_message="Ce besoin et cette offre sont déjà rapprochés.",
            ),
            models.UniqueConstraint(
                fields=["need", "initiative"],
                name="match_need_initiative",
                violation_error_message="Ce besoin et cette initiative sont déjà rapprochés.",
            ),
        ]

    def __str__(self):
        return f"{self.need} ↔ {self.candidate}"

    @property
    def candidate(self):
        return self.offer or self.initiative

    @property
    def candidate_label(self):
        return "Je mets à disposition" if self.offer_id else "Initiative"


class MatchProfile(models.Model):
    """What the engine read of a published need, offer or initiative."""

    kind = models.CharField("sorte", max_length=10)
    object_id = models.PositiveBigIntegerField("clé de la fiche")
    content = models.JSONField("lecture")

    class Meta:
        verbose_name = "lecture d'une fiche"
        verbose_name_plural = "lectures des fiches"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"],
                name="match_profile_one_per_record",
                violation_error_message="Cette fiche est déjà lue.",
            )
        ]

    def __str__(self):
        return f"{self.kind}:{self.object_id}"


class MatchFeature(models.Model):
    """One thing that a profile speaks of: the inverted index of the matches."""

    profile = models.ForeignKey(
        MatchProfile, verbose_name="lecture", on_delete=models.CASCADE, related_name="features"
    )
    is_need = models.BooleanField("d'un besoin")
    key = models.CharField("trait", max_length=150)
    weight = models.PositiveIntegerField("poids")

    class Meta:
        verbose_name = "trait d'une fiche"
        verbose_name_plural = "traits des fiches"
        indexes = [
            models.Index(fields=["key", "is_need", "profile", "weight"], name="match_feature_key")
        ]

    def __str__(self):
        return self.key
