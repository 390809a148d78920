from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "coopemploi.accounts"
    verbose_name = "Comptes"

    def ready(self):
        from allauth.mfa.signals import authenticator_added

        from .services import record_second_factor

        authenticator_added.connect(record_second_factor)
