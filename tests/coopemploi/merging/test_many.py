"""Merges of thousands of links."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopemploi.derived import registry
from coopemploi.merging.journal import UndoError
from coopemploi.merging.merge import merge, undo
from initiatives.models import Initiative
from tests.factories import InitiativeFactory, ThemeFactory

from .stored import dump

pytestmark = pytest.mark.django_db


@pytest.fixture
def themes():
    """Two themes of 30 démarches each, 10 of which have both."""
    survivor, loser = ThemeFactory.create_batch(2)
    for number, initiative in enumerate(InitiativeFactory.create_batch(50)):
        initiative.themes.set([survivor] * (number < 30) + [loser] * (number >= 20))
    registry.flush()
    return survivor, loser


def test_merge_of_many_links_takes_the_queries_of_one_of_few(themes):
    def cost():
        with CaptureQueriesContext(connection) as merging:
            done = merge(*themes)
        with CaptureQueriesContext(connection) as undoing:
            undo(done)
        registry.flush()
        return len(merging), len(undoing)

    thirty = cost()
    for initiative in InitiativeFactory.create_batch(40):
        initiative.themes.set(themes)

    assert thirty == cost()


def test_merge_of_many_links_is_undone_to_the_letter(themes):
    before = dump()

    done = merge(*themes)
    assert Initiative.objects.filter(themes=themes[0]).count() == 50
    undo(done)

    assert dump() == before


def test_merge_of_many_links_is_not_undone_over_what_was_done_since(themes):
    done = merge(*themes)
    both = Initiative.objects.filter(themes=themes[0]).order_by("pk")[25]
    both.delete()

    with pytest.raises(UndoError, match="n'existe plus"):
        undo(done)

    assert Initiative.objects.filter(themes=themes[0]).count() == 49
