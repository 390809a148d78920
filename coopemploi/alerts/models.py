import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone


class AlertQuerySet(models.QuerySet):
    def confirmed(self):
        return self.exclude(confirmed_at=None)

    def due(self, at):
        """Confirmed alerts whose last look is old enough at the time `at`."""
        periods = Alert.PERIODS.items()
        late = Q(*(Q(frequency=f, checked_at__lte=at - p) for f, p in periods), _connector=Q.OR)
        return self.confirmed().filter(late)


class Alert(models.Model):
    """A list, with its filters, that an address follows: it is mailed what is new in it."""

    class Frequency(models.TextChoices):
        DAILY = "daily", "chaque jour"
        WEEKLY = "weekly", "chaque semaine"
        MONTHLY = "monthly", "chaque mois"

    # An hour of grace: what runs at nine must not wait for the day after.
    PERIODS = {
        Frequency.DAILY: datetime.timedelta(hours=23),
        Frequency.WEEKLY: datetime.timedelta(days=7, hours=-1),
        Frequency.MONTHLY: datetime.timedelta(days=30, hours=-1),
    }

    address = models.EmailField("adresse e-mail")
    path = models.CharField("liste", max_length=200)
    query = models.CharField("filtres", max_length=1500, blank=True)
    title = models.CharField("ce qui est suivi", max_length=300)
    frequency = models.CharField(
        "fréquence", max_length=8, choices=Frequency.choices, default=Frequency.WEEKLY
    )
    created_at = models.DateTimeField("demandée le", default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True, editable=False)
    checked_at = models.DateTimeField("regardée le", default=timezone.now, editable=False)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = "alerte"
        verbose_name_plural = "alertes"
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "path", "query"],
                name="alert_once",
                violation_error_message="Cette adresse suit déjà cette liste.",
            )
        ]

    def __str__(self):
        return self.title

    @property
    def list_url(self):
        return f"{self.path}?{self.query}" if self.query else self.path

    def confirm(self, at=None):
        """Follow from `at` (now): what was there before is not news."""
        if self.confirmed_at is None:
            self.confirmed_at = self.checked_at = at or timezone.now()
            self.save(update_fields=["confirmed_at", "checked_at"])
