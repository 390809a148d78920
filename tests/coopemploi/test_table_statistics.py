"""SQLite learns how its tables are filled, which decides how it reads them."""

import pytest
from django.db import connection

from coopemploi import due
from coopemploi.derived import registry
from tests.factories import TerritoryFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL learns it by itself"),
]


def rows_known():
    """The rows that SQLite believes the table of territories to have, as each index says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stat FROM sqlite_stat1 WHERE tbl = 'territories_territory' AND idx IS NOT NULL"
        )
        return {stat.split()[0] for (stat,) in cursor.fetchall()}


def test_after_a_large_load_the_tables_are_known():
    with registry.rebuilding():
        TerritoryFactory.create_batch(3)
    assert rows_known() == {"3"}


def test_what_was_written_since_is_known_once_what_is_due_has_run():
    with registry.rebuilding():
        TerritoryFactory.create_batch(3)
    TerritoryFactory.create_batch(2)

    said = {outcome.label: outcome.said for outcome in due.run_all()}

    assert said["statistiques de la base"] == "refaites"
    assert rows_known() == {"5"}
