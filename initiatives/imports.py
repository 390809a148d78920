"""What spreadsheets say of initiatives, needs, offers and resources."""

from coopemploi.imports.declarations import Importation, RowImportation
from coopemploi.imports.meanings import euros
from coopemploi.vocabulary.models import VOCABULARIES
from territories.imports import CONCERNED_TERRITORIES, PLACES, SURROUNDINGS

from .models import (
    Initiative,
    InitiativeFigure,
    InitiativeLink,
    Involvement,
    Need,
    Offer,
    Resource,
    Step,
)

CLASSIFICATION_SYNONYMS = {
    "schemes": ("dispositif", "cadre"),
    "themes": ("thématique", "thème", "thèmes", "sujets", "domaine", "domaines", "axe"),
    "sectors": ("filière", "secteur", "secteurs", "secteurs d'activité"),
    "audiences": (
        "public",
        "publics visés",
        "public cible",
        "publics cibles",
        "cible",
        "cibles",
        "bénéficiaires",
    ),
    "obstacles": ("frein", "freins à l'emploi"),
    "source": ("document", "document d'origine"),
    "status": ("statut", "publication"),
}


# How tables head the name of an initiative.
INITIATIVE_NAMES = tuple(
    header
    for name, of in (
        ("initiative", "de l'initiative"),
        ("action", "de l'action"),
        ("démarche", "de la démarche"),
        ("projet", "du projet"),
        ("expérimentation", "de l'expérimentation"),
    )
    for header in (name, f"nom {of}", f"titre {of}", f"intitulé {of}")
)


