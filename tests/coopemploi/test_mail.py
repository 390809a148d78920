"""The queue of mails: nothing lost, nothing said twice, a stop that holds."""

import datetime
import re
import smtplib
import threading

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from post_office.models import STATUS, Attachment, Email

from coopemploi.mail.backends import QueueBackend
from coopemploi.mail.locks import alone
from coopemploi.mail.models import Refusal
from coopemploi.mail.services import STOP, deliver, forget, prune, refuse, send_mail_later

pytestmark = pytest.mark.django_db

ADDRESS = "camille@example.org"
CONTACT = {"name": "Camille", "email": ADDRESS, "subject": "Objet", "message": "Un texte"}


def send(to=ADDRESS, **options):
    return send_mail_later(to=to, template="contact", context=CONTACT, **options)


def test_mail_leaves_once():
    send(attachments=[("rencontre.ics", "BEGIN:VCALENDAR", "text/calendar")])
    deliver()
    deliver()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([ADDRESS], "[Coopemploi] Objet")
    assert sent.attachments == [("rencontre.ics", "BEGIN:VCALENDAR", "text/calendar")]


def test_mail_is_rolled_back_with_what_it_tells():
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    deliver()
    assert mail.outbox == []


def test_mail_text_is_no_template_nor_html():
    queued = send_mail_later(
        to=ADDRESS,
        template="contact",
        context={**CONTACT, "message": "{{ identity }} {% debug %} l'été <b>&</b>"},
    )
    deliver()
    assert "{{ identity }} {% debug %} l'été <b>&</b>" in mail.outbox[0].body
    assert queued.template is None


def test_django_mail_is_no_template():
    message = EmailMessage("{{ x }}", "{% nothing %}", to=[ADDRESS], reply_to=["a@example.org"])
    assert QueueBackend().send_messages([message]) == 1
    deliver()
    (sent,) = mail.outbox
    assert (sent.subject, sent.body) == ("{{ x }}", "{% nothing %}")
    assert sent.message()["Reply-To"] == "a@example.org"


def test_mail_to_no_address():
    with pytest.raises(ValidationError):
        send(to="camille@")
    assert not Email.objects.exists()


def test_mail_waits_for_a_server_that_is_down(monkeypatch):
    """Every try has the same Message-ID, and an hour of failures loses nothing."""
    tried = []

    def fail(self, messages):
        tried.extend(message.message()["Message-ID"] for message in messages)
        raise smtplib.SMTPServerDisconnected

    send()
    with monkeypatch.context() as down:
        down.setattr(EmailBackend, "send_messages", fail)
        for _ in range(4):
            deliver()
            Email.objects.update(scheduled_time=timezone.now())
    deliver()
    (sent,) = mail.outbox
    assert tried == [sent.message()["Message-ID"]] * 4
    assert Email.objects.get().status == STATUS.sent


def test_mail_waits_for_its_time():
    send(when=timezone.now() + datetime.timedelta(hours=1))
    deliver()
    assert mail.outbox == []


def test_only_one_process_sends():
    told = []

    def another():
        with alone("mail") as is_alone:
            told.append(is_alone)
        connection.close()

    def ask():
        thread = threading.Thread(target=another)
        thread.start()
        thread.join()

    with alone("mail") as is_alone:
        ask()
    ask()
    assert (is_alone, told) == (True, [False, True])


def test_stop_link_is_in_text_and_headers(client):
    send(topic=Refusal.Topic.REMINDER)
    deliver()
    (sent,) = mail.outbox
    header = sent.message()["List-Unsubscribe"]
    assert sent.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert header[1:-1] in sent.body
    path = re.sub(r"^https?://[^/]+", "", header[1:-1])
    assert "Ne plus recevoir ces courriels" in client.get(path).text
    assert not Refusal.objects.exists()
    assert client.post(path).status_code == 200
    assert send(topic=Refusal.Topic.REMINDER, to=ADDRESS.upper()) is None
    assert send(topic=Refusal.Topic.FOLLOW_UP) is not None
    assert send() is not None


def test_stop_link_forged(client):
    token = STOP.sign([ADDRESS, "alert"])
    for wrong in (token[:-1], "a", "é", token + "a", "." * 9):
        response = client.post(reverse("mail_stop", args=[wrong]))
        assert response.status_code == 404
    assert not Refusal.objects.exists()


def test_refusing_twice():
    refuse(ADDRESS, Refusal.Topic.ALERT)
    refuse(ADDRESS.upper(), Refusal.Topic.ALERT)
    assert Refusal.objects.count() == 1


def test_forget_erases_the_mail_of_one_address():
    send()
    send(to="autre.camille@example.org")
    assert forget("Camille@example.org") == 1
    assert [email.to for email in Email.objects.all()] == [["autre.camille@example.org"]]


@pytest.mark.parametrize("is_forgotten", [True, False])
def test_what_is_attached_goes_with_the_mail(is_forgotten, django_capture_on_commit_callbacks):
    send(attachments=[("a.ics", "BEGIN:VCALENDAR", "text/calendar")])
    send(to="lou@example.org", attachments=[("b.ics", "BEGIN:VCALENDAR", "text/calendar")])
    first, second = (attachment.file for attachment in Attachment.objects.order_by("pk"))
    deliver()
    Email.objects.filter(to="lou@example.org").update(status=STATUS.queued)

    with django_capture_on_commit_callbacks(execute=True):
        if is_forgotten:
            assert forget(ADDRESS) == 1
        else:
            assert prune(timezone.now() + datetime.timedelta(days=1)) == 1

    assert (first.storage.exists(first.name), second.storage.exists(second.name)) == (False, True)
    assert [attachment.name for attachment in Attachment.objects.all()] == ["b.ics"]


def test_prune_keeps_what_waits():
    send(attachments=[("a.txt", "texte", "text/plain")])
    deliver()
    send()
    assert prune(timezone.now() + datetime.timedelta(days=1)) == 1
    assert Email.objects.get().status == STATUS.queued


def test_prune_erases_what_was_given_up():
    send()
    Email.objects.update(status=STATUS.failed)
    assert prune(timezone.now() + datetime.timedelta(days=1)) == 1
    assert not Email.objects.exists()


def test_sign_in_mail_goes_through_the_queue(settings, client):
    settings.EMAIL_BACKEND = "coopemploi.mail.backends.QueueBackend"
    get_user_model().objects.create_user(email=ADDRESS, password="un-mot-de-passe-long")
    client.post(reverse("account_reset_password"), {"email": ADDRESS})
    assert mail.outbox == []
    assert [email.to for email in Email.objects.all()] == [[ADDRESS]]


def test_mails_are_shown_under_debug_only(settings, client):
    send()
    assert client.get(reverse("mail_sent")).status_code == 404
    settings.DEBUG = True
    assert "[Coopemploi] Objet" in client.get(reverse("mail_sent")).text
