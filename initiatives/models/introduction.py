import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from territories.models import Person

from .exchange import Need, Offer
from .initiative import Initiative
from .match import Match

# Nobody is held to an answer: what nobody answered for so long is over.
ANSWER_TIME = datetime.timedelta(days=21)
# Long enough to have met.
FOLLOW_UP_TIME = datetime.timedelta(days=30)
# What was written to introduce two people is of no use after that.
KEPT = datetime.timedelta(days=365)


class IntroductionQuerySet(models.QuerySet):
    def open(self):
        """Those that wait for an answer, or that brought two people together."""
        return self.filter(closed_at=None)

    def waiting(self):
        return self.open().filter(introduced_at=None)

    def unanswered(self, at=None):
        """Those that nobody answered in time, at the time `at` (now)."""
        return self.waiting().filter(created_at__lt=(at or timezone.now()) - ANSWER_TIME)

    def due_for_follow_up(self, at=None):
        """Those to ask about at the time `at` (now): did it help?"""
        before = (at or timezone.now()) - FOLLOW_UP_TIME
        return self.open().filter(introduced_at__lt=before, followed_up_at=None)

    def outdated(self, at=None):
        return self.filter(created_at__lt=(at or timezone.now()) - KEPT)

    def reported(self):
        return self.exclude(reported_at=None).filter(report_handled=False)

    def about_the_same(self, introduction):
        """Those of the same two people about the same records."""
        names = (*Introduction.RECORDS, *Introduction.SIDES)
        return self.filter(**{name: getattr(introduction, name) for name in names})

    def asked_since(self, user, since):
        return self.filter(asked_by=user, created_at__gte=since)

    def received_since(self, person, since):
        return self.filter(Q(seeker=person) | Q(helper=person), created_at__gte=since)


