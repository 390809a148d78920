"""What is searchable of what is done, sought and offered."""

from coopemploi.search.index import SearchSource
from territories.search import named_people, published_actor

from .models import Initiative, Need, Offer, Resource

CLASSIFICATION_FIELDS = (
    "schemes__name",
    "schemes__acronym",
    "themes__name",
    "sectors__name",
    "audiences__name",
    "obstacles__name",
)


def classification_of(model):
    """The vocabularies of `model`, and the tables that link it to them."""
    related = {}
    for relation in ("schemes", "themes", "sectors", "audiences", "obstacles"):
        field = model._meta.get_field(relation)
        related[field.related_model._meta.label] = relation
        related[field.remote_field.through._meta.label] = relation
    return related


class InitiativeSource(SearchSource):
    model = Initiative
    label = "Initiatives"
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
        "involvements__label",
        "involvements__note",
        published_actor("involvements__actor"),
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


class ExchangeSource(SearchSource):
    fields = (
        "text",
        "details",
        "territories__name",
        *CLASSIFICATION_FIELDS,
        published_actor("actor"),
        *named_people("person"),
    )


class NeedSource(ExchangeSource):
    model = Need
    label = "Besoins"
    related = {
        **classification_of(Need),
        "territories.Territory": "territories",
        "initiatives.Need_territories": "territories",
        "territories.Actor": "actor",
        "territories.Person": "person",
    }


class OfferSource(ExchangeSource):
    model = Offer
    label = "Offres"
    related = {
        **classification_of(Offer),
        "territories.Territory": "territories",
        "initiatives.Offer_territories": "territories",
        "territories.Actor": "actor",
        "territories.Person": "person",
    }


class ResourceSource(SearchSource):
    model = Resource
    label = "Ressources"
    fields = ("title", "summary", *CLASSIFICATION_FIELDS, published_actor("actor"))
    related = {**classification_of(Resource), "territories.Actor": "actor"}
