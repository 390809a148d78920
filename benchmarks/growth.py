"""Two web servers, one PostgreSQL, one Redis: what must be shared is.

python benchmarks/growth.py — on the PostgreSQL of DATABASE_URL (a database made and dropped
there) and the Redis of CACHE_URL (redis://127.0.0.1:6379/9). On loopback only.
"""

import http.client
import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg

sys.path.insert(0, str(Path(__file__).parent / "faults"))
from workers import ROOT, SETTINGS, django

PORTS = (8195, 8196)
DATABASE = "coopemploi_growth"
SEEN_WITHIN = 1  # second: what one server writes, the other shows


@contextmanager
def database(url):
    """A new database beside the one of `url`, dropped afterwards."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@contextmanager
def server(environment, port):
    command = [
        str(Path(sys.executable).with_name("gunicorn")),
        *("--config", "python:coopemploi.web_server", "--workers", "1"),
        *("--bind", f"127.0.0.1:{port}", "--log-level", "critical"),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 - our own command
    try:
        while True:
            try:
                if ask(port, "/sante/")[0] == 200:
                    break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def ask(port, path, *, method="GET", cookies=None, data=None):
    """(status, body, cookies set) of a request."""
    headers = {"Connection": "close"}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    body = None
    if data is not None:
        body = urlencode(data)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["Referer"] = f"http://127.0.0.1:{port}{path}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        sent = (cookie.split(";")[0] for cookie in response.headers.get_all("Set-Cookie", ()))
        return (
            response.status,
            response.read().decode(),
            dict(each.split("=", 1) for each in sent),
        )
    finally:
        connection.close()


PREPARED = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from coopemploi.accounts.models import User
from initiatives.models import Initiative
from coopemploi.identity.models import Identity
identity = Identity.current()
identity.name, identity.contact_email = "Essai", "equipe@example.org"
identity.save()
Initiative.objects.create(title="Un forum", slug="un-forum").publish()
user = User.objects.create_user(email="ada@example.org", password=None)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""


def renamed(environment, title):
    code = f"from initiatives.models import Initiative\nInitiative.objects.update(title={title!r})"
    django(environment, code)


def contact(port):
    """The status of one contact message."""
    _, page, cookies = ask(port, "/contact/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    said = {
        "csrfmiddlewaretoken": token,
        "name": "Essai",
        "email": "essai@example.org",
        "subject": "Essai",
        "message": "Un message d'essai, assez long pour être lu.",
        "website": "",
    }
    return ask(port, "/contact/", method="POST", cookies=cookies, data=said)[0]


def seen_by(port, title):
    """Seconds until a visitor of this server reads `title`."""
    begun = time.monotonic()
    while title not in ask(port, "/initiatives/un-forum/")[1]:
        if time.monotonic() - begun > 10:
            break
        time.sleep(0.02)
    return time.monotonic() - begun


def main():
    url = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    wrong = []
    with ExitStack() as stack:
        environment = {
            "CACHE_URL": "redis://127.0.0.1:6379/9",
            **os.environ,
            **SETTINGS,
            "DATABASE_URL": stack.enter_context(database(url)),
            "EMAIL_URL": "dummymail://",
        }
        for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            subprocess.run(  # noqa: S603 - our own commands
                [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True
            )
        key = django(environment, PREPARED)
        django(environment, "from django.core.cache import caches\ncaches['default'].clear()")
        for port in PORTS:
            stack.enter_context(server(environment, port))

        spaces = [ask(port, "/mon-espace/", cookies={"sessionid": key})[0] for port in PORTS]
        print(f"une session, deux serveurs : {spaces[0]} et {spaces[1]}")
        if spaces != [200, 200]:
            wrong.append("la session n'est pas commune")

        delays = []
        for number in range(5):
            for port in PORTS:
                seen_by(port, "Un forum" if not number else f"Titre {number - 1}")
            renamed(environment, f"Titre {number}")
            delays += [seen_by(port, f"Titre {number}") for port in PORTS]
        print(f"un changement se voit sur les deux en {max(delays):.2f} s au plus")
        if max(delays) > SEEN_WITHIN:
            wrong.append("un changement tarde")

        statuses = [contact(PORTS[number % 2]) for number in range(12)]
        print(f"douze messages, un serveur puis l'autre : {statuses}")
        accepted = sum(status < 400 for status in statuses)
        if 429 not in statuses or statuses.index(429) != accepted:
            wrong.append("la limite d'envoi n'est pas commune")
    if wrong:
        raise SystemExit(" ; ".join(wrong))


if __name__ == "__main__":
    main()
