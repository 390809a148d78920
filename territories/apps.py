from django.apps import AppConfig

from coopemploi.derived import registry


class TerritoriesConfig(AppConfig):
    name = "territories"
    verbose_name = "Territoires et acteurs"

    def ready(self):
        from . import history  # noqa: F401 - importing it tracks the models
        from .closure import ContainmentTable
        from .search import ActorSource, NetworkSource, TerritorySource

        registry.register(ContainmentTable())
        for source in (TerritorySource, ActorSource, NetworkSource):
            source.register()
