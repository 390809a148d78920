from django.db import models

from coopemploi.addresses import address
from coopemploi.fields import (
    AutoSlugField,
    NormalisedField,
    PartialDateField,
    ProseField,
    dates_in_order,
)
from coopemploi.publishing import Publishable, PublishableQuerySet
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import Classified
from territories.models import LocatedQuerySet, Territory


class CampaignQuerySet(PublishableQuerySet, LocatedQuerySet):
    def with_doubtful_figures(self):
        """Campaigns that announce another number than the site counts."""
        figures = self.model._meta.get_field("figures").related_model.objects
        return self.unarchived().filter(pk__in=figures.doubtful().values("campaign"))


class Campaign(Publishable, Sourced, Classified):
    """An operation that runs over several events, such as "les quartiers de l'emploi"."""

    title = models.CharField("titre", max_length=200)
    slug = AutoSlugField("réf", populate_from="title")
    summary = models.TextField("résumé", max_length=600, blank=True)
    body = ProseField("présentation")
    start = PartialDateField("début")
    end = PartialDateField("fin")
    territories = models.ManyToManyField(Territory, verbose_name="territoires", blank=True)
    sort_name = NormalisedField("clé de tri", populate_from=("title",))

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "opération"
        verbose_name_plural = "opérations"
        ordering = ["sort_name", "pk"]
        default_related_name = "campaigns"
        constraints = [dates_in_order("start", "end", name="campaign_dates_in_order")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("campaign_detail", self.slug)
