from django.db import models
from django.db.models import Case, Exists, OuterRef, When

from coopemploi.figures import CountedFigureQuerySet, KeyFigure, format_number, row_count
from coopemploi.publishing import Publishable
from coopemploi.sources.models import Sourced

from .attendance import Attendance
from .campaign import Campaign
from .event import Event


class CountedFigure(KeyFigure, Sourced):
    """A figure which the site can count too: declared and counted stand side by side."""

    # What was announced and what the site knows, in words that agree with what is counted.
    participles = ("annoncé", "nommé")
    feminine_participles = {}

    objects = CountedFigureQuerySet.as_manager()

    class Meta(KeyFigure.Meta):
        abstract = True

    @property
    def comparison(self):
        """ "18 annoncés, 17 nommés"; only for what `counted` can count."""
        announced, known = self.feminine_participles.get(self.counts, self.participles)
        counted = self.counted()
        return (
            f"{self.display} {announced}{'s' if self.value >= 2 else ''}, "
            f"{format_number(counted)} {known}{'s' if counted >= 2 else ''}"
        )


class CampaignFigure(CountedFigure):
    class Counted(models.TextChoices):
        EVENTS = "events", "rencontres de l'opération"

    feminine_participles = {Counted.EVENTS: ("annoncée", "décrite")}

    campaign = models.ForeignKey(
        Campaign, verbose_name="opération", on_delete=models.CASCADE, related_name="figures"
    )
    counts = models.CharField(
        "compté par le site",
        max_length=20,
        choices=Counted.choices,
        blank=True,
        help_text="Le nombre que le site peut compter, à montrer à côté du nombre annoncé.",
    )

    class Meta(CountedFigure.Meta):
        verbose_name = "chiffre clé"
        verbose_name_plural = "chiffres clés"

    @classmethod
    def known_number(cls):
        events = Event.objects.published().filter(campaign=OuterRef("campaign"))
        return Case(When(counts=cls.Counted.EVENTS, then=row_count(events)))

    def counted(self):
        """Counted from rows, so that a page that prefetched them asks nothing more."""
        if self.counts == self.Counted.EVENTS:
            return sum(event.is_published for event in self.campaign.events.all())
        return None


class EventFigure(CountedFigure):
    class Counted(models.TextChoices):
        TERRITORIES = "territories", "territoires présents"
        INTERESTED = "interested", "présents à l'étape « intéressé »"
        EMERGING = "emerging", "présents à l'étape « émergent »"
        ACCREDITED = "accredited", "présents à l'étape « habilité »"
        CONTRIBUTORS = "contributors", "personnes du tour de table"
        SPEAKERS = "speakers", "intervenants"
        ACTIONS = "actions", "actions retenues"

    feminine_participles = {
        Counted.CONTRIBUTORS: ("annoncée", "nommée"),
        Counted.ACTIONS: ("annoncée", "décrite"),
    }

    event = models.ForeignKey(
        Event, verbose_name="rencontre", on_delete=models.CASCADE, related_name="figures"
    )
    counts = models.CharField(
        "compté par le site",
        max_length=20,
        choices=Counted.choices,
        blank=True,
        help_text="Le nombre que le site peut compter, à montrer à côté du nombre annoncé.",
    )

    class Meta(CountedFigure.Meta):
        verbose_name = "chiffre clé"
        verbose_name_plural = "chiffres clés"

    @classmethod
    def known_number(cls):
        counted = cls.Counted
        present = Attendance.objects.present().filter(event=OuterRef("event"))
        # What later modules define is reached from the event.
        event = Event.objects.filter(pk=OuterRef("event"))
        actions = event.filter(actions__status=Publishable.Status.PUBLISHED)
        return Case(
            When(counts=counted.TERRITORIES, then=row_count(present.filter(person=None))),
            When(
                counts__in=[counted.INTERESTED, counted.EMERGING, counted.ACCREDITED],
                then=row_count(present.filter(stage=OuterRef("counts"))),
            ),
            When(
                Exists(event.filter(round_table_entries__isnull=False)),
                counts=counted.CONTRIBUTORS,
                then=row_count(event, "round_table_entries__people"),
            ),
            When(counts=counted.SPEAKERS, then=row_count(event, "appearances__person")),
            When(counts=counted.ACTIONS, then=row_count(actions, "actions__pk")),
        )

    def counted(self):
        """Counted from rows, so that a page that prefetched them asks nothing more."""
        counted = self.Counted
        match self.counts:
            case counted.TERRITORIES:
                return sum(attendance.person_id is None for attendance in self._present)
            case counted.INTERESTED | counted.EMERGING | counted.ACCREDITED:
                return sum(attendance.stage == self.counts for attendance in self._present)
            case counted.CONTRIBUTORS:
                return self._count_contributors()
            case counted.SPEAKERS:
                return len({speech.person_id for speech in self.event.appearances.all()})
            case counted.ACTIONS:
                return sum(action.is_published for action in self.event.actions.all())
        return None

    @property
    def _present(self):
        attendances = self.event.attendances.all()
        return [each for each in attendances if each.status == Attendance.Status.PRESENT]

    def _count_contributors(self):
        """The people of the tour de table; None while there is none to read."""
        entries = list(self.event.round_table_entries.all())
        models.prefetch_related_objects(entries, "person_links")
        people = {link.person_id for entry in entries for link in entry.person_links.all()}
        return len(people) if entries else None
