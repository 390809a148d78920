from django.core.validators import URLValidator
from django.db import models

from ..fields import AutoSlugField, PartialDateField


class Source(models.Model):
    """A document that facts were found in."""

    # No page says it: see `coopemploi.gathering`.
    HELD_BACK = {"raw_text"}

    title = models.CharField("titre", max_length=250)
    slug = AutoSlugField("réf", populate_from="title")
    publisher = models.CharField("éditeur", max_length=200, blank=True)
    url = models.URLField(
        "adresse web", max_length=500, blank=True, validators=[URLValidator(["http", "https"])]
    )
    published_on = PartialDateField("date de publication")
    note = models.CharField(
        "remarque", max_length=300, blank=True, help_text="Visible sur le site public."
    )
    is_fictional = models.BooleanField(
        "exemple fictif",
        default=False,
        help_text="Chaque page qui s'appuie sur cette source porte la mention « exemple fictif ».",
    )
    raw_text = models.TextField(
        "texte d'origine", blank=True, help_text="Jamais montré sur le site public."
    )

    class Meta:
        verbose_name = "source"
        verbose_name_plural = "sources"
        ordering = ["title"]

    def __str__(self):
        return self.title


class Sourced(models.Model):
    """A record that says where it was found."""

    source = models.ForeignKey(
        Source,
        verbose_name="source",
        on_delete=models.PROTECT,  # a fact does not lose its source silently
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        abstract = True

    @property
    def is_fictional(self):
        return self.source is not None and self.source.is_fictional
