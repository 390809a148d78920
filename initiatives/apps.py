from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"
    verbose_name = "Initiatives et coopération"

    def ready(self):
        from . import history  # noqa: F401 - importing it tracks the models
        from .search import InitiativeSource, NeedSource, OfferSource, ResourceSource

        for source in (InitiativeSource, NeedSource, OfferSource, ResourceSource):
            source.register()
