"""What supervision asks, what is logged and mailed, and what visitors see of a failure."""

import errno
import json
import logging
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from coopemploi.mail.services import send_mail_later
from coopemploi.monitoring import errors, logs, readiness
from coopemploi.pages import views
from tests.factories import InitiativeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _all_is_well(monkeypatch):
    cache.clear()
    monkeypatch.setattr(readiness, "is_late", lambda: False)


# Readiness


def test_ready_when_everything_is_well(client):
    response = client.get(reverse("ready"))
    assert response.json() == {
        "base": "ok",
        "cache": "ok",
        "travail de fond": "ok",
        "courrier": "ok",
        "disque": "ok",
        "sauvegarde": "ok",
    }
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("fail", "name"),
    [
        (lambda: setattr(readiness, "LEAST_FREE", 10**18), "disque"),
        (lambda: Email.objects.update(created=timezone.now() - timedelta(hours=1)), "courrier"),
    ],
    ids=["disk", "mail"],
)
def test_not_ready_says_what_and_nothing_more(client, monkeypatch, fail, name):
    monkeypatch.setattr(readiness, "LEAST_FREE", readiness.LEAST_FREE)
    send_mail_later(
        to="ada@example.org",
        template="contact",
        context={"name": "Ada", "email": "", "subject": "Bonjour", "message": "Bonjour"},
    )
    fail()
    response = client.get(reverse("ready"))
    assert response.status_code == 503
    assert {key for key, said in response.json().items() if said != "ok"} >= {name}
    assert set(response.json().values()) <= {"ok", "à voir"}
    assert "example.org" not in response.text


def test_check_that_fails_is_not_well(monkeypatch):
    def broken():
        raise OperationalError("connection to server at 10.0.0.1 failed")

    monkeypatch.setitem(readiness.CHECKS, "base", broken)
    assert readiness.checked()["base"] is False


# Failures


@pytest.fixture
def visitor(settings):
    settings.DEBUG = False
    return Client(raise_request_exception=False)


def test_database_away_says_to_come_back(visitor, monkeypatch):
    def away(request):
        raise OperationalError("connection to server at 10.0.0.1 failed: password=secret")

    monkeypatch.setattr(views, "public_counts", lambda: away(None))
    response = visitor.get("/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "momentanément indisponible" in response.text
    assert "10.0.0.1" not in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "/srv/secret/image.webp"),
        OperationalError("database or disk is full"),
        OperationalError("could not extend file: No space left on device"),
    ],
)
def test_disk_full_is_said_so(visitor, monkeypatch, error):
    def full():
        raise error

    monkeypatch.setattr(views, "public_counts", full)
    response = visitor.get("/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "plus de place sur le serveur" in response.text
    assert "secret" not in response.text


def test_other_error_stays_a_500(visitor, monkeypatch):
    def broken():
        raise ValueError("secret")

    monkeypatch.setattr(views, "public_counts", broken)
    response = visitor.get("/")
    assert (response.status_code, "secret" in response.text) == (500, False)


# Logs


def logged(record):
    return json.loads(logs.JSONFormatter().format(record))


def record_of(message, *args, exc_info=None):
    return logging.LogRecord("site", logging.ERROR, "x.py", 1, message, args, exc_info)


def test_log_masks_what_is_personal():
    key = "eyJhIjoxfQ:1rABCd:Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9v"
    told = logged(record_of("Mail to %s, /rappels/%s/", "ada.byron@example.org", key))
    assert told["message"] == "Mail to …, /rappels/…/"


def test_log_masks_tracebacks_and_keeps_their_places():
    try:
        raise ValueError("Key (email)=(ada.byron@example.org) already exists.")
    except ValueError as error:
        told = logged(record_of("Broken", exc_info=(ValueError, error, error.__traceback__)))
    assert "ada.byron" not in told["error"]
    assert "test_monitoring.py" in told["error"]
    assert "test_log_masks_tracebacks_and_keeps_their_places" in told["error"]


def test_log_masks_addresses_wherever_they_stand():
    said = "<ada@x.example>, (b+c@y.example) d.e@z.example;.f@w.example /é@v.example"
    assert "@" not in logs.mask(said)


def test_log_does_not_read_a_long_word_again_at_each_letter():
    """It took a second at 8 000 letters, which an address may hold, and minutes at 80 000."""
    began = time.perf_counter()
    logs.mask("/" + "a" * 80_000)
    assert time.perf_counter() - began < 1


def test_log_masks_the_row_that_postgresql_refuses():
    """Its words, quoted to whoever sent it; a text of several paragraphs is quoted whole."""
    said = (
        'new row for relation "person" violates check constraint "person_has_a_name"\n'
        "DETAIL:  Failing row contains (12, Ada\n\nByron, 06 12).\n\n"
        "The above exception was the direct cause of the following exception:\n"
    )
    told = logged(record_of(said))["message"]
    assert "person_has_a_name" in told
    assert "direct cause" in told
    assert not any(word in told for word in ("Ada", "Byron", "06 12"))


def test_each_answer_has_an_id_and_one_line(client, caplog):
    initiative = InitiativeFactory()
    with caplog.at_level(logging.INFO, logger="coopemploi.access"):
        response = client.get(initiative.get_absolute_url() + "?email=ada@example.org")
    [line] = [record for record in caplog.records if record.name == "coopemploi.access"]
    assert line.told["route"] == "initiatives/<slug:slug>/"
    assert line.told["status"] == 200
    assert initiative.slug not in json.dumps(logged(line))
    assert "ada@example.org" not in json.dumps(logged(line))
    assert len(response.headers["X-Request-ID"]) == 16


def test_id_of_the_proxy_is_kept_unless_it_is_odd(client):
    address = reverse("health")
    given = client.get(address, headers={"X-Request-ID": "abcd-1234"})
    assert given.headers["X-Request-ID"] == "abcd-1234"
    odd = client.get(address, headers={"X-Request-ID": "<script>alert(1)</script>"})
    assert "script" not in odd.headers["X-Request-ID"]


def test_slow_query_is_told_without_its_parameters(settings, caplog):
    settings.SLOW_QUERY_MS = 0
    with connection.execute_wrapper(logs._time), connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["secret"])
    line = [record for record in caplog.records if record.name == "coopemploi.sql"][-1]
    assert "SELECT %s" in line.getMessage()
    assert "secret" not in line.getMessage()


