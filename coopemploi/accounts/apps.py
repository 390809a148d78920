from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "coopemploi.accounts"
    verbose_name = "Comptes"

    def ready(self):
        from allauth.mfa.signals import authenticator_added
        from allauth.socialaccount.providers import registry

        from .services import record_second_factor

        registry.load()
        authenticator_added.connect(record_second_factor)
