import pytest
from django.conf import settings

from coopemploi.derived import Registry
from tests.factories import UserFactory


def pytest_configure():
    # A slow hash protects real passwords; tests have none.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _derived_tables_follow(monkeypatch):
    """Test transactions never commit: derived tables are refreshed at once."""
    monkeypatch.setattr(Registry, "immediate", True)


@pytest.fixture
def animateur_client(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client
