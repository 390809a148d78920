from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "coopemploi.accounts"
    verbose_name = "Comptes"
