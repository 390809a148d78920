from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Rencontres"

    def ready(self):
        from . import history  # noqa: F401 - importing it tracks the models
        from .imports import EventImport
        from .merging import ActionMerging
        from .permissions import declare
        from .search import ActionSource, CampaignSource, EventSource, RecapSource, VerbatimSource

        declare()
        for source in (ActionSource, CampaignSource, EventSource, RecapSource, VerbatimSource):
            source.register()
        EventImport.register()
        ActionMerging.register()
