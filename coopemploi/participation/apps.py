from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    name = "coopemploi.participation"
    verbose_name = "Participation"

    def ready(self):
        from allauth.account.signals import email_changed, email_removed

        from .permissions import declare
        from .services import follow_address

        declare()
        email_changed.connect(follow_address)
        email_removed.connect(follow_address)
