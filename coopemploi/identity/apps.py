from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "coopemploi.identity"
    verbose_name = "Identité du site"

    def ready(self):
        from . import history  # noqa: F401 - importing it tracks the models
