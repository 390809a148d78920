"""What is searchable of what is done, sought and offered."""

from coopemploi.search.facets import filled, own, own_years, values, years
from coopemploi.search.text import normalise
from coopemploi.vocabulary.models import VOCABULARIES
from territories.models import Actor
from territories.search import LocatedSource, named_people, parties, published_actor

from .funders import funders
from .models import Initiative, Involvement, Need, Offer, Resource

CLASSIFICATION_FIELDS = (
    "schemes__name",
    "schemes__acronym",
    "themes__name",
    "sectors__name",
    "audiences__name",
    "obstacles__name",
)

CLASSIFICATION_FACETS = {
    "theme": values("themes__slug"),
    "dispositif": values("schemes__slug"),
    "filiere": values("sectors__slug"),
    "public": values("audiences__slug"),
    "frein": values("obstacles__slug"),
}


def classification_of(model):
    """The vocabularies of `model`, and the tables that link it to them."""
    related = {}
    for relation in VOCABULARIES:
        field = model._meta.get_field(relation)
        related[field.related_model._meta.label] = relation
        related[field.remote_field.through._meta.label] = relation
    return related


class InitiativeSource(LocatedSource):
    model = Initiative
    label = "Initiatives"
    facets = {
        **CLASSIFICATION_FACETS,
        "avancement": own("stage"),
        "echelle": own("level"),
        "annee": years("steps__date_earliest", "steps__date_latest"),
        "retour": filled("worked", "did_not_work", "how_overcome", "how_to_redo"),
        "financeur": funders,
        # What is near another is compared by the actors themselves: see `related`.
        "acteur_porteur": values(
            "involvements__actor", involvements__role=Involvement.Role.CARRIER
        ),
        "porteur": values(
            "involvements__actor__kind",
            involvements__role__in=[
                Involvement.Role.CARRIER,
                Involvement.Role.PILOT,
                Involvement.Role.CO_PILOT,
            ],
            involvements__actor__status=Actor.Status.PUBLISHED,
        ),
    }
    fields = (
        "title",
        "summary",
        "body",
        "worked",
        "did_not_work",
        "how_overcome",
        "how_to_redo",
        "territories__name",
        "territories__aliases",
        *CLASSIFICATION_FIELDS,
        "steps__label",
        "figures__label",
        "links__title",
        *parties("involvements", "note"),
    )
    related = {
        **classification_of(Initiative),
        "territories.Territory": "territories",
        "initiatives.Initiative_territories": "territories",
        "initiatives.Step": "steps",
        "initiatives.InitiativeFigure": "figures",
        "initiatives.InitiativeLink": "links",
        "initiatives.Involvement": "involvements",
        "territories.Actor": "involvements__actor",
    }

    def kicker(self, record):
        return record.get_stage_display()

    def date_key(self, record):
        return record.published_at


class ExchangeSource(LocatedSource):
    places = ("territories", "actor__territories", "actor__governs")
    facets = {
        **CLASSIFICATION_FACETS,
        "nature": own("kind"),
        "suite": own("state"),
        "annee": own_years(("stated_on_earliest", "stated_on_latest")),
    }
    fields = (
        "text",
        "details",
        "territories__name",
        *CLASSIFICATION_FIELDS,
        published_actor("actor"),
        *named_people("person"),
    )
    summaries = ("details",)

    def name_key(self, record):
        return normalise(record.text)

    def date_key(self, record):
        return record.stated_on.latest


class NeedSource(ExchangeSource):
    model = Need
    label = "Besoins"
    related = {
        **classification_of(Need),
        "territories.Territory": "territories",
        "initiatives.Need_territories": "territories",
        "territories.Actor": "actor",
        "territories.ActorTerritory": "actor__territory_links",
        "territories.Person": "person",
    }

    def kicker(self, record):
        return f"Je cherche · {record.get_kind_display()}"


class OfferSource(ExchangeSource):
    model = Offer
    label = "Offres"
    related = {
        **classification_of(Offer),
        "territories.Territory": "territories",
        "initiatives.Offer_territories": "territories",
        "territories.Actor": "actor",
        "territories.ActorTerritory": "actor__territory_links",
        "territories.Person": "person",
    }

    def kicker(self, record):
        return f"Je mets à disposition · {record.get_kind_display()}"


class ResourceSource(LocatedSource):
    model = Resource
    label = "Ressources"
    places = ("actor__territories", "actor__governs")
    facets = {
        **CLASSIFICATION_FACETS,
        "type": own("kind"),
        "annee": own_years(("dated_earliest", "dated_latest")),
    }
    fields = ("title", "summary", *CLASSIFICATION_FIELDS, published_actor("actor"))
    related = {
        **classification_of(Resource),
        "territories.Actor": "actor",
        "territories.ActorTerritory": "actor__territory_links",
    }

    def kicker(self, record):
        return record.get_kind_display()

    def date_key(self, record):
        return record.dated.latest
