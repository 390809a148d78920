import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from coopemploi.addresses import address
from coopemploi.dates import Precision, hour_label
from coopemploi.fields import (
    AutoSlugField,
    PartialDateField,
    ProseField,
    SaveCountField,
    dates_in_order,
)
from coopemploi.publishing import Publishable, PublishableQuerySet, seen
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import Classified
from initiatives.models import Initiative
from territories.models import LocatedQuerySet, Network, Territory, contained_in
from territories.time_zones import HERE, foreign_hours, zone_of

from .campaign import Campaign
from .series import Series


class EventQuerySet(PublishableQuerySet, LocatedQuerySet):
    def lying_in(self, territory):
        """Events held in `territory`, or which concern it or a part of it."""
        return super().lying_in(territory) | Q(town__in=contained_in(territory))

    def with_card(self, user):
        """With what their cards show to `user`."""
        return self.select_related("source", "town").prefetch_related(
            "schemes", "themes", seen("network", Network, user)
        )

    def with_line(self):
        """With only what a line of the home page says of them."""
        return self.select_related("source", "town").only(
            *("title", "slug", "kind", "format", "state", "source__is_fictional"),
            *("start", "end", "start_time", "end_time", "town__name", "town__code"),
        )

    def with_collecting(self):
        """Annotate `is_collecting`: whether participants may write their tour de table."""
        batches = self.model._meta.get_field("round_table_batches").related_model.objects
        return self.annotate(
            is_collecting=Exists(batches.collecting().filter(event=OuterRef("pk")))
        )

    def with_fullness(self):
        """Annotate `is_full`: whether all seats are taken, so that who asks for one waits."""
        registrations = self.model._meta.get_field("registrations").related_model.objects
        taken = (
            registrations.confirmed()
            .filter(event=OuterRef("pk"))
            .order_by()
            .values("event")
            .values_list(Count("pk"))
        )
        full = When(capacity__lte=Subquery(taken), then=Value(value=True))
        return self.annotate(is_full=Case(full, default=Value(value=False)))

    def upcoming(self, at=None):
        """Events that are not over, the next first."""
        today = at or timezone.localdate()
        return self.filter(
            Q(end_latest__gte=today) | Q(end_latest=None, start_latest__gte=today)
        ).soonest_first()

    def to_come(self, at=None):
        """Upcoming events that nobody called off."""
        return self.upcoming(at).unarchived()

    def in_month(self, first, last):
        """Events that begin in the month, known by the day or not, or are still going on."""
        return self.filter(
            Q(start_earliest__range=(first, last), start_latest__lte=last)
            | Q(
                start_earliest__lt=first,
                start_latest=F("start_earliest"),
                end_latest__gte=first,
            )
        )

    def without_recap(self, at=None):
        """Events over before the day `at` (today) whose recap is missing or a draft."""
        today = at or timezone.localdate()
        return self.unarchived().filter(
            Q(end_latest__lt=today) | Q(end_latest=None, start_latest__lt=today),
            Q(recap=None) | Q(recap__status=Publishable.Status.DRAFT),
        )

    def with_doubtful_figures(self):
        """Events that announce another number than the site counts."""
        figures = self.model._meta.get_field("figures").related_model.objects
        return self.unarchived().filter(pk__in=figures.doubtful().values("event"))

    def past(self, at=None):
        """Events that are over or undated, the latest first and the undated last."""
        today = at or timezone.localdate()
        return self.filter(
            Q(end_latest__lt=today)
            | Q(end_latest=None, start_latest__lt=today)
            | Q(end_latest=None, start_latest=None)
        ).latest_first()

    def soonest_first(self):
        return self.order_by("start_earliest", "start_time", "pk")

    def latest_first(self):
        """Undated events last."""
        return self.order_by(F("start_latest").desc(nulls_last=True), "-pk")

    def upcoming_there(self, *, yesterday, today, tomorrow, behind, ahead):
        """`upcoming`, each by the day of its own town: of what `days_around` gives."""
        return (
            self._with_last_day()
            .upcoming(yesterday)
            .filter(
                Q(last_day__gte=tomorrow)
                | Q(last_day=today) & ~Q(area__in=ahead)
                | Q(last_day=yesterday) & Q(area__in=behind)
            )
        )

    def past_there(self, *, yesterday, today, tomorrow, behind, ahead):
        """`past`, each by the day of its own town: of what `days_around` gives."""
        return (
            self._with_last_day()
            .past(tomorrow)
            .filter(
                Q(last_day=None)
                | Q(last_day__lt=yesterday)
                | Q(last_day=yesterday) & ~Q(area__in=behind)
                | Q(last_day=today) & Q(area__in=ahead)
            )
        )

    def _with_last_day(self):
        towns = Territory.objects.filter(pk=OuterRef("town")).with_area()
        return self.alias(
            last_day=Coalesce("end_latest", "start_latest"),
            area=Coalesce(Subquery(towns.values("area")), Value(HERE)),
        )


