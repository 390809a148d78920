from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "coopemploi.mail"
    verbose_name = "Courrier"

    def ready(self):
        from post_office.signals import email_queued

        from .tasks import deliver_soon

        # The queue's own signal: mail leaves as soon as what wrote it is committed.
        email_queued.connect(deliver_soon, dispatch_uid="coopemploi.mail")
