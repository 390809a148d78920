from django.core.exceptions import ValidationError
from django.db import models

from coopemploi.fields import ProseField
from coopemploi.vocabulary.models import Classified
from territories.models import Actor, Person

from .event import Event


class Session(Classified):
    """A part of an event: a plenary, a workshop, an axis."""

    class Kind(models.TextChoices):
        PLENARY = "plenary", "plénière"
        WORKSHOP = "workshop", "atelier"
        AXIS = "axis", "axe de travail"
        DEBATE = "debate", "débat"

    event = models.ForeignKey(
        Event, verbose_name="rencontre", on_delete=models.CASCADE, related_name="sessions"
    )
    kind = models.CharField("type", max_length=10, choices=Kind.choices)
    title = models.CharField("titre", max_length=200)
    question = models.TextField("question posée", blank=True)
    start_time = models.TimeField("heure de début", null=True, blank=True)
    end_time = models.TimeField("heure de fin", null=True, blank=True)
    outcome = ProseField("ce qu'il en est sorti")
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "séquence"
        verbose_name_plural = "séquences"
        ordering = ["order", "pk"]
        default_related_name = "sessions"

    def __str__(self):
        return self.title

    def clean(self):
        if self.start_time and self.end_time and self.end_time < self.start_time:
            raise ValidationError(
                {"end_time": "La séquence finit avant de commencer."}, code="times_in_order"
            )


class Appearance(models.Model):
    """A person who spoke or acted at an event, under the title of that day."""

    class Role(models.TextChoices):
        OPENING = "opening", "ouverture"
        HOST = "host", "accueil"
        MODERATOR = "moderator", "animation"
        SPEAKER = "speaker", "intervention"
        WITNESS = "witness", "grand témoin"
        CLOSING = "closing", "clôture"

    event = models.ForeignKey(
        Event, verbose_name="rencontre", on_delete=models.CASCADE, related_name="appearances"
    )
    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.CASCADE, related_name="appearances"
    )
    role = models.CharField("rôle", max_length=10, choices=Role.choices, default=Role.SPEAKER)
    title = models.CharField("fonction ce jour-là", max_length=200, blank=True)
    actors = models.ManyToManyField(
        Actor, verbose_name="acteurs ce jour-là", blank=True, related_name="appearances"
    )
    session = models.ForeignKey(
        Session,
        verbose_name="séquence",
        on_delete=models.SET_NULL,  # the person was at the event all the same
        null=True,
        blank=True,
        related_name="appearances",
    )
    topic = models.CharField("sujet", max_length=300, blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "intervention"
        verbose_name_plural = "interventions"
        ordering = ["order", "pk"]

    def __str__(self):
        return f"{self.person} ({self.get_role_display()})"
