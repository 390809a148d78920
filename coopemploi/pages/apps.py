from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "coopemploi.pages"
    verbose_name = "Pages"
