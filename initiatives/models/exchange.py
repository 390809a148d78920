import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone

from coopemploi.fields import AutoSlugField, PartialDateField
from coopemploi.publishing import Publishable, PublishableQuerySet
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import Classified
from territories.models import Actor, LocatedQuerySet, Person, Territory

# A need that waits for longer comes first.
LONG_WAIT = datetime.timedelta(days=90)


class ExchangeQuerySet(PublishableQuerySet, LocatedQuerySet):
    def in_territory(self, territory):
        """Those placed in `territory`, or whose actor acts in it."""
        own = super().in_territory(territory)
        actors = Actor.objects.in_territory(territory)
        return self.filter(Q(pk__in=own.values("pk")) | Q(actor__in=actors.values("pk")))


class Exchange(Publishable, Sourced, Classified):
    """What somebody seeks or can offer."""

    class Kind(models.TextChoices):
        KNOWLEDGE = "knowledge", "connaissance"
        METHOD = "method", "méthode"
        FEEDBACK = "feedback", "retour d'expérience"
        CONTACT = "contact", "mise en relation"
        RECRUITMENT = "recruitment", "recrutement"
        FUNDING = "funding", "financement"
        TOOL = "tool", "outil"

    class State(models.TextChoices):
        OPEN = "open", "d'actualité"
        ANSWERED = "answered", "résolu"
        RESTING = "resting", "en sommeil"

    text = models.CharField("texte", max_length=300, help_text="Une phrase qui se lit seule.")
    slug = AutoSlugField("réf", populate_from="text", max_length=90)
    details = models.TextField("précisions", blank=True)
    kind = models.CharField("nature", max_length=12, choices=Kind.choices)
    actor = models.ForeignKey(
        Actor,
        verbose_name="acteur",
        on_delete=models.PROTECT,  # a need without its author answers nobody
        null=True,
        blank=True,
    )
    person = models.ForeignKey(
        Person,
        verbose_name="personne",
        on_delete=models.SET_NULL,  # erasing a person leaves what their actor seeks
        null=True,
        blank=True,
    )
    territories = models.ManyToManyField(
        Territory,
        verbose_name="territoires",
        blank=True,
        help_text="S'ils diffèrent de ceux de l'acteur.",
    )
    state = models.CharField("suite", max_length=10, choices=State.choices, default=State.OPEN)
    stated_on = PartialDateField("exprimé le")

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = [models.F("stated_on_latest").desc(nulls_last=True), "pk"]

    def __str__(self):
        return self.text


class NeedQuerySet(ExchangeQuerySet):
    def with_waiting_since(self):
        """Annotate `waiting_since`, the day it was stated, or noted when that is unknown."""
        return self.annotate(
            waiting_since=Coalesce("stated_on_latest", TruncDate("created_at")),
        )

    def unanswered(self):
        return self.published().filter(state=Exchange.State.OPEN)

    def long_unanswered(self, at=None):
        """Those that wait for more than 90 days on the day `at` (today)."""
        before = (at or timezone.localdate()) - LONG_WAIT
        return self.unanswered().with_waiting_since().filter(waiting_since__lt=before)


class Need(Exchange):
    """ "Je cherche": what somebody looks for."""

    objects = NeedQuerySet.as_manager()

    class Meta(Exchange.Meta):
        verbose_name = "besoin"
        verbose_name_plural = "besoins"
        default_related_name = "needs"

    def get_absolute_url(self):
        return reverse("need_detail", args=[self.slug])


class Offer(Exchange):
    """ "Je mets à disposition": what somebody can bring to others."""

    class Meta(Exchange.Meta):
        verbose_name = "offre"
        verbose_name_plural = "offres"
        default_related_name = "offers"

    def get_absolute_url(self):
        return reverse("offer_detail", args=[self.slug])
