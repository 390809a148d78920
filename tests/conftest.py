import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopemploi.derived import Registry, registry
from coopemploi.search import catalogue
from tests.factories import UserFactory


def pytest_configure():
    # A slow hash protects real passwords; tests have none.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


DERIVED = re.compile(r"search_(document|index|edition|word)|territories_containment")


@pytest.fixture(autouse=True)
def _derived_tables_follow(monkeypatch):
    """Test transactions never commit: derived tables are refreshed when next read.

    And before queries are counted: what a test wrote is no part of what it measures.
    """
    registry.pending.clear()
    monkeypatch.setattr(Registry, "is_manual", True)
    is_flushing = []

    def flush():
        if not is_flushing:
            is_flushing.append(True)
            registry.flush()
            is_flushing.clear()

    def flush_before_reading(execute, sql, params, many, context):
        if registry.pending and DERIVED.search(sql):
            flush()
        return execute(sql, params, many, context)

    begin_counting = CaptureQueriesContext.__enter__

    def flush_before_counting(self):
        flush()
        return begin_counting(self)

    monkeypatch.setattr(CaptureQueriesContext, "__enter__", flush_before_counting)
    with connection.execute_wrapper(flush_before_reading):
        yield
    registry.pending.clear()


@pytest.fixture(autouse=True)
def _catalogues_start_anew():
    """What a process remembers of the documents of one test is nothing to the next."""
    catalogue.forget()


@pytest.fixture
def animateur_client(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client
