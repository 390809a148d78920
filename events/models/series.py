from django.db import models

from coopemploi.addresses import address
from coopemploi.fields import AutoSlugField


class Series(models.Model):
    """Events that come back, edition after edition."""

    name = models.CharField("nom", max_length=200)
    slug = AutoSlugField("réf", populate_from="name")
    description = models.TextField("description", blank=True)

    class Meta:
        verbose_name = "série"
        verbose_name_plural = "séries"
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("series_detail", self.slug)
