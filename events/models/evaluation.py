from django.db import models

from coopemploi.figures import KeyFigure
from coopemploi.sources.models import Sourced

from .event import Event


class EvaluationResult(KeyFigure, Sourced):
    """A result of an event's evaluation: a share of those who answered.

    Declared when the document only gives the result; the base may then be unknown.
    """

    event = models.ForeignKey(
        Event,
        verbose_name="rencontre",
        on_delete=models.CASCADE,
        related_name="evaluation_results",
    )
    base = models.PositiveIntegerField(
        "nombre de répondants", null=True, blank=True, help_text="Vide s'il n'est pas connu."
    )
    base_label = models.CharField(
        "qui a répondu", max_length=100, blank=True, help_text="« personnes présentes »"
    )
    is_declared = models.BooleanField(
        "déclaré par la source",
        default=True,
        help_text="Le site n'a pas les réponses : il répète le résultat annoncé.",
    )

    class Meta(KeyFigure.Meta):
        verbose_name = "résultat d'évaluation"
        verbose_name_plural = "résultats d'évaluation"
