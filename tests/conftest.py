import re
from functools import wraps

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import connection, transaction
from django.db.models.deletion import Collector
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from coopemploi import permissions, version
from coopemploi.derived import Registry, registry
from coopemploi.merging.duplicates import DuplicateTable
from coopemploi.reading_only import refuse_writing
from coopemploi.search import catalogue
from coopemploi.search.index import SearchSource
from initiatives.matching.suggestions import MatchTable
from territories.closure import ContainmentTable
from tests import schema
from tests.factories import UserFactory


def pytest_configure(config):
    # A slow hash protects real passwords; tests have none.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "mail": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    if connection.vendor == "postgresql":
        # Nothing of a test is to outlive a power cut: no commit waits for the disk.
        connection.settings_dict["OPTIONS"]["options"] += " -c synchronous_commit=off"
    # Empty: WhiteNoise lists the collected files again for each client of a test.
    settings.STATIC_ROOT = config.cache.mkdir("static")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix):
    with schema.restored_from(request.config.cache.mkdir("schema")):
        yield


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_setup, django_db_blocker):
    if connection.vendor == "postgresql":
        connection.ops.sql_flush = deletions
    with django_db_blocker.unblock():
        schema.keep_in(request.config.cache.mkdir("schema"))


def deletions(style, tables, **options):
    """Empty the tables after a test that commits: truncating them all writes new files for each
    of their thousand indexes, which takes seconds."""
    return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]  # noqa: S608


@pytest.fixture(scope="module")
def module_transaction(django_db_setup, django_db_blocker):
    """What fixtures of a module write, once for all its tests, and undone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


# What is refreshed before a query that reads it: itself, and what it is computed from.
DERIVED = {
    "territories_containment": (ContainmentTable,),
    "search_": (ContainmentTable, SearchSource),
    "initiatives_match": (ContainmentTable, SearchSource, MatchTable),
    "merging_likelyduplicate": (ContainmentTable, DuplicateTable),
    "merging_sweep": (ContainmentTable, DuplicateTable),
}
READ = re.compile("|".join(DERIVED))


def reads(sql):
    """Not a deletion, whose matches go with it too early, nor a new row, but a match: it is
    written beside those suggested until then."""
    if sql.startswith("DELETE"):
        return False
    if sql.startswith("INSERT") and "SELECT" not in sql:
        return "initiatives_match" in sql
    return READ.search(sql)


def tables_read_by(sql):
    kinds = tuple(kind for name in READ.findall(sql) for kind in DERIVED[name])
    return [table for table in registry.tables if isinstance(table, kinds)]


@pytest.fixture(autouse=True)
def _derived_tables_follow(monkeypatch):
    """Test transactions never commit: derived tables are refreshed when next read.

    And before queries are counted: what a test wrote is no part of what it measures.
    """
    registry.forget()
    monkeypatch.setattr(Registry, "is_manual", True)
    is_flushing = []

    def flush(only=None):
        if not is_flushing:
            is_flushing.append(True)
            # Not what the page under test writes.
            wrappers = connection.execute_wrappers
            connection.execute_wrappers = [each for each in wrappers if each is not refuse_writing]
            registry.flush(only)
            connection.execute_wrappers = wrappers
            is_flushing.pop()

    def flush_before_reading(execute, sql, params, many, context):
        if registry.is_due() and reads(sql):
            flush(tables_read_by(sql))
        return execute(sql, params, many, context)

    def without_flushing(method):
        """What is read before a change is done, is read too early to refresh."""

        @wraps(method)
        def waiting(*args, **kwargs):
            is_flushing.append(True)
            try:
                return method(*args, **kwargs)
            finally:
                is_flushing.pop()

        return waiting

    monkeypatch.setattr(Registry, "_note", without_flushing(Registry._note))
    monkeypatch.setattr(Collector, "delete", without_flushing(Collector.delete))
    begin_counting = CaptureQueriesContext.__enter__

    def flush_before_counting(self):
        flush()
        return begin_counting(self)

    monkeypatch.setattr(CaptureQueriesContext, "__enter__", flush_before_counting)
    with connection.execute_wrapper(flush_before_reading):
        yield
    registry.forget()


@pytest.fixture(autouse=True)
def _catalogues_start_anew():
    """What a process remembers of the documents of one test is nothing to the next."""
    catalogue.forget()
    version.forget()


class SignedInClient(Client):
    """`force_login` as a whole sign-in does it: staff have given their second factor."""

    def force_login(self, user, backend=None):
        super().force_login(user, backend)
        if not user.must_have_second_factor():
            return
        if not user.has_second_factor():
            TOTP.activate(user, generate_totp_secret())
        request = HttpRequest()
        request.session = self.session
        record_authentication(request, user, "mfa", type=Authenticator.Type.TOTP)
        request.session.save()


@pytest.fixture
def client():
    return SignedInClient()


@pytest.fixture
def animateur_client(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def _without_perimeters(monkeypatch):
    """Model permissions alone decide, for tests of what each of them opens."""
    monkeypatch.setattr(permissions, "_rules", [permissions.EditingRule()])
