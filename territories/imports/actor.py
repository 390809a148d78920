"""Actors in spreadsheets, and how a cell names them."""

import re
from functools import cached_property

from coopemploi.imports.declarations import Importation
from coopemploi.imports.lookups import Lookup, UnknownNameError
from coopemploi.imports.meanings import refuse_rounded

from ..models import Actor
from ..party_reconciliation import ActorReconciler
from .actor_kinds import KIND_WORDS
from .places import CONCERNED_TERRITORIES, PLACES, SURROUNDINGS


class ActorLookup(Lookup):
    """A réf, a name or another one, a SIREN, or a collectivité however its kind is said."""

    @cached_property
    def reconciler(self):
        return ActorReconciler(self.queryset)

    def unknown(self, text):
        return (
            f"« {text} » n'est le nom d'aucun acteur du site{self.near(text)} : corrigez-le, ou "
            "ajoutez d'abord cet acteur."
        )

    def find_by_name(self, text):
        try:
            return super().find_by_name(text)
        except UnknownNameError:
            found = self.reconciler.named(text)
            if not found:
                raise
        return self.the_one(text, found)


def siren_in(text):
    """The SIREN of a number written by groups, or of the SIRET of an establishment.

    Raise ValueError, in French, for what a spreadsheet took for a number.
    """
    refuse_rounded(text)
    digits = re.sub(r"[\s.]", "", text)
    if re.fullmatch(r"\d{8}|\d{13}", digits):
        raise ValueError(
            f"« {text} » : il manque un chiffre, un zéro au début si le tableur l'a ôté. Un SIREN "
            "en a 9, un SIRET 14."
        )
    return digits[:9] if re.fullmatch(r"\d{9}(\d{5})?", digits) else text


class ActorImport(Importation):
    model = Actor
    name = "acteurs"
    title_field = "name"
    codes = (("siren",),)
    fields = (
        "kind",
        "name",
        "aliases",
        "siren",
        "description",
        "website",
        "parents",
        "governs",
        "territories",
        "schemes",
        "source",
        "status",
    )
    synonyms = {
        "name": (
            "acteur",
            "nom de l'acteur",
            "structure",
            "nom de la structure",
            "organisme",
            "nom de l'organisme",
            "organisation",
            "partenaire",
            "dénomination",
            "raison sociale",
        ),
        "kind": (
            "type d'acteur",
            "type de structure",
            "type d'organisme",
            "nature",
            "nature de la structure",
            "catégorie",
        ),
        "aliases": ("sigle", "sigles", "acronyme", "autre nom"),
        "siren": ("numéro SIREN", "n° SIREN", "SIRET", "numéro SIRET", "n° SIRET"),
        "description": ("descriptif", "présentation", "activité", "activités", "missions"),
        "website": ("site internet", "site", "adresse web", "url", "lien"),
        "territories": (
            *PLACES,
            *CONCERNED_TERRITORIES,
            "périmètre",
            "implantation",
            "lieu",
        ),
        "schemes": ("dispositif",),
        "source": ("document", "document d'origine"),
        "parents": (
            "rattachement",
            "rattaché à",
            "structure de rattachement",
            "structure porteuse",
            "porteur",
            "porté par",
        ),
        "status": ("statut", "publication"),
    }
    gathered = {"territories": PLACES}
    surrounded = {"territories": SURROUNDINGS}
    words = {"kind": KIND_WORDS}
    meanings = {"siren": siren_in}
    example = {
        "kind": "association",
        "name": "Les Jardins d'essai",
        "aliases": "JDE",
        "territories": "commune:43157",
        "status": "brouillon",
    }