# Errors by mail


@pytest.fixture
def handler(settings):
    settings.ADMINS = [("Équipe", "equipe@example.org")]
    return errors.GroupedMailHandler()


def fail(handler, message):
    try:
        raise ValueError(message)
    except ValueError as error:
        handler.emit(record_of("Broken", exc_info=(ValueError, error, error.__traceback__)))


def test_errors_of_one_kind_make_one_mail(handler):
    for _ in range(50):
        fail(handler, "ada.byron@example.org")
    [sent] = mail.outbox
    assert "ValueError" in sent.subject
    assert "ada.byron" not in sent.body


def test_errors_of_two_kinds_make_two_mails(handler):
    fail(handler, "une")
    handler.emit(record_of("Une autre"))
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("backend", ["locmem.LocMemCache", "db.DatabaseCache"])
def test_next_mail_says_how_many_there_were(handler, settings, time_machine, backend):
    kept = {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": "errors"}
    settings.CACHES = {**settings.CACHES, "default": kept}
    call_command("createcachetable", verbosity=0)
    time_machine.move_to("2026-11-29 10:00Z", tick=False)
    for _ in range(5):
        fail(handler, "une")
    time_machine.shift(errors.SILENCE + 1)
    fail(handler, "une")
    assert "depuis le dernier courriel : 4" in mail.outbox[-1].body


def test_what_robots_send_wrong_is_mailed_to_nobody(handler, settings, visitor):
    logger = logging.getLogger("django.security")
    logger.addHandler(handler)
    try:
        assert visitor.get("/", headers={"Host": "other.example"}).status_code == 400
    finally:
        logger.removeHandler(handler)
    assert mail.outbox == []


def test_errors_are_mailed_though_the_cache_is_away(handler, settings):
    """As when it is a table of the database that fails."""
    away = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "no_such_table"}
    settings.CACHES = {**settings.CACHES, "default": away}
    for _ in range(50):
        fail(handler, "une")
    [sent] = mail.outbox
    assert "ValueError" in sent.subject


# Errors told to Sentry, by whoever wants it


def test_sentry_hears_of_no_person():
    event = {
        "event_id": "a" * 32,
        "transaction": "inscriptions/<token>/",
        "request": {"url": "https://site.example/inscriptions/secret/", "query_string": "q=Ada"},
        "user": {"id": 1},
        "breadcrumbs": {"values": [{"message": "Ada"}]},
        "extra": {"name": "Ada"},
        "logentry": {"message": "Mail to %s", "params": ["Ada"], "formatted": "Mail to Ada"},
        "exception": {"values": [{"type": "ValueError", "value": "ada.byron@example.org"}]},
    }

    assert logs.told_outside(event, {}) == {
        "event_id": "a" * 32,
        "transaction": "inscriptions/<token>/",
        "logentry": {"message": "Mail to %s"},
        "exception": {"values": [{"type": "ValueError", "value": "…"}]},
    }
