from django.db import models

from .event import Event


class Objective(models.Model):
    """What an event was for, and the criteria it set itself."""

    class Kind(models.TextChoices):
        OBJECTIVE = "objective", "objectif"
        CRITERION = "criterion", "critère"

    event = models.ForeignKey(
        Event, verbose_name="rencontre", on_delete=models.CASCADE, related_name="objectives"
    )
    kind = models.CharField("type", max_length=10, choices=Kind.choices, default=Kind.OBJECTIVE)
    text = models.CharField("texte", max_length=400)
    order = models.PositiveSmallIntegerField("ordre", default=0)
    parent = models.ForeignKey(
        "self",
        verbose_name="de l'objectif",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
    )

    class Meta:
        verbose_name = "objectif ou critère"
        verbose_name_plural = "objectifs et critères"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.text
