"""Mail: written in the database with what it tells of, sent by a worker, tried again for a day.

`send_mail_later` writes a row of the queue (`post_office`) within the transaction of its
caller: what is rolled back is never told, what is committed is told at least once. A mail
keeps its Message-ID from one try to the next.
"""

from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from post_office import mail as queue
from post_office.models import STATUS, Email

from ..identity.models import Identity
from ..links import SignedLink
from .backends import queue_message
from .locks import alone
from .models import Refusal

STOP = SignedLink("mail-stop")  # never expires: a stop must always work
_stopping = {}  # topic → what stops its mails


def site_url(path=""):
    """The whole address of a page of the site, for a mail: "https://site.example/actions/"."""
    return settings.SITE_URL.rstrip("/") + path


def send_mail_later(
    *, to, template, context, topic="", reply_to="", headers=None, attachments=(), when=None
):
    """Queue one mail; return its `Email`, or None when the address refuses the `topic`.

    `template` names `templates/mail/<template>.txt`: its first line is the subject, the rest
    the text. `topic` is a `Refusal.Topic`: the mail then carries the link that stops it.
    `headers` {name: value} are kept with it, and leave with it.
    `attachments` are (name, content, media type); `when` is a time to wait for. Raise
    ValidationError when `to` is no address.
    """
    validate_email(to)
    stop_url = ""
    if topic:
        if refuses(to, topic):
            return None
        stop_url = site_url(reverse("mail_stop", args=[STOP.sign([to.lower(), str(topic)])]))
    subject, body = _render(
        template,
        {
            **context,
            "identity": Identity.current(),
            "site_url": site_url(),
            "stop_url": stop_url,
            "topic_label": Refusal.Topic(topic).label if topic else "",
        },
    )
    message = EmailMessage(
        subject=subject,
        body=body,
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
        attachments=list(attachments),
    )
    if stop_url:
        message.extra_headers["List-Unsubscribe"] = f"<{stop_url}>"
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return queue_message(message, when=when)


def _render(template, context):
    """The subject and the text, its end added; no HTML is escaped in a text."""
    context = Context(context, autoescape=False)
    text = get_template(f"mail/{template}.txt").template.render(context)
    end = get_template("mail/_end.txt").template.render(context)
    subject, _, body = text.strip().partition("\n")
    return " ".join(subject.split()), f"{body.strip()}\n\n{end.strip()}\n"


def refuses(address, topic):
    return Refusal.objects.filter(address=address.lower(), topic=topic).exists()


def refuse(address, topic):
    Refusal.objects.get_or_create(address=address.lower(), topic=topic)


def when_stopped(topic, work):
    """Say what stops the mails of a topic, a function of an address, when it is no refusal."""
    _stopping[topic] = work


def stop_mailing(address, topic):
    _stopping.get(topic, partial(refuse, topic=topic))(address)


def mail_to(address):
    """The mail to an address, sent or waiting."""
    return Email.objects.filter(Q(to__iexact=address) | Q(to__icontains=f"<{address}>"))


def forget(address):
    """Erase the mail to `address`, sent or waiting; return how many."""
    return erase(mail_to(address))


def erase(emails):
    """Erase mails, and the files attached to them; return how many."""
    count = 0
    for email in emails.prefetch_related("attachments"):
        for attachment in email.attachments.all():
            file = attachment.file
            transaction.on_commit(partial(file.storage.delete, file.name))
            attachment.delete()
        email.delete()
        count += 1
    return count


def deliver():
    """Send what waits, one by one; what fails waits for its next try.

    One process sends at a time: another that comes meanwhile leaves it the work.
    """
    with alone("mail") as is_alone:
        while is_alone and queue.get_queued().exists():
            queue.send_queued()


def prune(before):
    """Erase what was sent, or given up, before that time: mail tells of people."""
    return erase(
        Email.objects.filter(status__in=[STATUS.sent, STATUS.failed], last_updated__lt=before)
    )
