from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    name = "coopemploi.participation"
    verbose_name = "Participation"

    def ready(self):
        from .permissions import declare

        declare()
