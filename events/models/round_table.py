from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from coopemploi.publishing import readable, seen
from initiatives.models import Initiative, Need, Offer
from territories.models import Actor, Person, Territory

from .event import Event


class RoundTableEntryQuerySet(models.QuerySet):
    def with_items(self, user):
        """With all that `user` may read of them; annotate `label_is_public`.

        The first cell as it was written may hold the name of somebody who had it withdrawn.
        """
        links = RoundTablePerson.objects.filter(entry=OuterRef("pk"))
        withdrawn = links.filter(person__attribution_withdrawn=True)
        items = RoundTableItem.objects.prefetch_related(
            seen("initiative", Initiative, user),
            seen("need", Need, user),
            seen("offer", Offer, user),
        )
        return (
            self.annotate(label_is_public=~Exists(withdrawn))
            .select_related("territory")
            .prefetch_related(
                seen("actor", Actor, user),
                Prefetch("person_links", RoundTablePerson.objects.select_related("person")),
                Prefetch("items", items),
            )
        )


class RoundTableEntry(models.Model):
    """A row of a tour de table: what a participant, or several, brought."""

    event = models.ForeignKey(
        Event,
        verbose_name="rencontre",
        on_delete=models.CASCADE,
        related_name="round_table_entries",
    )
    people = models.ManyToManyField(
        Person,
        through="RoundTablePerson",
        verbose_name="personnes",
        related_name="round_table_entries",
    )
    actor = models.ForeignKey(
        Actor,
        verbose_name="acteur",
        on_delete=models.PROTECT,  # the contribution would lose its author
        null=True,
        blank=True,
        related_name="round_table_entries",
    )
    territory = models.ForeignKey(
        Territory,
        verbose_name="territoire",
        on_delete=models.PROTECT,  # the contribution would lose its place
        null=True,
        blank=True,
        related_name="round_table_entries",
    )
    label = models.CharField(
        "tel qu'écrit", max_length=250, blank=True, help_text="La première case de la ligne."
    )
    note = models.CharField("remarque", max_length=300, blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    objects = RoundTableEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "contribution au tour de table"
        verbose_name_plural = "tour de table"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.label or str(self.actor or self.territory or f"contribution {self.pk}")


class RoundTablePerson(models.Model):
    """A person behind an entry, under the title of that day."""

    entry = models.ForeignKey(
        RoundTableEntry,
        verbose_name="contribution",
        on_delete=models.CASCADE,
        related_name="person_links",
    )
    person = models.ForeignKey(
        Person,
        verbose_name="personne",
        on_delete=models.CASCADE,
        related_name="round_table_links",
    )
    title = models.CharField("fonction ce jour-là", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "personne du tour de table"
        verbose_name_plural = "participants"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "person"],
                name="round_table_person_unique",
                violation_error_message="Cette personne est déjà dans la contribution.",
            )
        ]

    def __str__(self):
        return str(self.person)


class RoundTableItemQuerySet(models.QuerySet):
    def told_to(self, user):
        """Items of the tours de table whose event and recap `user` may read."""
        return self.filter(
            readable(user, "entry__event__"), readable(user, "entry__event__recap__")
        ).select_related("entry__event")


class RoundTableItem(models.Model):
    """One thing said in a cell of the tour de table, and what became of it."""

    class Column(models.TextChoices):
        DEMARCHE = "demarche", "démarches engagées"
        CHALLENGE = "challenge", "défis"
        NEED = "need", "je cherche"
        OFFER = "offer", "je mets à disposition"

    class Horizon(models.TextChoices):
        SHORT = "short", "court terme"
        MEDIUM = "medium", "moyen terme"

    class Outcome(models.TextChoices):
        PENDING = "pending", "à trier"
        INITIATIVE = "initiative", "initiative"
        NEED = "need", "besoin"
        OFFER = "offer", "offre"
        CHALLENGE = "challenge", "défi"
        FINDING = "finding", "constat"

    entry = models.ForeignKey(
        RoundTableEntry,
        verbose_name="contribution",
        on_delete=models.CASCADE,
        related_name="items",
    )
    column = models.CharField("colonne", max_length=10, choices=Column.choices)
    text = models.TextField("texte")
    horizon = models.CharField("échéance", max_length=10, choices=Horizon.choices, blank=True)
    outcome = models.CharField(
        "devenir", max_length=10, choices=Outcome.choices, default=Outcome.PENDING
    )
    initiative = models.ForeignKey(
        Initiative,
        verbose_name="initiative",
        on_delete=models.SET_NULL,  # what was said stays
        null=True,
        blank=True,
        related_name="round_table_items",
    )
    need = models.ForeignKey(
        Need,
        verbose_name="besoin",
        on_delete=models.SET_NULL,  # what was said stays
        null=True,
        blank=True,
        related_name="round_table_items",
    )
    offer = models.ForeignKey(
        Offer,
        verbose_name="offre",
        on_delete=models.SET_NULL,  # what was said stays
        null=True,
        blank=True,
        related_name="round_table_items",
    )
    order = models.PositiveSmallIntegerField("ordre", default=0)

    objects = RoundTableItemQuerySet.as_manager()

    class Meta:
        verbose_name = "élément du tour de table"
        verbose_name_plural = "éléments"
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(horizon="") | Q(column="challenge"),
                name="round_table_horizon_of_challenge",
                violation_error_message="Seul un défi a une échéance.",
            ),
        ]

    def __str__(self):
        return self.text
