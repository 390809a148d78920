"""What search engines are told of: the lists, and every published sheet."""

from django.contrib.sitemaps import Sitemap
from django.db.models import Q
from django.urls import reverse

from events.models import Action, Campaign, Event
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor, Network, Territory

from ..vocabulary.models import GlossaryTerm

PAGES = [
    "home",
    "territory_list",
    "actor_list",
    "network_list",
    "initiative_list",
    "exchange_list",
    "resource_list",
    "event_list",
    "action_list",
    "cooperation",
    "network_figures",
    "glossary",
    "site_map",
    "accessibility",
    "legal_notice",
    "privacy",
]


class PageSitemap(Sitemap):
    def items(self):
        return PAGES

    def location(self, item):
        return reverse(item)


class PublishedSitemap(Sitemap):
    """The published records of a model."""

    limit = 5000

    def __init__(self, model):
        self.model = model

    def items(self):
        return self.model.objects.published().order_by("pk")


class TerritorySitemap(Sitemap):
    """Those where something is published: 36 000 pages with nothing would drown the others."""

    limit = 5000

    def items(self):
        events = Event.objects.published()
        covered = Q(pk__in=Initiative.objects.published().values("territories"))
        covered |= Q(pk__in=Actor.objects.published().values("territories"))
        covered |= Q(pk__in=events.values("territories")) | Q(pk__in=events.values("town"))
        return Territory.objects.filter(covered).order_by("pk")


class GlossarySitemap(Sitemap):
    def items(self):
        return GlossaryTerm.objects.order_by("pk")


PUBLISHED = [Action, Actor, Campaign, Event, Initiative, Need, Network, Offer, Resource]
SITEMAPS = {
    "pages": PageSitemap,
    "territoires": TerritorySitemap,
    "glossaire": GlossarySitemap,
    **{model._meta.model_name: PublishedSitemap(model) for model in PUBLISHED},
}
