import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from .event import Event
from .round_table import RoundTableEntry

KEPT_FOR = datetime.timedelta(days=30)
CODE_LENGTH = 6


class RoundTableBatchQuerySet(models.QuerySet):
    def collecting(self):
        """Those that participants may still write in."""
        return self.filter(state=RoundTableBatch.State.COLLECTING)

    def left_open(self, at=None):
        """Forms still open after their last day: see `RoundTableBatch.open_until`."""
        day = timezone.localdate(at) - KEPT_FOR
        midnight = timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
        last_day = Coalesce("event__end_latest", "event__start_latest")
        opened = self.collecting().filter(received_at__lt=midnight).alias(last_day=last_day)
        undated = Q(last_day=None, received_at__lt=midnight - KEPT_FOR)
        return opened.filter(Q(last_day__lt=day) | undated)

    def forget(self, at=None):
        """Erase the drafts of tours de table received a month ago; return how many batches.

        What was written stays, and may still be taken back. An open form is closed first, then
        has its own month to be read: see `left_open`.
        """
        before = (at or timezone.now()) - KEPT_FOR
        old = self.filter(received_at__lt=before)
        unused = old.filter(state=RoundTableBatch.State.REVIEW)
        count = unused.count()
        unused.delete()
        written = old.filter(state__in=RoundTableBatch.WRITTEN)
        kept = RoundTableDraft.objects.filter(batch__in=written)
        count += kept.values("batch").distinct().count()
        kept.delete()
        return count


class RoundTableBatch(models.Model):
    """A tour de table received for an event, reviewed before anything is written."""

    class Origin(models.TextChoices):
        PASTED = "pasted", "collé"
        FILE = "file", "fichier"
        LIVE = "live", "formulaire des participants"

    class State(models.TextChoices):
        COLLECTING = "collecting", "ouvert aux participants"
        REVIEW = "review", "à relire"
        WRITTEN = "written", "enregistré"
        TAKEN_BACK = "taken_back", "retiré"

    WRITTEN = (State.WRITTEN, State.TAKEN_BACK)

    event = models.ForeignKey(
        Event,
        verbose_name="rencontre",
        on_delete=models.CASCADE,
        related_name="round_table_batches",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="reçu par",
        on_delete=models.SET_NULL,  # what was received is the event's
        null=True,
        blank=True,
        related_name="+",
    )
    origin = models.CharField("origine", max_length=10, choices=Origin.choices)
    state = models.CharField("état", max_length=12, choices=State.choices, default=State.REVIEW)
    # What a room types, or scans, to come to the form while it is open.
    code = models.CharField("code", max_length=CODE_LENGTH, blank=True, default="")
    file_name = models.CharField("fichier", max_length=200, blank=True)
    received_at = models.DateTimeField("reçu le", default=timezone.now)
    written_at = models.DateTimeField("enregistré le", null=True, blank=True)
    # Counts the changes, so that only what was seen is written.
    version = models.PositiveIntegerField("version", default=0)
    # [[title of a column, what it was understood to be]], and the lines around the table.
    columns = models.JSONField("colonnes reconnues", default=list, blank=True)
    left_out = models.JSONField("lignes non lues", default=list, blank=True)
    # Keys of what was created, so that it can be taken back: see `round_tables.services`.
    written = models.JSONField("fiches créées", default=dict, blank=True)

    objects = RoundTableBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "tour de table reçu"
        verbose_name_plural = "tours de table reçus"
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(state="collecting"),
                name="round_table_batch_one_open",
                violation_error_message="Le formulaire de cette rencontre est déjà ouvert.",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=~Q(code=""),
                name="round_table_batch_unique_code",
                violation_error_message="Ce code ouvre déjà un autre formulaire.",
            ),
        ]

    def __str__(self):
        return self.file_name or f"{self.get_origin_display()}, {self.received_at:%d/%m/%Y}"

    @property
    def is_open(self):
        """Whether participants may write in it."""
        return self.state == self.State.COLLECTING

    @property
    def is_reviewable(self):
        return self.state in (self.State.COLLECTING, self.State.REVIEW)

    @property
    def open_until(self):
        """The last day of the form, unless it is closed before: nobody closes all of them.

        A month after it opened and after its event; two months, for an event of unknown date.
        """
        opened = timezone.localdate(self.received_at)
        last_day = self.event.end_latest or self.event.start_latest or opened + KEPT_FOR
        return max(opened, last_day) + KEPT_FOR

    @property
    def last_day(self):
        """The last on which its drafts may be read: see `forget`."""
        return timezone.localdate(self.received_at + KEPT_FOR)

    def touch(self):
        """Note that what it holds changed."""
        type(self).objects.filter(pk=self.pk).update(version=F("version") + 1)


class RoundTableDraft(models.Model):
    """A row of a tour de table as it was understood, until it is written."""

    batch = models.ForeignKey(
        RoundTableBatch,
        verbose_name="tour de table reçu",
        on_delete=models.CASCADE,
        related_name="drafts",
    )
    order = models.PositiveIntegerField("ordre", default=0)
    is_left_out = models.BooleanField("écartée", default=False)
    # What is proposed: see `round_tables.drafts`.
    data = models.JSONField("ce qui est compris", default=dict)
    entry = models.ForeignKey(
        RoundTableEntry,
        verbose_name="contribution",
        on_delete=models.SET_NULL,  # a contribution may be deleted once written
        null=True,
        blank=True,
        related_name="drafts",
    )

    class Meta:
        verbose_name = "contribution à relire"
        verbose_name_plural = "contributions à relire"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.data.get("label") or f"contribution {self.order}"
