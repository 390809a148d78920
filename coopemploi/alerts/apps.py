from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "coopemploi.alerts"
    verbose_name = "Alertes"
