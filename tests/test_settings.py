import json
import os
import subprocess
import sys

from django.conf import settings

QUERY = """
import json
from django.conf import settings
import django
django.setup()
names = {names!r}
print(json.dumps({{name: getattr(settings, name) for name in names}}))
"""


def read_settings(*names, **environment):
    """The settings as a new process reads them, without this machine's environment."""
    clean = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "coopemploi.settings"}
    return subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", QUERY.format(names=names)],
        env={**clean, **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_does_not_start_without_a_secret_key():
    result = read_settings("DEBUG")

    assert result.returncode != 0
    assert "SECRET_KEY" in result.stderr


def test_command_without_a_secret_key_says_what_to_do_and_no_more():
    result = subprocess.run(
        [sys.executable, "manage.py", "run_due"],
        env={"PATH": os.environ["PATH"]},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert result.stderr == (
        "Réglages : SECRET_KEY manque : donnez au site une clé à lui, dans l'environnement ou dans"
        " .env (voir docs/exploitation.md), ou DEBUG=1 pour essayer.\n"
    )


def test_production_is_secure_by_default():
    result = read_settings(
        "DEBUG",
        "ALLOWED_HOSTS",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_PROXY_SSL_HEADER",
        SECRET_KEY="x" * 50,
    )

    assert result.stdout.strip() == (
        '{"DEBUG": false, "ALLOWED_HOSTS": [], "SESSION_COOKIE_SECURE": true, '
        '"CSRF_COOKIE_SECURE": true, "SECURE_SSL_REDIRECT": true, '
        '"SECURE_HSTS_SECONDS": 31536000, "SECURE_PROXY_SSL_HEADER": null}'
    )


def test_site_overseas_has_its_own_hours():
    result = read_settings("TIME_ZONE", DEBUG="1", TIME_ZONE="Indian/Reunion")

    assert result.stdout.strip() == '{"TIME_ZONE": "Indian/Reunion"}'


def test_debug_starts_with_nothing_set():
    result = read_settings("DEBUG", "ALLOWED_HOSTS", DEBUG="1")

    assert result.stdout.strip() == (
        '{"DEBUG": true, "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"]}'
    )


def test_sentry_is_sent_no_local_variable(tmp_path):
    """Variables of the code that fails hold what people wrote."""
    (tmp_path / "sentry_sdk.py").write_text("def init(dsn, **asked): print(sorted(asked.items()))")
    result = read_settings(
        "DEBUG", DEBUG="1", SENTRY_DSN="https://k@sentry.example/1", PYTHONPATH=str(tmp_path)
    )

    assert "('include_local_variables', False)" in result.stdout
    assert "('before_send', <function told_outside" in result.stdout


def test_pages_wait_little_for_a_redis_that_does_not_answer():
    result = read_settings("CACHES", SECRET_KEY="x" * 60, CACHE_URL="redis://cache:6379/0")

    [caches] = json.loads(result.stdout).values()
    patience = {"socket_connect_timeout": 1, "socket_timeout": 1}
    assert {name: cache["OPTIONS"] for name, cache in caches.items()} == {
        "default": patience,
        "pages": patience,
    }
    assert caches["pages"]["BACKEND"] == "coopemploi.pages_in_redis.PagesInRedis"


def test_pages_wait_little_for_a_postgresql_that_does_not_answer():
    result = read_settings("DATABASES", SECRET_KEY="x" * 60, DATABASE_URL="postgres://base/site")

    [databases] = json.loads(result.stdout).values()
    assert databases["default"]["OPTIONS"]["connect_timeout"] == 3
