from django.db import models
from django.db.models import Q

from territories.models import Actor, Person, StageChange, Territory

from .event import Event


class AttendanceQuerySet(models.QuerySet):
    def present(self):
        return self.filter(status=Attendance.Status.PRESENT)


class Attendance(models.Model):
    """A territory, an actor or a person at an event, with its stage as of that day."""

    class Status(models.TextChoices):
        INVITED = "invited", "invité"
        REGISTERED = "registered", "inscrit"
        PRESENT = "present", "présent"
        EXCUSED = "excused", "excusé"
        REPRESENTED = "represented", "représenté"

    event = models.ForeignKey(
        Event, verbose_name="rencontre", on_delete=models.CASCADE, related_name="attendances"
    )
    territory = models.ForeignKey(
        Territory,
        verbose_name="territoire",
        on_delete=models.PROTECT,  # who was there is history
        null=True,
        blank=True,
        related_name="attendances",
    )
    actor = models.ForeignKey(
        Actor,
        verbose_name="acteur",
        on_delete=models.PROTECT,  # who was there is history
        null=True,
        blank=True,
        related_name="attendances",
    )
    person = models.ForeignKey(
        Person,
        verbose_name="personne",
        on_delete=models.CASCADE,  # erasing a person erases where they were
        null=True,
        blank=True,
        related_name="attendances",
    )
    status = models.CharField(
        "présence", max_length=12, choices=Status.choices, default=Status.PRESENT
    )
    stage = models.CharField(
        "étape ce jour-là", max_length=12, choices=StageChange.Stage.choices, blank=True
    )
    wording = models.CharField(
        "tel qu'écrit", max_length=150, blank=True, help_text="Le nom dans la source."
    )
    order = models.PositiveSmallIntegerField("ordre", default=0)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "présence"
        verbose_name_plural = "présences"
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(territory__isnull=False)
                | Q(actor__isnull=False)
                | Q(person__isnull=False),
                name="attendance_of_somebody",
                violation_error_message="Choisissez un territoire, un acteur ou une personne.",
            ),
            models.UniqueConstraint(
                fields=["event", "territory"],
                condition=Q(actor=None, person=None),
                name="attendance_territory_once",
                violation_error_message="Cette présence est déjà notée.",
            ),
            models.UniqueConstraint(
                fields=["event", "actor"],
                condition=Q(person=None),
                name="attendance_actor_once",
                violation_error_message="Cette présence est déjà notée.",
            ),
            models.UniqueConstraint(
                fields=["event", "person"],
                name="attendance_person_once",
                violation_error_message="Cette présence est déjà notée.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self):
        if self.person:
            return self.person.public_name
        return self.wording or str(self.actor or self.territory)
