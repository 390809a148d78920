from django.core.validators import URLValidator
from django.db import models

from coopemploi.addresses import address
from coopemploi.fields import AutoSlugField, NormalisedField, PartialDateField
from coopemploi.link_checks.models import with_dead_links
from coopemploi.publishing import Publishable, PublishableQuerySet, seen
from coopemploi.sources.models import Sourced
from coopemploi.vocabulary.models import Classified
from territories.models import Actor

from .initiative import Initiative


class ResourceQuerySet(PublishableQuerySet):
    def with_card(self, user):
        """With what their cards show to `user`."""
        return self.select_related("source").prefetch_related(
            "schemes", "themes", seen("actor", Actor, user)
        )

    def with_dead_links(self):
        return with_dead_links(self.published(), "url")

    def in_territory(self, territory):
        """Resources of the actors that act in `territory`."""
        actors = Actor.objects.in_territory(territory)
        return self.filter(actor__in=actors.values("pk"))


class Resource(Publishable, Sourced, Classified):
    """Something to read, watch or reuse."""

    class Kind(models.TextChoices):
        GUIDE = "guide", "guide"
        METHOD = "method", "méthode"
        REGULATION = "regulation", "règlement"
        VIDEO = "video", "vidéo"
        SLIDES = "slides", "support de présentation"
        STUDY = "study", "étude"
        OTHER = "other", "autre"

    kind = models.CharField("type", max_length=12, choices=Kind.choices)
    title = models.CharField("titre", max_length=200)
    slug = AutoSlugField("réf", populate_from="title")
    summary = models.TextField("résumé", blank=True)
    url = models.URLField(
        "adresse web",
        max_length=500,
        blank=True,
        validators=[URLValidator(["http", "https"])],
        help_text="Vide si le document n'est pas en ligne : dites dans le résumé où le demander.",
    )
    actor = models.ForeignKey(
        Actor,
        verbose_name="éditeur",
        on_delete=models.SET_NULL,  # the resource is still worth reading
        null=True,
        blank=True,
    )
    initiatives = models.ManyToManyField(
        Initiative, verbose_name="initiatives", blank=True, related_name="resources"
    )
    dated = PartialDateField("date")
    sort_name = NormalisedField("clé de tri", populate_from=("title",))

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = "ressource"
        verbose_name_plural = "ressources"
        ordering = ["sort_name", "pk"]
        default_related_name = "resources"

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("resource_detail", self.slug)
