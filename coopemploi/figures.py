"""Key figures: numbers as the documents qualify them."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Func, Q, Subquery

from .fields import PartialDateField

LONGEST_SIGN = 3  # « % », « k€ », « ETP »: letters of a unit that is not a word


def format_number(value):
    """A number as French prints it: 150 000, 79, 12,5."""
    value = Decimal(value)
    number = f"{value.normalize():,f}" if value % 1 else f"{int(value):,}"
    return number.replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")


def row_count(rows, field="pk"):
    """The number of distinct `field` in `rows`, a queryset tied to the outer record.

    Not `Count`, which groups: no row at all would count nothing rather than zero.
    """
    number = Func(
        F(field),
        function="COUNT",
        template="%(function)s(DISTINCT %(expressions)s)",
        output_field=models.IntegerField(),
    )
    return Subquery(rows.order_by().annotate(number=number).values("number"))


class CountedFigureQuerySet(models.QuerySet):
    def with_known(self):
        """Annotate `known`, what the system counts: `counted()`, asked of the database."""
        return self.annotate(known=self.model.known_number())

    def doubtful(self):
        """Exact numbers that are not what the system counts."""
        gap = Q(known__lt=F("value")) | Q(known__gt=F("value"))
        return self.with_known().filter(gap, qualifier=KeyFigure.Qualifier.EXACT)


class KeyFigure(models.Model):
    """A number about its owner, with its qualifier and the wording it was found in.

    Concrete models add the owner and, in `Counted`, what the system can count
    itself, so that a declared total stands beside the counted one.
    """

    class Qualifier(models.TextChoices):
        EXACT = "exact", "exactement"
        ABOUT = "about", "environ"
        MORE_THAN = "more_than", "plus de"
        LESS_THAN = "less_than", "moins de"

    label = models.CharField(
        "libellé", max_length=200, help_text="Ce que l'on compte : « entreprises mobilisées »."
    )
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2)
    unit = models.CharField(
        "unité", max_length=30, blank=True, help_text="« % », « € », « habitants »…"
    )
    qualifier = models.CharField(
        "précision", max_length=10, choices=Qualifier.choices, default=Qualifier.EXACT
    )
    wording = models.CharField(
        "tel qu'écrit",
        max_length=120,
        blank=True,
        help_text="L'expression trouvée : « une vingtaine », « un peu plus de 150 000 ».",
    )
    as_of = PartialDateField("à la date de")
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]

    def __str__(self):
        return f"{self.display} {self.label}"

    @property
    def display(self):
        """The number as shown: "environ 20", "plus de 150 000", "6 %"."""
        number = format_number(self.value)
        if self.unit:
            # « 12 000 heures » may stand on two lines; « 15 % » never does.
            space = "\N{NO-BREAK SPACE}" if len(self.unit) <= LONGEST_SIGN else " "
            number = f"{number}{space}{self.unit}"
        if self.qualifier == self.Qualifier.EXACT:
            return number
        return f"{self.get_qualifier_display()} {number}"

    def counted(self):
        """What the system counts for the same label, None when it cannot."""
        return
