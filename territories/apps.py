from django.apps import AppConfig

from coopemploi import permissions
from coopemploi.derived import registry


class TerritoriesConfig(AppConfig):
    name = "territories"
    verbose_name = "Territoires et acteurs"

    def ready(self):
        from coopemploi.imports.lookups import lookups

        from . import history  # noqa: F401 - importing it tracks the models
        from .closure import ContainmentTable
        from .imports import LOOKUPS, ActorImport, PersonImport, TerritoryImport
        from .merging import ActorMerging, PersonMerging
        from .permissions import PerimeterRule, declare
        from .search import ActorSource, NetworkSource, TerritorySource

        declare()
        permissions.apply(PerimeterRule())
        registry.register(ContainmentTable())
        for source in (TerritorySource, ActorSource, NetworkSource):
            source.register()
        for merging in (ActorMerging, PersonMerging):
            merging.register()
        lookups.update(LOOKUPS)
        for importation in (TerritoryImport, ActorImport, PersonImport):
            importation.register()
