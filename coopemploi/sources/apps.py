from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "coopemploi.sources"
    verbose_name = "Sources"

    def ready(self):
        from . import history  # noqa: F401 - importing it tracks the models
