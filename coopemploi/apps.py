from django.apps import AppConfig


class CoopemploiConfig(AppConfig):
    name = "coopemploi"
    verbose_name = "Coopemploi"
