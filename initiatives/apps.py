from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"
    verbose_name = "Initiatives et coopération"

    def ready(self):
        from . import history  # noqa: F401 - importing it tracks the models
        from .imports import IMPORTS
        from .matching.suggestions import MatchTable
        from .merging import InitiativeMerging
        from .permissions import declare
        from .search import InitiativeSource, NeedSource, OfferSource, ResourceSource

        declare()
        for source in (InitiativeSource, NeedSource, OfferSource, ResourceSource):
            source.register()
        MatchTable.register()
        InitiativeMerging.register()
        for importation in IMPORTS:
            importation.register()
