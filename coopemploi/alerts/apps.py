from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "coopemploi.alerts"
    verbose_name = "Alertes"

    def ready(self):
        from ..mail.models import Refusal
        from ..mail.services import when_stopped
        from .services import forget

        when_stopped(Refusal.Topic.ALERT, forget)
