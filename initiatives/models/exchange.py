import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from coopemploi.addresses import address
from coopemploi.fields import AutoSlugField, PartialDateField
from coopemploi.publishing import Publishable, PublishableQuerySet, seen
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import VOCABULARIES, Classified
from territories.models import Actor, LocatedQuerySet, Person, Territory

# A need that waits for longer comes first.
LONG_WAIT = datetime.timedelta(days=90)
# Somebody who was asked twice and said nothing for that long each time no longer follows it.
SILENCE = datetime.timedelta(days=30)
MOST_SILENCES = 2


class ExchangeQuerySet(PublishableQuerySet, LocatedQuerySet):
    def lying_in(self, territory):
        """Those placed in `territory`, or whose actor acts in it."""
        actors = Actor.objects.in_territory(territory)
        return super().lying_in(territory) | Q(actor__in=actors.values("pk"))

    def with_card(self, user):
        """With what their cards show to `user`."""
        return self.select_related("person", "source").prefetch_related(
            "schemes", "themes", seen("actor", Actor, user)
        )

    def with_page(self, user):
        """With all that their pages say to `user`, and whether somebody can be written to."""
        items = self.model._meta.get_field("round_table_items").related_model.objects
        return (
            self.with_reach()
            .select_related("person", "source")
            .prefetch_related(
                Prefetch("territories", Territory.objects.named()),
                *VOCABULARIES,
                seen("actor", Actor, user),
                Prefetch("round_table_items", items.told_to(user), to_attr="told"),
            )
        )

    def with_reach(self):
        """Annotate `is_reachable`: whether somebody, named or of the actor, can be written to."""
        members = Q(belongings__actor=OuterRef("actor"), belongings__state="approved")
        people = Person.objects.reachable().filter(members | Q(pk=OuterRef("person")))
        return self.annotate(is_reachable=Exists(people))

    def with_last_news(self):
        """Annotate `last_news_on`: confirmed, asked, stated or noted, whichever is known first."""
        return self.annotate(
            last_news_on=Coalesce("last_confirmed_on", "stated_on_latest", TruncDate("created_at")),
        )

    def due_for_question(self, at=None):
        """Those to ask about on the day `at` (today): 90 days without news, and not asked
        of late."""
        day = at or timezone.localdate()
        return (
            self.published()
            .filter(state=Exchange.State.OPEN, silences__lt=MOST_SILENCES)
            .with_last_news()
            .filter(last_news_on__lt=day - LONG_WAIT)
            .filter(Q(asked_on=None) | Q(asked_on__lt=day - SILENCE))
        )

    def silent(self, at=None):
        """Those to put to rest on the day `at` (today): asked twice, in vain."""
        day = at or timezone.localdate()
        return self.filter(
            state=Exchange.State.OPEN,
            silences__gte=MOST_SILENCES,
            asked_on__lt=day - SILENCE,
        )


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
    last_confirmed_on = models.DateField("confirmé le", null=True, blank=True)
    asked_on = models.DateField(
        "question posée le", null=True, blank=True, help_text="« Toujours d'actualité ? »"
    )
    silences = models.PositiveSmallIntegerField("questions sans réponse", default=0)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = [models.F("stated_on_latest").desc(nulls_last=True), "pk"]

    def __str__(self):
        return self.text

    def confirm(self, at=None):
        """It still stands on the day `at` (today); what rested awakes."""
        self.last_confirmed_on = at or timezone.localdate()
        self.state, self.silences = self.State.OPEN, 0
        self.save(update_fields=["last_confirmed_on", "state", "silences", "updated_at"])

    def note_question(self, at=None):
        """Its author was asked about it on the day `at` (today)."""
        self.asked_on = at or timezone.localdate()
        self.silences += 1
        self.save(update_fields=["asked_on", "silences", "updated_at"])

    def rest(self):
        """Nobody follows it any more: kept, and no longer proposed to anybody."""
        self.state = self.State.RESTING
        self.save(update_fields=["state", "updated_at"])


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

    def with_untouched_match(self):
        """Those without answer that have a suggestion nobody acted upon."""
        untouched = self.model._meta.get_field("matches").related_model.objects.untouched()
        return self.unanswered().filter(Exists(untouched.filter(need=OuterRef("pk"))))


class Need(Exchange):
    """ "Je cherche": what somebody looks for."""

    answered_by_offer = models.ForeignKey(
        "Offer",
        verbose_name="résolu grâce à l'offre",
        on_delete=models.SET_NULL,  # the story is still told
        null=True,
        blank=True,
        related_name="answered_needs",
    )
    answered_by_initiative = models.ForeignKey(
        "Initiative",
        verbose_name="résolu grâce à l'initiative",
        on_delete=models.SET_NULL,  # the story is still told
        null=True,
        blank=True,
        related_name="answered_needs",
    )
    answered_by_actor = models.ForeignKey(
        Actor,
        verbose_name="résolu grâce à l'acteur",
        on_delete=models.SET_NULL,  # the story is still told
        null=True,
        blank=True,
        related_name="answered_needs",
    )
    answer = models.TextField("comment le besoin a été résolu", max_length=2000, blank=True)

    objects = NeedQuerySet.as_manager()

    class Meta(Exchange.Meta):
        verbose_name = "besoin"
        verbose_name_plural = "besoins"
        default_related_name = "needs"

    def get_absolute_url(self):
        return address("need_detail", self.slug)

    @property
    def is_told(self):
        """Whether one can read what answered it."""
        return self.state == self.State.ANSWERED and bool(
            self.answer
            or self.answered_by_offer_id
            or self.answered_by_initiative_id
            or self.answered_by_actor_id
        )

    def resolve(self, answer="", *, offer=None, initiative=None, actor=None):
        """It is answered, and this is how."""
        self.state, self.silences, self.answer = self.State.ANSWERED, 0, answer
        self.answered_by_offer = offer
        self.answered_by_initiative = initiative
        self.answered_by_actor = actor
        self.save()


class Offer(Exchange):
    """ "Je mets à disposition": what somebody can bring to others."""

    class Meta(Exchange.Meta):
        verbose_name = "offre"
        verbose_name_plural = "offres"
        default_related_name = "offers"

    def get_absolute_url(self):
        return address("offer_detail", self.slug)
