"""What the lists of initiatives, needs, offers and resources give to take away."""

from coopemploi.formats.exports import Export, dated, first_point, names
from coopemploi.vocabulary.models import VOCABULARIES

from .models import Involvement

CLASSIFICATION = {
    "dispositifs": names("schemes"),
    "thématiques": names("themes"),
    "filières": names("sectors"),
    "publics": names("audiences"),
    "freins": names("obstacles"),
}


def references(record):
    """The territories as addresses name them: "epci:200071827"."""
    return [territory.reference for territory in record.territories.all()]


def actor_name(record):
    """Whose it is: the cards leave out an actor that who asks may not read."""
    return record.actor.name if record.actor else ""


def parties(role):
    """A column of the names of the parties of a role, among those that a card shows."""
    return lambda record: [party.name for party in record.carriers if party.role == role]


class InitiativeExport(Export):
    name = "initiatives"
    title = "Initiatives"
    columns = {
        "titre": "title",
        "résumé": "summary",
        "avancement": "get_stage_display",
        "échelle": "get_level_display",
        "porteurs": parties(Involvement.Role.CARRIER),
        "pilotes": parties(Involvement.Role.PILOT),
        "territoires": names("territories"),
        "codes des territoires": references,
        **CLASSIFICATION,
    }

    def prepare(self, records):
        return records.prefetch_related("territories", *VOCABULARIES)


class ExchangeExport(Export):
    columns = {
        "texte": "text",
        "précisions": "details",
        "nature": "get_kind_display",
        "suite": "get_state_display",
        "acteur": actor_name,
        "personne": lambda record: record.person.public_name if record.person else "",
        **dated("exprimé le", "stated_on"),
        "territoires": names("territories"),
        "codes des territoires": references,
        **CLASSIFICATION,
    }

    def prepare(self, records):
        return records.prefetch_related("territories", "actor__territories", *VOCABULARIES)

    def point(self, record):
        """Its own territory's, otherwise that of its actor."""
        territories = list(record.territories.all())
        if record.actor:
            territories += record.actor.territories.all()
        return first_point(territories)

    def text(self, record):
        return record.details


class NeedExport(ExchangeExport):
    name = "besoins"
    title = "Besoins"


class OfferExport(ExchangeExport):
    name = "offres"
    title = "Offres"


class ResourceExport(Export):
    name = "ressources"
    title = "Ressources"
    columns = {
        "titre": "title",
        "type": "get_kind_display",
        "résumé": "summary",
        "éditeur": actor_name,
        **dated("date", "dated"),
        "lien": "url",
        **CLASSIFICATION,
    }

    def prepare(self, records):
        return records.prefetch_related("actor__territories", *VOCABULARIES)

    def point(self, record):
        return first_point(record.actor.territories.all()) if record.actor else None
