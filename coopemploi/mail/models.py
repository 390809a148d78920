from django.db import models


class Refusal(models.Model):
    """An address that asked to receive no more mail on a topic."""

    class Topic(models.TextChoices):
        REMINDER = "reminder", "les rappels de rencontres"
        FOLLOW_UP = "follow_up", "le suivi des actions"
        FRESHNESS = "freshness", "la fraîcheur des besoins et des offres"
        INTRODUCTION = "introduction", "les mises en relation"
        ALERT = "alert", "les alertes"
        EVALUATION = "evaluation", "l'évaluation des rencontres"
        PROPOSAL = "proposal", "les propositions à relire"

    address = models.EmailField("adresse e-mail")
    topic = models.CharField("courriels refusés", max_length=12, choices=Topic.choices)
    since = models.DateTimeField("depuis", auto_now_add=True)

    class Meta:
        verbose_name = "refus de courriels"
        verbose_name_plural = "refus de courriels"
        ordering = ["-since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "topic"],
                name="mail_refusal_once",
                violation_error_message="Cette adresse refuse déjà ces courriels.",
            )
        ]

    def __str__(self):
        return f"{self.address} : {self.get_topic_display()}"