class Introduction(models.Model):
    """Two people put in touch about a need and what may answer it, once both agree.

    Somebody may also ask for an offer, or about an initiative, without having noted a need, or
    answer a need without having noted an offer: then one record stands alone. Until both agree,
    neither is told the address of the other.
    """

    class Answer(models.TextChoices):
        WAITING = "waiting", "attendue"
        ACCEPTED = "accepted", "acceptée"
        DECLINED = "declined", "déclinée"

    class Outcome(models.TextChoices):
        HELPED = "helped", "a aidé"
        UNDER_WAY = "under_way", "en cours"
        NOT_HELPED = "not_helped", "n'a pas aidé"

    SIDES = ("seeker", "helper")
    RECORDS = ("need", "offer", "initiative", "sought_offer", "sought_initiative")
    in_documents = False  # what two people write to each other

    need = models.ForeignKey(
        Need,
        verbose_name="besoin",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="introductions",
    )
    offer = models.ForeignKey(
        Offer,
        verbose_name="offre",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="introductions",
    )
    initiative = models.ForeignKey(
        Initiative,
        verbose_name="initiative",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="introductions",
    )
    # Apart from those that answer a need: whoever animates where the need is reads these.
    sought_offer = models.ForeignKey(
        Offer,
        verbose_name="offre demandée",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="introductions_sought",
    )
    sought_initiative = models.ForeignKey(
        Initiative,
        verbose_name="initiative demandée",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="introductions_sought",
    )
    seeker = models.ForeignKey(
        Person,
        verbose_name="qui cherche",
        on_delete=models.CASCADE,
        related_name="introductions_sought",
    )
    helper = models.ForeignKey(
        Person,
        verbose_name="qui peut aider",
        on_delete=models.CASCADE,
        related_name="introductions_offered",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="demandée par",
        on_delete=models.SET_NULL,  # the two people it brought together still know each other
        null=True,
        blank=True,
        related_name="+",
    )
    message = models.TextField("message", max_length=1000)
    seeker_answer = models.CharField(
        "réponse de qui cherche", max_length=8, choices=Answer.choices, default=Answer.WAITING
    )
    helper_answer = models.CharField(
        "réponse de qui peut aider", max_length=8, choices=Answer.choices, default=Answer.WAITING
    )
    created_at = models.DateTimeField("demandée le", default=timezone.now, editable=False)
    introduced_at = models.DateTimeField("acceptée des deux le", null=True, blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    followed_up_at = models.DateTimeField("suivie le", null=True, blank=True)
    seeker_outcome = models.CharField(
        "suite, pour qui cherche", max_length=10, choices=Outcome.choices, blank=True
    )
    helper_outcome = models.CharField(
        "suite, pour qui peut aider", max_length=10, choices=Outcome.choices, blank=True
    )
    reported_at = models.DateTimeField("signalée le", null=True, blank=True)
    report = models.TextField("signalement", max_length=1000, blank=True)
    report_handled = models.BooleanField("signalement traité", default=False)

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = "mise en relation"
        verbose_name_plural = "mises en relation"
        ordering = ["-created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(need__isnull=False, sought_offer=None, sought_initiative=None)
                & (Q(offer=None) | Q(initiative=None))
                | Q(need=None, offer=None, initiative=None)
                & (
                    Q(sought_offer__isnull=False, sought_initiative=None)
                    | Q(sought_offer=None, sought_initiative__isnull=False)
                ),
                name="introduction_one_subject",
                violation_error_message=(
                    "Une mise en relation part d'un besoin, avec au plus une offre ou une "
                    "initiative, ou d'une offre seule, ou d'une initiative seule."
                ),
            ),
            models.UniqueConstraint(
                fields=["need", "offer", "seeker", "helper"],
                condition=Q(closed_at=None),
                name="introduction_need_offer_once",
                violation_error_message="Ces personnes sont déjà mises en relation.",
            ),
            models.UniqueConstraint(
                fields=["need", "initiative", "seeker", "helper"],
                condition=Q(closed_at=None),
                name="introduction_need_initiative_once",
                violation_error_message="Ces personnes sont déjà mises en relation.",
            ),
            models.UniqueConstraint(
                fields=["need", "seeker", "helper"],
                condition=Q(closed_at=None, offer=None, initiative=None),
                name="introduction_need_once",
                violation_error_message="Ces personnes sont déjà mises en relation.",
            ),
            models.UniqueConstraint(
                fields=["sought_offer", "seeker", "helper"],
                condition=Q(closed_at=None),
                name="introduction_offer_once",
                violation_error_message="Ces personnes sont déjà mises en relation.",
            ),
            models.UniqueConstraint(
                fields=["sought_initiative", "seeker", "helper"],
                condition=Q(closed_at=None),
                name="introduction_initiative_once",
                violation_error_message="Ces personnes sont déjà mises en relation.",
            ),
        ]

    def __str__(self):
        return f"{self.subject} ↔ {self.candidate}" if self.candidate else str(self.subject)

    @property
    def subject(self):
        """The need, or what somebody asks for."""
        return self.need or self.sought_offer or self.sought_initiative

    @property
    def candidate(self):
        return self.offer or self.initiative

    @property
    def brought(self):
        """What is brought to who seeks: what answers the need, or what is asked for."""
        return self.candidate or self.sought_offer or self.sought_initiative

    @property
    def is_introduced(self):
        return self.introduced_at is not None

    @property
    def standing(self):
        if self.closed_at:
            return "close"
        return "acceptée des deux" if self.is_introduced else "en attente"

    def person(self, side):
        return getattr(self, side)

    def other(self, side):
        return self.helper if side == "seeker" else self.seeker

    def answer_of(self, side):
        return getattr(self, f"{side}_answer")

    def side_of(self, person):
        """On which side a person is; None for a third one."""
        return next((side for side in self.SIDES if self.person(side) == person), None)

    def answer(self, side, answer, at=None):
        """One of the two agrees, or not; both agreeing introduces them."""
        at = at or timezone.now()
        setattr(self, f"{side}_answer", answer)
        if answer == self.Answer.DECLINED:
            self.closed_at = at
        elif all(self.answer_of(each) == self.Answer.ACCEPTED for each in self.SIDES):
            self.introduced_at = at
        self.save()

    def close(self, at=None):
        self.closed_at = at or timezone.now()
        self.save(update_fields=["closed_at"])

    def tell_outcome(self, side, outcome):
        """What one of the two says became of it."""
        setattr(self, f"{side}_outcome", outcome)
        self.save(update_fields=[f"{side}_outcome"])

    def flag(self, text, at=None):
        """One of the two complains about it: whoever animates the network will read it."""
        self.reported_at, self.report = at or timezone.now(), text
        self.report_handled = False
        self.save(update_fields=["reported_at", "report", "report_handled"])

    @property
    def match_status(self):
        """What became of the match, as far as the two have told."""
        told = {self.seeker_outcome, self.helper_outcome}
        for outcome, status in (
            (self.Outcome.HELPED, Match.Status.HELPED),
            (self.Outcome.UNDER_WAY, Match.Status.UNDER_WAY),
        ):
            if outcome in told:
                return status
        if told == {self.Outcome.NOT_HELPED}:
            return Match.Status.DECLINED
        return Match.Status.INTRODUCED


class IntroductionBlock(models.Model):
    """Somebody who wants to hear no more from somebody else."""

    by = models.ForeignKey(
        Person, verbose_name="par", on_delete=models.CASCADE, related_name="blocks"
    )
    blocked = models.ForeignKey(
        Person, verbose_name="personne bloquée", on_delete=models.CASCADE, related_name="blocked_by"
    )
    since = models.DateTimeField("depuis", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "blocage"
        verbose_name_plural = "blocages"
        ordering = ["-since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["by", "blocked"],
                name="introduction_block_once",
                violation_error_message="Cette personne est déjà bloquée.",
            )
        ]

    def __str__(self):
        return f"{self.by} ne veut plus rien recevoir de {self.blocked}"
