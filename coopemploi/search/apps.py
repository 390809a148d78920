from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "coopemploi.search"
    verbose_name = "Recherche"
