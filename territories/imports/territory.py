"""Territories in spreadsheets."""

from coopemploi.imports.declarations import Importation
from coopemploi.imports.meanings import inhabitants

from ..models import Territory


class TerritoryImport(Importation):
    model = Territory
    name = "territoires"
    title_field = "name"
    codes = (("kind", "code"),)
    numbered = ("code", "postal_codes")
    meanings = {"population": inhabitants}
    fields = (
        "kind",
        "name",
        "code",
        "aliases",
        "postal_codes",
        "description",
        "population",
        "latitude",
        "longitude",
        "valid_from",
        "valid_until",
        "source",
    )
    synonyms = {
        "name": ("territoire", "nom du territoire", "intitulé", "libellé"),
        "kind": ("nature du territoire", "sorte"),
        "code": ("code", "code Insee", "SIREN", "code QPV"),
        "population": ("habitants", "nombre d'habitants"),
        "source": ("document", "document d'origine"),
    }
    example = {"kind": "PETR", "name": "PETR du Pays d'essai", "aliases": "Pays d'essai"}

    # Loaded with the official data, and by nothing else.
    OFFICIAL_KINDS = (
        Territory.Kind.REGION,
        Territory.Kind.DEPARTEMENT,
        Territory.Kind.COM,
        Territory.Kind.ARRONDISSEMENT,
        Territory.Kind.EPCI,
        Territory.Kind.EPT,
        Territory.Kind.COMMUNE,
    )

    def refusal(self, territory):
        if territory.vintage is None and territory.kind not in self.OFFICIAL_KINDS:
            return ""
        return "ce territoire vient du référentiel officiel : un import ne l'écrit pas."

    def reference_of(self, territory):
        return territory.reference

    def find(self, queryset, references):
        slugs = {reference.rpartition(":")[2] for reference in references}
        return super().find(queryset, slugs)

    def known_references(self, queryset):
        """Those that an import may write: official codes have no near misses."""
        rows = queryset.filter(vintage=None).order_by().values_list("kind", "slug")
        return [f"{kind}:{slug}" for kind, slug in rows]
