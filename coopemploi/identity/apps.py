from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "coopemploi.identity"
    verbose_name = "Identité du site"
