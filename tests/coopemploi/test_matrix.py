"""Every address × every role × every method: who reaches what, and who writes what.

The default suite opens every address to a visitor, and to each role one of the records of each
sort of page; `make check-long` opens all of them to everybody.
"""

import re

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http.cookie import SimpleCookie

from tests.conftest import SignedInClient
from tests.every_address import ROLES, Content, forms_of

from .test_public_urls import PUBLIC, PUBLIC_KEYS, PUBLIC_RECORDS

pytestmark = pytest.mark.django_db

OPEN = PUBLIC | set(PUBLIC_RECORDS) | set(PUBLIC_KEYS)
WRITTEN = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
# What the site is about: whoever has no right to it writes none of it.
CONTENT = re.compile(
    r"(territories|initiatives|events|participation|vocabulary|identity|sources)_"
    r"(?!match(feature|profile))"  # derived, when next read
)
# Public addresses that a form is sent to; all the others only give something to read.
TAKES_FORMS = {
    "account_login",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_from_key",
    "account_signup",
    "action_answer",
    "alert_add",
    "alert_confirm",
    "alert_manage",
    "contact",
    "evaluation_answer",
    "exchange_still_needed",
    "introduction_answer",
    "introduction_outcome",
    "mail_stop",
    "oidc_login",
    "proposal_add",
    "registration_add",
    "registration_manage",
    "round_table_fill",
    "round_table_mine",
}
# A series gathers meetings of several places, a source is cited anywhere: who animates writes them.
SHARED = re.compile("admin:(events_series|sources_source)_")
# Whose pages stand for those of the same sort, in the default suite.
SAMPLE = re.compile(
    "(?!admin:)|admin:(?!.*_)|admin:(initiatives_initiative|merging_merge_undo|events_evaluation)|"
    "admin:events_event_(?!.*(filter|import|export|merg|dup|disti|bin|undo|restore|recover|history))|"
    "admin:(accounts_user|participation_proposal|territories_mandate)_(change|delete|in|sec)"
)
# What every answer tells browsers, refusals included.
PROTECTION = {
    "Content-Security-Policy": re.compile(
        r"(?=.*default-src 'self'(;|$))(?!.*(unsafe|data:|https?:|\*)).+"
    ),
    "Cross-Origin-Opener-Policy": re.compile("same-origin"),
    "Permissions-Policy": re.compile(r".*camera=\(\).*"),
    "Referrer-Policy": re.compile("same-origin"),
    "X-Content-Type-Options": re.compile("nosniff"),
    "X-Frame-Options": re.compile("DENY"),
}
OUTSIDERS = ("anonymous", "participant", "reader", "contributor elsewhere", "animateur elsewhere")


@pytest.fixture(
    scope="module", params=[False, pytest.param(True, marks=pytest.mark.long)], ids=["some", "all"]
)
def is_whole(request):
    return request.param


