from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Rencontres"

    def ready(self):
        from . import history  # noqa: F401 - importing it tracks the models
        from .search import ActionSource, CampaignSource, EventSource, RecapSource, VerbatimSource

        for source in (ActionSource, CampaignSource, EventSource, RecapSource, VerbatimSource):
            source.register()