class InitiativeImport(Importation):
    model = Initiative
    name = "initiatives"
    joined = ("contact__person", "contact__actor")
    dispensable = ("contact",)
    prefetched = ("involvements__actor", "steps")
    parties = {
        "involvements.carrier": "porteurs",
        "involvements.pilot": "pilotes",
        "involvements.co_pilot": "copilotes",
        "involvements.partner": "partenaires",
        "involvements.funder": "financeurs",
        "involvements.inspired_by": "inspirée de",
    }
    starts = {"steps.start": "depuis"}
    gathered = {"territories": PLACES}
    surrounded = {"territories": SURROUNDINGS}
    fields = (
        "title",
        "summary",
        "body",
        "stage",
        "steps.start",
        "level",
        "territories",
        *parties,
        *VOCABULARIES,
        "worked",
        "did_not_work",
        "how_overcome",
        "how_to_redo",
        "contact",
        "source",
        "status",
    )
    synonyms = {
        **CLASSIFICATION_SYNONYMS,
        "title": ("nom", "intitulé", *INITIATIVE_NAMES),
        "summary": ("description courte", "en bref", "chapô"),
        "body": (
            "description",
            "description du projet",
            "description de l'action",
            "descriptif",
            "texte",
            "détail",
            "contenu",
            "contenu de l'action",
        ),
        # « Statut » says how far it is, or who may read it: its cells tell.
        "stage": (
            "état d'avancement",
            "stade d'avancement",
            "stade",
            "état",
            "statut",
            "étape",
            "phase",
        ),
        "steps.start": (
            "depuis quand",
            "depuis le",
            "en place depuis",
            "début",
            "date de début",
            "date début",
            "année de début",
            "démarrage",
            "date de démarrage",
            "année de démarrage",
            "lancement",
            "date de lancement",
            "année de lancement",
            "mise en place",
        ),
        "level": ("niveau", "échelon", "échelle territoriale", "périmètre"),
        "territories": (
            *PLACES,
            *CONCERNED_TERRITORIES,
            "lieu",
            "lieux",
            "où",
        ),
        "worked": (
            "ce qui a bien marché",
            "réussites",
            "points forts",
            "points positifs",
            "facteurs de réussite",
            "leviers",
        ),
        "did_not_work": (
            "difficultés",
            "difficultés rencontrées",
            "points faibles",
            "points de vigilance",
            "limites",
        ),
        "how_overcome": ("freins levés", "comment"),
        "how_to_redo": (
            "conditions de réussite",
            "conditions de transfert",
            "réplicabilité",
            "transférabilité",
            "pour refaire",
            "essaimage",
        ),
        "contact": (
            "nom du contact",
            "référent",
            "personne référente",
            "personne ressource",
            "personne à contacter",
            "interlocuteur",
        ),
        "involvements.carrier": (
            "porteur du projet",
            "porteur de projet",
            "porteur de l'initiative",
            "porteur de l'action",
            "structure porteuse",
            "structure",
            "organisme porteur",
            "acteur porteur",
            "opérateur",
            "portée par",
            "maître d'ouvrage",
            "maîtrise d'ouvrage",
        ),
        "involvements.pilot": (
            "pilotage",
            "pilotée par",
            "pilote du projet",
            "structure pilote",
            "chef de file",
        ),
        "involvements.co_pilot": ("copilotage", "co-pilotes", "copilotée par"),
        "involvements.partner": (
            "partenariat",
            "partenariats",
            "partenaires du projet",
            "principaux partenaires",
            "structures partenaires",
            "acteurs associés",
            "en partenariat avec",
        ),
        "involvements.funder": (
            "financement",
            "financements",
            "financeurs du projet",
            "cofinanceurs",
            "co-financeurs",
            "financée par",
            "sources de financement",
            "soutiens financiers",
        ),
        "involvements.inspired_by": ("inspirée par", "source d'inspiration"),
    }
    words = {
        "stage": {
            Initiative.Stage.IDEA: ("réflexion", "en réflexion"),
            Initiative.Stage.DIAGNOSIS: ("en diagnostic",),
            Initiative.Stage.PLANNED: ("projet", "à venir", "prévue", "prévu", "en préparation"),
            Initiative.Stage.ONGOING: ("en cours de réalisation", "lancée", "active", "engagée"),
            Initiative.Stage.RENEWED: ("reconduite", "reconduit"),
            Initiative.Stage.COMPLETED: ("achevée", "finie", "fini", "clôturée", "réalisée"),
        }
    }
    example = {
        "title": "Un minibus pour aller travailler",
        "summary": "Un minibus de la commune, deux fois par semaine, vers la zone d'activité.",
        "stage": "en cours",
        "level": "intercommunalité",
        "territories": "commune:43157 | epci:200073419",
        "involvements.partner": "5 EPCI | bailleurs sociaux",
        "worked": "- Les horaires ont été fixés avec les entreprises.",
        "status": "brouillon",
    }

    def obstacle(self, initiative, changes):
        roles = {row.role for row in initiative.involvements.all()}
        if any(f"involvements.{role}" not in changes for role in roles):
            return "ses parties prenantes ont changé depuis."
        if len(initiative.steps.all()) > ("steps.start" in changes):
            return "ses étapes datées ont changé depuis."
        return ""


class ExchangeImport(Importation):
    title_field = "text"
    dispensable = ("person",)
    gathered = {"territories": PLACES}
    surrounded = {"territories": SURROUNDINGS}
    fields = (
        "text",
        "details",
        "kind",
        "state",
        "stated_on",
        "last_confirmed_on",
        "actor",
        "person",
        "territories",
        *VOCABULARIES,
        "source",
        "status",
    )
    synonyms = {
        **CLASSIFICATION_SYNONYMS,
        "text": (
            "titre",
            "besoin",
            "besoin exprimé",
            "besoins exprimés",
            "besoin identifié",
            "demande",
            "je cherche",
            "offre",
            "offre proposée",
            "je propose",
            "je mets à disposition",
            "intitulé",
        ),
        "details": ("précision", "description", "descriptif", "détail"),
        "kind": ("type", "type de besoin", "type d'offre", "catégorie"),
        "state": ("état", "statut", "avancement"),
        "stated_on": ("date", "depuis", "le"),
        "actor": ("structure", "organisme", "organisation", "demandeur", "qui"),
        "person": ("contact", "référent"),
        "territories": (*PLACES, *CONCERNED_TERRITORIES, "lieu"),
    }
    example = {
        "text": "Une méthode pour recenser les besoins des entreprises",
        "kind": "méthode",
        "state": "d'actualité",
        "stated_on": "mars 2026",
        "status": "brouillon",
    }


