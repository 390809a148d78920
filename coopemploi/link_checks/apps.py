from django.apps import AppConfig


class LinkChecksConfig(AppConfig):
    name = "coopemploi.link_checks"
    verbose_name = "Liens vérifiés"
