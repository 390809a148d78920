from django.apps import AppConfig

from coopemploi.derived import registry


class TerritoriesConfig(AppConfig):
    name = "territories"
    verbose_name = "Territoires et acteurs"

    def ready(self):
        from coopemploi.imports.lookups import lookups

        from .closure import ContainmentTable
        from .imports import LOOKUPS, ActorImport, TerritoryImport
        from .search import ActorSource, NetworkSource, TerritorySource

        registry.register(ContainmentTable())
        for source in (TerritorySource, ActorSource, NetworkSource):
            source.register()
        lookups.update(LOOKUPS)
        for importation in (TerritoryImport, ActorImport):
            importation.register()
