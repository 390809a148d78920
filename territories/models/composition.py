"""How territories compose, and what lies in what."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from coopemploi.fields import PartialDateField, dates_in_order
from coopemploi.sources.models import Sourced


class Composition(Sourced):
    """A territory made of another, or of part of it."""

    whole = models.ForeignKey(
        "Territory",
        verbose_name="ensemble",
        on_delete=models.CASCADE,
        related_name="part_links",
    )
    part = models.ForeignKey(
        "Territory",
        verbose_name="partie",
        on_delete=models.CASCADE,
        related_name="whole_links",
    )
    partial = models.BooleanField(
        "en partie seulement",
        default=False,
        help_text="Cochez quand l'ensemble ne prend qu'un morceau de la partie.",
    )
    since = PartialDateField("depuis")
    until = PartialDateField("jusqu'à")
    is_official = models.BooleanField("issue du référentiel", default=False, editable=False)

    class Meta:
        verbose_name = "composition"
        verbose_name_plural = "compositions"
        ordering = ["whole", "part"]
        constraints = [
            models.UniqueConstraint(
                fields=["whole", "part"],
                name="composition_unique",
                violation_error_message="Cette partie est déjà dans cet ensemble.",
            ),
            models.CheckConstraint(
                condition=~Q(whole=models.F("part")),
                name="composition_not_itself",
                violation_error_message="Un territoire ne peut pas être une partie de lui-même.",
            ),
            dates_in_order("since", "until", name="composition_dates_in_order"),
        ]

    def __str__(self):
        return f"{self.whole} ⊃ {self.part}"

    def clean(self):
        """Refuse a composition that would make a territory contain itself."""
        if self.whole_id and self.part_id and self._makes_loop():
            raise ValidationError(
                f"« {self.whole} » fait déjà partie de « {self.part} » : "
                "cette composition ferait une boucle.",
                code="loop",
            )

    def _makes_loop(self):
        links = Composition.objects.exclude(pk=self.pk)
        seen, level = set(), {self.part_id}
        while level:
            if self.whole_id in level:
                return True
            seen |= level
            parts = links.filter(whole__in=level).values_list("part_id", flat=True)
            level = set(parts) - seen
        return False


class Containment(models.Model):
    """The closure of compositions: `contained` lies in `container`, which may be itself.

    A derived table, kept by `territories.closure`.
    """

    container = models.ForeignKey(
        "Territory", on_delete=models.CASCADE, related_name="containments", db_index=False
    )
    contained = models.ForeignKey("Territory", on_delete=models.CASCADE, related_name="containers")
    partial = models.BooleanField(default=False)

    class Meta:
        verbose_name = "contenance"
        verbose_name_plural = "contenances"
        constraints = [
            models.UniqueConstraint(
                fields=["container", "contained"],
                name="containment_unique",
                violation_error_message="Cette contenance existe déjà.",
            )
        ]

    def __str__(self):
        return f"{self.container_id} ⊇ {self.contained_id}"
