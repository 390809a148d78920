"""What the tests of pasted texts share."""

import pytest

from tests.factories import EventFactory, TerritoryFactory


@pytest.fixture
def event():
    return EventFactory(title="Atelier mobilité")


@pytest.fixture
def crestville():
    return TerritoryFactory(name="Crestville")
