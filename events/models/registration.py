import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Max, Q
from django.db.models.functions import Lower
from django.utils import timezone

from territories.models import Actor, Territory

from .attendance import Attendance
from .event import Event
from .news import dates_of, practical_of

# How many days before; the last first, so that who is told for tomorrow is not told twice.
REMINDERS = {"day_reminder_at": 1, "week_reminder_at": 7}
# What a person knows of the event, and what is noted with the mail that tells it.
KNOWN = ("told_state", "told_start", "told_practical")
TOLD = (*KNOWN, *REMINDERS)


def reminder_day(event, days):
    """The day of the reminder that leaves `days` before; None for an event without a date."""
    first = event.start.earliest
    return first and first - datetime.timedelta(days=days)


def has_a_letter(value):
    """A name made of signs only cannot be called out, nor printed on a badge."""
    if not any(character.isalnum() for character in value):
        raise ValidationError("Écrivez ce nom avec des lettres.", code="no_letter")


class RegistrationQuerySet(models.QuerySet):
    def active(self):
        return self.exclude(status=Registration.Status.CANCELLED)

    def confirmed(self):
        return self.filter(status=Registration.Status.CONFIRMED)

    def waiting(self):
        """The waiting list, the first who asked first."""
        return self.filter(status=Registration.Status.WAITING).order_by("rank", "pk")

    def expected(self):
        """Who has a seat, and who came without one."""
        return self.filter(status__in=[Registration.Status.CONFIRMED, Registration.Status.WALK_IN])

    def present(self):
        return self.filter(presence=Attendance.Status.PRESENT)

    def next_rank(self):
        """The place of who asks now, after all who asked before."""
        return (self.aggregate(last=Max("rank"))["last"] or 0) + 1


class Registration(models.Model):
    """Somebody who asked to come to an event, without an account. Never public."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", "inscrit"
        WAITING = "waiting", "en attente"
        CANCELLED = "cancelled", "annulé"
        WALK_IN = "walk_in", "venu sans inscription"

    class Presence(models.TextChoices):
        PRESENT = Attendance.Status.PRESENT.value, Attendance.Status.PRESENT.label
        EXCUSED = Attendance.Status.EXCUSED.value, Attendance.Status.EXCUSED.label
        REPRESENTED = Attendance.Status.REPRESENTED.value, Attendance.Status.REPRESENTED.label

    event = models.ForeignKey(
        Event, verbose_name="rencontre", on_delete=models.CASCADE, related_name="registrations"
    )
    name = models.CharField("nom", max_length=100, validators=[has_a_letter])
    email = models.EmailField("adresse e-mail", blank=True, help_text="Jamais montrée sur le site.")
    organisation = models.CharField("structure", max_length=150, blank=True)
    actor = models.ForeignKey(
        Actor,
        verbose_name="acteur reconnu",
        on_delete=models.SET_NULL,  # what was written stays in `organisation`
        null=True,
        blank=True,
        related_name="registrations",
    )
    place = models.CharField("territoire, tel qu'écrit", max_length=150, blank=True)
    territory = models.ForeignKey(
        Territory,
        verbose_name="territoire reconnu",
        on_delete=models.SET_NULL,  # what was written stays in `place`
        null=True,
        blank=True,
        related_name="registrations",
    )
    access_needs = models.TextField("besoins particuliers", max_length=500, blank=True)
    consented_at = models.DateTimeField("accord donné le", null=True, blank=True, editable=False)
    status = models.CharField(
        "inscription", max_length=10, choices=Status.choices, default=Status.CONFIRMED
    )
    rank = models.PositiveIntegerField("ordre d'arrivée", default=0, editable=False)
    presence = models.CharField("présence", max_length=12, choices=Presence.choices, blank=True)
    created_at = models.DateTimeField("reçue le", default=timezone.now, editable=False)
    week_reminder_at = models.DateTimeField(
        "rappel d'une semaine envoyé le", null=True, blank=True, editable=False
    )
    day_reminder_at = models.DateTimeField(
        "rappel de la veille envoyé le", null=True, blank=True, editable=False
    )
    told_state = models.CharField(
        "tenue connue de la personne",
        max_length=10,
        choices=Event.State.choices,
        default=Event.State.PLANNED,
        editable=False,
    )
    # See `dates_of`; empty when nobody noted it: what the event says is then learnt.
    told_start = models.CharField(
        "date connue de la personne",
        max_length=21,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )

    # See `practical_of`; empty as above.
    told_practical = models.JSONField(
        "lieu et heures connus de la personne",
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        editable=False,
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        verbose_name_plural = "inscriptions"
        ordering = ["rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                "event",
                Lower("email"),
                condition=~Q(email=""),
                name="registration_once",
                violation_error_message="Cette adresse est déjà inscrite à cette rencontre.",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        self.email = self.email.lower()

    @property
    def is_active(self):
        return self.status != self.Status.CANCELLED

    @property
    def organisation_name(self):
        return self.organisation or (self.actor.name if self.actor else "")

    @property
    def place_name(self):
        return self.territory.name if self.territory else self.place

    def know_event(self, at=None):
        """Note that the person knows the event as it is, and was reminded of nothing yet.

        Told so by a mail at the time `at`, they need none of the reminders due by then.
        """
        self.told_state, self.told_start = self.event.state, dates_of(self.event)
        self.told_practical = practical_of(self.event)
        for name, days in REMINDERS.items():
            day = reminder_day(self.event, days)
            is_due = at is not None and day is not None and day <= timezone.localdate(at)
            setattr(self, name, at if is_due else None)

    def come_back(self):
        """Out of the bin, nothing tells whose seat it was: it holds none."""
        self.status = self.Status.CANCELLED
        return "De retour sans place, « annulé » : plus rien ne dit de qui."

    def answer(self, **answers):
        """Say something else of oneself: the fields of `answers`, no other."""
        for name, value in answers.items():
            setattr(self, name, value)
        self.save(update_fields=list(answers))
