from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Lower
from django.utils import timezone

from coopemploi.addresses import address
from coopemploi.fields import AutoSlugField, LinesField, NormalisedField, PartialDateField
from coopemploi.mail.models import Refusal
from coopemploi.publishing import Publishable, PublishableQuerySet, seen
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import Classified
from initiatives.models import Initiative
from territories.models import Actor, LocatedQuerySet, Party, Person, Territory

from .event import Event
from .session import Session


class FollowUpBody(Sourced):
    """A committee that follows a roadmap: CDPE, CLE, COPIL."""

    name = models.CharField("nom", max_length=200)
    slug = AutoSlugField("réf", populate_from="name")
    aliases = LinesField("autres noms")
    territory = models.ForeignKey(
        Territory,
        verbose_name="territoire",
        on_delete=models.SET_NULL,  # the roadmap is still followed
        null=True,
        blank=True,
        related_name="follow_up_bodies",
    )
    actor = models.ForeignKey(
        Actor,
        verbose_name="porté par",
        on_delete=models.SET_NULL,  # the roadmap is still followed
        null=True,
        blank=True,
        related_name="follow_up_bodies",
    )
    description = models.TextField("description", blank=True)

    class Meta:
        verbose_name = "instance de suivi"
        verbose_name_plural = "instances de suivi"
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("follow_up_body_detail", self.slug)


class ActionQuerySet(PublishableQuerySet, LocatedQuerySet):
    def with_card(self, user):
        """With what their cards show to `user`."""
        carriers = ActionParty.objects.visible_to(user).filter(role=ActionParty.Role.CARRIER)
        return self.select_related("source", "session").prefetch_related(
            "themes",
            "notes",
            seen("event", Event, user),
            Prefetch("parties", carriers.select_related("actor"), to_attr="carriers"),
        )

    def still_open(self):
        """Actions still to be done, that joined no other."""
        return self.unarchived().filter(merged_into=None).exclude(progress__in=Action.ENDED)

    def overdue(self, at=None):
        """Actions still to be done whose due date passed before the day `at` (today)."""
        return self.still_open().filter(due_latest__lt=at or timezone.localdate())

    def without_anybody_to_ask(self):
        """Public actions still to be done, of which no follow-up mail asks what became."""
        refused = Refusal.objects.filter(topic=Refusal.Topic.FOLLOW_UP).values("address")
        asked = (
            ActionParty.objects.filter(action=OuterRef("pk"), contact__attribution_withdrawn=False)
            .exclude(contact__email="")
            .alias(address=Lower("contact__email"))
            .exclude(address__in=refused)
        )
        return self.published().still_open().exclude(Exists(asked))


