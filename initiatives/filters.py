from coopemploi.filters import FacetFilter, TabFilter, YearFilter, YesFilter
from coopemploi.vocabulary.labels import terms
from territories.filters import LocatedFilterSet
from territories.models import Actor

from .funders import funder_labels
from .models import Initiative, Need, Resource


class ClassifiedFilterSet(LocatedFilterSet):
    """A list of what the vocabularies describe."""

    theme = FacetFilter("theme", "Thématique", terms("theme"))
    dispositif = FacetFilter("dispositif", "Dispositif", terms("dispositif"))
    filiere = FacetFilter("filiere", "Filière", terms("filiere"))
    public = FacetFilter("public", "Public", terms("public"))
    frein = FacetFilter("frein", "Frein", terms("frein"))

    first_facets = ("theme", "dispositif", "avancement", "nature", "type")


class InitiativeFilter(ClassifiedFilterSet):
    avancement = FacetFilter("avancement", "Avancement", Initiative.Stage.choices)
    retour = YesFilter("retour", "Retour d'expérience disponible")
    type_porteur = FacetFilter("porteur", "Type de porteur", Actor.Kind.choices)
    financeur = FacetFilter(
        "financeur", "Financeur", lambda catalogue: catalogue.labels("funders", funder_labels)
    )
    annee = YearFilter("Période")
    # The carrier itself, in the list of actions.
    former_names = {"porteur": "type_porteur"}


class ExchangeFilter(ClassifiedFilterSet):
    sorts = ("recent", "nom")
    default_sort = "recent"

    nature = FacetFilter("nature", "Nature", Need.Kind.choices)
    suite = FacetFilter("suite", "Suite", Need.State.choices)
    # Which tab is shown: the view chooses the model.
    voir = TabFilter(choices=[("besoins", "besoins"), ("offres", "offres")])


class ResourceFilter(ClassifiedFilterSet):
    type = FacetFilter("type", "Type", Resource.Kind.choices)
    annee = YearFilter()
