from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "coopemploi.sources"
    verbose_name = "Sources"