class NeedImport(ExchangeImport):
    model = Need
    name = "besoins"
    fields = (
        *ExchangeImport.fields,
        "answer",
        "answered_by_offer",
        "answered_by_initiative",
        "answered_by_actor",
    )


class OfferImport(ExchangeImport):
    model = Offer
    name = "offres"


class ResourceImport(Importation):
    model = Resource
    name = "ressources"
    fields = (
        "kind",
        "title",
        "summary",
        "url",
        "actor",
        "dated",
        "initiatives",
        *VOCABULARIES,
        "source",
        "status",
    )
    synonyms = {
        **CLASSIFICATION_SYNONYMS,
        "kind": ("nature", "type de ressource", "format"),
        "title": ("nom", "intitulé", "document"),
        "summary": ("description", "descriptif"),
        "url": ("lien", "lien internet", "site", "url", "adresse"),
        "actor": ("auteur", "auteurs", "structure", "organisme", "producteur"),
        "dated": ("année", "année de parution", "date de parution", "date de publication"),
        "source": ("document d'origine",),
    }
    example = {
        "kind": "guide",
        "title": "Guide de la mobilité",
        "url": "https://example.org/guide",
        "dated": "2025",
        "status": "brouillon",
    }


OWNER_SYNONYMS = ("réf de l'initiative", *INITIATIVE_NAMES)


class InvolvementImport(RowImportation):
    model = Involvement
    name = "parties-prenantes"
    owner = "initiative"
    title_field = "label"
    told = ("role", "actor", "label")
    meanings = {"amount": euros}
    fields = ("initiative", "role", "actor", "label", "count", "amount", "note", "order")
    synonyms = {
        "initiative": OWNER_SYNONYMS,
        "actor": ("structure", "organisme", "partenaire", "qui"),
        "label": ("désignation", "nom"),
        "amount": ("montant", "euros", "financement", "subvention"),
        "note": ("remarque", "commentaire"),
    }
    example = {
        "initiative": "un-minibus-pour-aller-travailler",
        "role": "partenaire",
        "label": "bailleurs sociaux",
        "count": "3",
    }


class StepImport(RowImportation):
    model = Step
    name = "etapes"
    owner = "initiative"
    title_field = "label"
    told = ("label",)
    fields = ("initiative", "date", "label", "order")
    synonyms = {
        "initiative": OWNER_SYNONYMS,
        "date": ("quand", "le", "année", "depuis", "date de début"),
        "label": ("titre", "intitulé", "libellé", "jalon"),
    }
    example = {
        "initiative": "un-minibus-pour-aller-travailler",
        "date": "mars 2025",
        "label": "Premier trajet",
    }


class InitiativeFigureImport(RowImportation):
    model = InitiativeFigure
    name = "chiffres-cles"
    owner = "initiative"
    title_field = "label"
    told = ("label",)
    fields = (
        "initiative",
        "qualifier",
        "value",
        "unit",
        "label",
        "wording",
        "as_of",
        "source",
        "order",
    )
    synonyms = {
        "initiative": OWNER_SYNONYMS,
        "value": ("nombre", "chiffre", "résultat"),
        "label": ("ce que l'on compte", "intitulé", "indicateur"),
        "as_of": ("date", "année", "au"),
    }
    example = {
        "initiative": "un-minibus-pour-aller-travailler",
        "value": "42",
        "label": "personnes transportées",
    }


class InitiativeLinkImport(RowImportation):
    model = InitiativeLink
    name = "liens"
    owner = "initiative"
    told = ("url",)
    fields = ("initiative", "kind", "title", "url", "order")
    synonyms = {
        "initiative": OWNER_SYNONYMS,
        "kind": ("nature",),
        "title": ("intitulé",),
        "url": ("lien", "adresse", "url"),
    }
    example = {
        "initiative": "un-minibus-pour-aller-travailler",
        "kind": "page web",
        "title": "La page du projet",
        "url": "https://example.org/minibus",
    }


IMPORTS = (
    InitiativeImport,
    NeedImport,
    OfferImport,
    ResourceImport,
    InvolvementImport,
    StepImport,
    InitiativeFigureImport,
    InitiativeLinkImport,
)
