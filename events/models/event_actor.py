from django.db import models

from territories.models import Party

from .event import Event


class EventActor(Party):
    """What an actor, or somebody known by a label, did for an event."""

    class Role(models.TextChoices):
        ORGANISER = "organiser", "organisation"
        HOST = "host", "accueil"
        PILOT = "pilot", "pilotage"
        PARTNER = "partner", "partenaire"
        FUNDER = "funder", "financeur"
        PARTICIPANT = "participant", "participant"

    event = models.ForeignKey(
        Event, verbose_name="rencontre", on_delete=models.CASCADE, related_name="parties"
    )
    role = models.CharField("rôle", max_length=12, choices=Role.choices)

    class Meta(Party.Meta):
        verbose_name = "partie prenante"
        verbose_name_plural = "parties prenantes"