@pytest.fixture(autouse=True)
def _walks_are_long(settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600


@pytest.fixture
def content():
    return Content()


@pytest.fixture
def walker(content):
    return Walker(content)


@pytest.fixture
def addresses(content, is_whole):
    found = content.addresses()
    return found if is_whole else [each for each in found if SAMPLE.match(each[0])]


class Walker:
    """The clients of every role, whose requests leave no trace."""

    def __init__(self, content):
        self.clients = {role: self._client(user) for role, user in content.people.items()}
        self.clients["root"] = self._client(content.root)
        self.unprotected = []

    def _client(self, user):
        client = SignedInClient(raise_request_exception=False)
        if user is not None:
            client.force_login(user)
        return client

    def ask(self, role, method, address, data=None):
        """The answer, read whole, and the tables that it wrote."""
        client = self.clients[role]
        cookies = client.cookies
        client.cookies = SimpleCookie(cookies.output(header="", sep=";"))
        cache.clear()
        written = set()

        def note(execute, sql, params, many, context):
            if found := WRITTEN.match(sql):
                written.add(found[1])
            return execute(sql, params, many, context)

        with transaction.atomic(), connection.execute_wrapper(note):
            if data is None:
                response = client.generic(method, address)
            else:
                response = client.post(address, data)
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        client.cookies = cookies
        self.unprotected += [
            (address, name)
            for name, value in PROTECTION.items()
            if not value.fullmatch(response.get(name, ""))
        ]
        return response, {table for table in written if CONTENT.match(table)}


def test_no_method_but_three_is_taken(content, walker):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        for role in ("anonymous", "national"):
            for address in ("/", "/contact/", "/admin/initiatives/initiative/", "/absente/"):
                response, _ = walker.ask(role, method, address)
                assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
    assert walker.unprotected == []


def test_visitor_reaches_what_is_public_and_nothing_else(content, walker):
    """Every address of the site, in both suites: a refusal costs little."""
    wrong = []
    for name, address in content.addresses():
        for method in ("GET", "HEAD", "POST"):
            response, written = walker.ask("anonymous", method, address)
            status = response.status_code
            if status == 500 or written:
                wrong.append((name, method, status, written))
            if name in OPEN:
                reads_only = method == "POST" and name not in TAKES_FORMS
                fits = status == 405 if reads_only else status in (200, 302, 400, 404, 410, 503)
            elif method == "POST":
                fits = status in (302, 401, 403, 404, 405)
            else:
                fits = status in (302, 404)
            if not fits:
                wrong.append((name, method, status))

    assert (wrong, walker.unprotected) == ([], [])


def test_every_role_reads_without_error_and_without_writing(addresses, walker, is_whole):
    wrong = []
    for place, (name, address) in enumerate(addresses):
        # In the default suite, some roles each.
        roles = ROLES if is_whole else [*ROLES[1:], "root"][place % 4 :: 4]
        for role in roles:
            got, written = walker.ask(role, "GET", address)
            if got.status_code == 500 or written:
                wrong.append((role, name, got.status_code, written))
            if name.startswith("admin:") and role == "participant" and got.status_code == 200:
                wrong.append((role, name, 200))
            if is_whole:
                headers, _ = walker.ask(role, "HEAD", address)
                if headers.status_code != got.status_code:
                    wrong.append((role, name, "HEAD", headers.status_code))

    assert (wrong, walker.unprotected) == ([], [])


def test_who_has_no_right_writes_nothing_by_any_form(addresses, walker, is_whole):
    """Each form of each page, as an administrator would send it, sent by everybody."""
    wrong, sent, writers = [], {}, dict.fromkeys(ROLES, 0)
    for name, address in addresses:
        if not name.startswith("admin:"):
            continue
        page, _ = walker.ask("root", "GET", address)
        if page.status_code == 200:
            sent |= {(to, str(data)): (name, to, data) for to, data in forms_of(page, address)}
    for place, (name, address, data) in enumerate(sent.values()):
        if is_whole:
            roles = ROLES
        else:
            roles = [
                OUTSIDERS[place % 5],
                ("animateur", "animateur elsewhere", "national")[place % 3],
            ]
        for role in dict.fromkeys(roles):
            response, written = walker.ask(role, "POST", address, data)
            is_done = response.status_code < 400 and bool(written)
            writers[role] += is_done
            if response.status_code == 500:
                wrong.append((role, name, address, 500))
            if is_done and role in OUTSIDERS and not SHARED.match(name):
                wrong.append((role, name, address, written))

    assert (wrong, walker.unprotected) == ([], [])
    # The same forms do write, sent by who may: what was refused was worth sending.
    each = len(sent) if is_whole else len(sent) / 3
    assert writers["national"] > each / 5
    assert writers["animateur"] > each / 10


def test_empty_forms_break_nothing(addresses, walker, is_whole):
    wrong = []
    for place, (name, address) in enumerate(addresses):
        roles = ROLES[1:] if is_whole else [("participant", "animateur", "national")[place % 3]]
        for role in roles:
            response, written = walker.ask(role, "POST", address, {})
            is_outside = role in OUTSIDERS and name.startswith("admin:")
            if response.status_code == 500 or (
                is_outside and response.status_code < 400 and written and not SHARED.match(name)
            ):
                wrong.append((role, name, response.status_code, written))

    assert (wrong, walker.unprotected) == ([], [])
