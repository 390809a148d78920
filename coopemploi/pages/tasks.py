from django.core.mail import EmailMessage
from django_tasks import task

from ..identity.models import Identity


@task()
def send_contact_message(*, name, email, subject, message):
    """Mail a visitor's message to whoever answers for the site."""
    identity = Identity.current()
    EmailMessage(
        subject=f"[{identity.name}] {subject}",
        body=(
            f"Message de {name} ({email}), écrit sur la page Contact de {identity.name}.\n"
            f"Répondez à ce courriel pour lui répondre.\n\n{message}\n"
        ),
        to=[identity.contact_email],
        reply_to=[email],
    ).send()
