from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "coopemploi.imports"
    verbose_name = "Imports"
