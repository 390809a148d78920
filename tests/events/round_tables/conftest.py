"""What the tests of tours de table share."""

import pytest

from tests.factories import EventFactory


@pytest.fixture
def event():
    return EventFactory(title="Atelier de juin")