class Event(Publishable, Sourced, Classified):
    """A meeting, of any kind and length."""

    class Kind(models.TextChoices):
        REGIONAL_MEETING = "rencontre-regionale", "rencontre régionale"
        WEBINAR = "webinaire", "webinaire"
        WORKSHOP = "atelier", "atelier"
        DAY = "journee", "journée"
        HALF_DAY = "demi-journee", "demi-journée"
        COMMITTEE = "comite", "comité"
        FORUM = "forum", "forum"
        VISIT = "visite", "visite"
        DEBATE = "debat", "débat"
        TRAINING = "formation", "formation"
        OTHER = "autre", "autre rencontre"

    class Format(models.TextChoices):
        ON_SITE = "on_site", "sur place"
        ONLINE = "online", "en ligne"
        HYBRID = "hybrid", "sur place et en ligne"

    class State(models.TextChoices):
        PLANNED = "planned", "prévue"
        POSTPONED = "postponed", "reportée"
        CANCELLED = "cancelled", "annulée"

    class Door(models.TextChoices):
        """Whether one may register now."""

        NONE = "none", "sans inscription"
        SOON = "soon", "inscriptions à venir"
        OPEN = "open", "inscriptions ouvertes"
        CLOSED = "closed", "inscriptions closes"

    kind = models.CharField("type", max_length=20, choices=Kind.choices)
    title = models.CharField("titre", max_length=200)
    slug = AutoSlugField("réf", populate_from="title")
    topic = models.CharField(
        "thème de la rencontre",
        max_length=250,
        blank=True,
        help_text="Le thème choisi pour ce jour-là, s'il diffère du titre.",
    )
    summary = models.TextField("résumé", max_length=600, blank=True)
    body = ProseField("présentation")
    start = PartialDateField("début")
    end = PartialDateField("fin")
    start_time = models.TimeField("heure de début", null=True, blank=True)
    end_time = models.TimeField("heure de fin", null=True, blank=True)
    state = models.CharField(
        "tenue",
        max_length=10,
        choices=State.choices,
        default=State.PLANNED,
        blank=True,
        help_text="Reportée : sa nouvelle date n'est pas encore connue. L'agenda le dit.",
    )
    format = models.CharField("format", max_length=10, choices=Format.choices, blank=True)
    venue = models.CharField("lieu", max_length=200, blank=True, help_text="« Écosite »")
    town = models.ForeignKey(
        Territory,
        verbose_name="commune du lieu",
        on_delete=models.PROTECT,  # communes merge, they are not deleted
        null=True,
        blank=True,
        related_name="hosted_events",
        limit_choices_to={"kind": "commune"},
    )
    territories = models.ManyToManyField(
        Territory,
        verbose_name="territoires concernés",
        blank=True,
        help_text="La région ou le département auquel la rencontre s'adresse.",
    )
    initiatives = models.ManyToManyField(
        Initiative,
        verbose_name="initiatives présentées",
        blank=True,
        help_text="Celles que l'on y a racontées ou visitées, hors du tour de table.",
    )
    network = models.ForeignKey(
        Network,
        verbose_name="réseau",
        on_delete=models.SET_NULL,  # the meeting took place all the same
        null=True,
        blank=True,
    )
    campaign = models.ForeignKey(
        Campaign,
        verbose_name="opération",
        on_delete=models.SET_NULL,  # the meeting took place all the same
        null=True,
        blank=True,
    )
    series = models.ForeignKey(
        Series,
        verbose_name="série",
        on_delete=models.SET_NULL,  # the meeting took place all the same
        null=True,
        blank=True,
    )
    series_rank = models.CharField(
        "rang dans la série", max_length=50, blank=True, help_text="« 3e », « édition 2023 »"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name="fait partie de",
        on_delete=models.SET_NULL,  # the meeting took place all the same
        null=True,
        blank=True,
        related_name="children",
    )
    next_event = models.ForeignKey(
        "self",
        verbose_name="prochaine rencontre",
        on_delete=models.SET_NULL,  # an announcement can be withdrawn
        null=True,
        blank=True,
        related_name="previous_events",
    )

    needs_registration = models.BooleanField(
        "sur inscription", default=False, help_text="La page propose alors de s'inscrire."
    )
    capacity = models.PositiveIntegerField(
        "nombre de places",
        null=True,
        blank=True,
        help_text="Au-delà, une liste d'attente. Vide : sans limite.",
    )
    registration_opens_at = models.DateTimeField(
        "ouverture des inscriptions", null=True, blank=True, help_text="Vide : tout de suite."
    )
    registration_closes_at = models.DateTimeField(
        "clôture des inscriptions",
        null=True,
        blank=True,
        help_text="Vide : jusqu'au début de la rencontre.",
    )
    online_url = models.URLField(
        "lien de connexion",
        max_length=500,
        blank=True,
        help_text="Envoyé aux seuls inscrits, jamais montré sur le site.",
    )
    # What a calendar calls SEQUENCE: it rises with each change.
    revision = SaveCountField("nombre de modifications")

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "rencontre"
        verbose_name_plural = "rencontres"
        ordering = [F("start_latest").desc(nulls_last=True), "-pk"]
        default_related_name = "events"
        constraints = [
            dates_in_order("start", "end", name="event_dates_in_order"),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1),
                name="event_has_a_seat",
                violation_error_message="Il faut une place au moins, ou rien : sans limite.",
            ),
            models.CheckConstraint(
                condition=Q(registration_opens_at=None)
                | Q(registration_closes_at=None)
                | Q(registration_closes_at__gt=F("registration_opens_at")),
                name="event_registration_in_order",
                violation_error_message="Les inscriptions se closent avant d'ouvrir.",
            ),
        ]
        indexes = [
            models.Index(fields=["start_latest"], name="event_start_latest"),
            models.Index(fields=["end_latest"], name="event_end_latest"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("event_detail", self.slug)

    def is_over(self, at=None):
        """Is its last possible day before the day `at` (today there)? Not while it is undated."""
        last = self.end_latest or self.start_latest
        return last is not None and last < (at or timezone.localdate(timezone=self.time_zone))

    def has_ended(self, at=None):
        """Is it over at the time `at` (now), to the hour when the last one is known?

        Not once postponed: the date that it had is not its date any more.
        """
        now = at or timezone.now()
        if self.state == self.State.POSTPONED:
            return False
        last = self.end if self.end_latest else self.start
        if self.end_time and last.precision is Precision.DAY:
            return now >= self._at(last.latest, self.end_time)
        return self.is_over(timezone.localdate(now, self.time_zone))

    @property
    def was_shown(self):
        """Has it been public, now or before?"""
        return self.is_published or self.published_at is not None

    @property
    def is_called_off(self):
        """Postponed without a date, or cancelled: nobody is awaited."""
        return self.state != self.State.PLANNED

    def starts_at(self):
        """The moment it begins, None unless its day and hour are known."""
        if self.start.precision is not Precision.DAY or not self.start_time:
            return None
        return self._at(self.start.earliest, self.start_time)

    def _at(self, day, time):
        return datetime.datetime.combine(day, time, self.time_zone)

    @property
    def time_zone(self):
        """Its hours are those that one reads on the clock of its town."""
        return zone_of(self.town)

    @property
    def hours(self):
        """« 9 h 30 – 12 h », or the one that is known; "" when neither is."""
        return " – ".join(hour_label(each) for each in (self.start_time, self.end_time) if each)

    @property
    def foreign_hours(self):
        """Whose hours they are, where they are not those of the site: « heure de Mayotte »."""
        return foreign_hours(self.town)

    def door(self, at=None):
        """Whether one may register at the time `at` (now)."""
        now = at or timezone.now()
        closes_at = self.registration_closes_at or self.starts_at()
        if not self.needs_registration:
            return self.Door.NONE
        if self.is_called_off or self.has_ended(now):
            return self.Door.CLOSED
        if closes_at and now >= closes_at:
            return self.Door.CLOSED
        if self.registration_opens_at and now < self.registration_opens_at:
            return self.Door.SOON
        return self.Door.OPEN

    def cancel(self):
        self.state = self.State.CANCELLED
        self.save(update_fields=["state", "revision", "updated_at"])

    def come_back(self):
        """Out of the bin, its calendar entry comes after all those given before."""
        # Nobody kept how many; no event is saved once a minute.
        self.revision = int(timezone.now().timestamp()) // 60
        if self.state == self.State.CANCELLED:
            return "Elle revient « annulée » : si elle a lieu, changez sa tenue, et dites-le."
        return ""

    def clean(self):
        self.state = self.state or self.State.PLANNED
        one_day = not self.end or self.end == self.start
        if one_day and self.start_time and self.end_time and self.end_time < self.start_time:
            raise ValidationError(
                {"end_time": "La rencontre finit avant de commencer."}, code="times_in_order"
            )
        for field in ("parent", "next_event"):
            if self.pk and getattr(self, f"{field}_id") == self.pk:
                raise ValidationError(
                    {field: "Une rencontre ne peut pas se désigner elle-même."}, code="itself"
                )
