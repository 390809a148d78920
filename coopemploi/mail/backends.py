from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.mail.backends.base import BaseEmailBackend
from post_office.models import PRIORITY, STATUS, Attachment, Email
from post_office.signals import email_queued


class QueueBackend(BaseEmailBackend):
    """All mail of Django and its libraries goes through the queue.

    The queue's own backend reads each text as a template: what visitors write must not be.
    """

    def send_messages(self, email_messages):
        for message in email_messages:
            queue_message(message)
        return len(email_messages)


def queue_message(message, *, when=None):
    """Write an `EmailMessage` into the queue, to leave at once or at the time `when`."""
    headers = dict(message.extra_headers)
    if message.reply_to:
        headers.setdefault("Reply-To", ", ".join(map(str, message.reply_to)))
    html = [each for each in getattr(message, "alternatives", ()) if each[1] == "text/html"]
    email = Email.objects.create(
        from_email=message.from_email,
        to=message.to,
        cc=message.cc,
        bcc=message.bcc,
        subject=message.subject,
        message=message.body,
        html_message=html[0][0] if html else "",
        headers=headers or None,
        priority=PRIORITY.medium,
        status=STATUS.queued,
        scheduled_time=when,
        message_id=make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
    )
    for name, content, media_type in message.attachments:
        attachment = Attachment(name=name, mimetype=media_type or "")
        content = content.encode() if isinstance(content, str) else content
        attachment.file.save(name, ContentFile(content))
        email.attachments.add(attachment)
    email_queued.send(sender=Email, emails=[email])
    return email