class Action(Publishable, Sourced, Classified):
    """Something that a meeting decided to do."""

    class Progress(models.TextChoices):
        RETAINED = "retained", "retenue"
        COMMITTED = "committed", "engagée"
        UNDER_WAY = "under_way", "en cours"
        DONE = "done", "réalisée"
        DROPPED = "dropped", "abandonnée"

    ENDED = (Progress.DONE, Progress.DROPPED)

    title = models.CharField("titre", max_length=250)
    slug = AutoSlugField("réf", populate_from="title")
    reason = models.TextField("pourquoi", blank=True)
    scope = models.CharField("portée", max_length=250, blank=True)
    event = models.ForeignKey(
        Event,
        verbose_name="rencontre",
        on_delete=models.SET_NULL,  # a promise outlives the sheet of its meeting
        null=True,
        blank=True,
    )
    session = models.ForeignKey(
        Session,
        verbose_name="séquence",
        on_delete=models.SET_NULL,  # a promise outlives the sheet of its meeting
        null=True,
        blank=True,
    )
    territories = models.ManyToManyField(Territory, verbose_name="territoires", blank=True)
    due = PartialDateField("échéance")
    progress = models.CharField(
        "avancement", max_length=10, choices=Progress.choices, default=Progress.RETAINED
    )
    follow_up_body = models.ForeignKey(
        FollowUpBody,
        verbose_name="instance de suivi",
        on_delete=models.SET_NULL,  # a promise outlives its committee
        null=True,
        blank=True,
    )
    initiative = models.ForeignKey(
        Initiative,
        verbose_name="devenue l'initiative",
        on_delete=models.SET_NULL,  # the promise was made all the same
        null=True,
        blank=True,
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name="fusionnée dans",
        help_text="Une promesse qui en rejoint une autre : les deux restent lisibles.",
        on_delete=models.SET_NULL,  # a merged action stands again by itself
        null=True,
        blank=True,
        related_name="merged_actions",
    )
    sort_name = NormalisedField("clé de tri", populate_from=("title",))

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = "action"
        verbose_name_plural = "actions"
        ordering = [models.F("due_latest").asc(nulls_last=True), "sort_name", "pk"]
        default_related_name = "actions"

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("action_detail", self.slug)

    @property
    def is_open(self):
        return self.merged_into_id is None and self.progress not in self.ENDED

    def is_overdue(self, at=None):
        """Is it still to be done, its due date before the day `at` (today)?"""
        day = at or timezone.localdate()
        return self.is_open and self.due_latest is not None and self.due_latest < day

    def move(self, progress):
        """Whether the action was not there yet."""
        if progress == self.progress:
            return False
        self.progress = progress
        self.save(update_fields=["progress", "updated_at"])
        return True

    def clean(self):
        if self.pk and self.merged_into_id == self.pk:
            raise ValidationError(
                {"merged_into": "Une action ne fusionne pas avec elle-même."}, code="itself"
            )
        if self.session_id and self.event_id and self.session.event_id != self.event_id:
            raise ValidationError(
                {"session": "Cette séquence est celle d'une autre rencontre."},
                code="other_event",
            )


class ActionParty(Party):
    """Who carries an action, and what they committed to."""

    class Role(models.TextChoices):
        CARRIER = "carrier", "porteur"
        INVOLVED = "involved", "associé"

    action = models.ForeignKey(
        Action, verbose_name="action", on_delete=models.CASCADE, related_name="parties"
    )
    role = models.CharField("rôle", max_length=10, choices=Role.choices)
    commitment = models.CharField(
        "engagement pris", max_length=300, blank=True, help_text="« prête une salle »"
    )
    contact = models.ForeignKey(
        Person,
        verbose_name="personne à interroger",
        on_delete=models.SET_NULL,  # the promise outlives who answered for it
        null=True,
        blank=True,
        related_name="followed_parties",
        help_text=(
            "Reçoit les courriels de suivi, et répond sans compte. Elle n'est montrée nulle part."
        ),
    )

    class Meta(Party.Meta):
        verbose_name = "partie prenante"
        verbose_name_plural = "parties prenantes"


class ActionNote(models.Model):
    """A dated note on what became of an action."""

    action = models.ForeignKey(
        Action, verbose_name="action", on_delete=models.CASCADE, related_name="notes"
    )
    date = PartialDateField("date")
    text = models.TextField("nouvelles", blank=True)
    progress = models.CharField(
        "avancement", max_length=10, choices=Action.Progress.choices, blank=True
    )
    said_by_carrier = models.BooleanField(
        "dite par le porteur",
        default=False,
        help_text="Répondue à un courriel de suivi, par son lien.",
    )

    class Meta:
        verbose_name = "nouvelle"
        verbose_name_plural = "nouvelles"
        ordering = [models.F("date_latest").desc(nulls_last=True), "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="", progress=""),
                name="action_note_says_something",
                violation_error_message="Donnez des nouvelles, ou un avancement.",
            )
        ]

    def __str__(self):
        return self.text or self.get_progress_display()


class FollowUpMail(models.Model):
    """That somebody was asked, one day, what became of their actions."""

    person = models.ForeignKey(
        Person,
        verbose_name="personne",
        on_delete=models.CASCADE,
        related_name="follow_up_mails",
    )
    sent_on = models.DateField("envoyé le")

    class Meta:
        verbose_name = "courriel de suivi"
        verbose_name_plural = "courriels de suivi"
        ordering = ["-sent_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "sent_on"],
                name="follow_up_mail_once_a_day",
                violation_error_message="Cette personne a déjà été interrogée ce jour-là.",
            )
        ]

    def __str__(self):
        return f"{self.person}, {self.sent_on:%d/%m/%Y}"
