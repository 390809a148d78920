"""A migrated empty SQLite database, kept between runs: migrating anew takes most of a minute.

It is found by what the migrations say, so a changed migration is run, never skipped.
"""

import hashlib
import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.db import connection


@contextmanager
def restored_from(folder):
    """Fill the test database with the schema kept in `folder`, if it is there."""
    if connection.vendor != "sqlite":
        yield
        return
    # Held open: a database in memory lasts as long as somebody is connected to it.
    name = connection.creation._get_test_db_name()
    with closing(sqlite3.connect(name, uri=True)) as memory:
        kept = _place(folder)
        if kept.exists():
            with closing(sqlite3.connect(kept)) as file:
                file.backup(memory)
        yield


def keep_in(folder):
    """Keep the schema of the test database, just migrated, unless it is kept already."""
    if connection.vendor != "sqlite" or _place(folder).exists():
        return
    connection.ensure_connection()
    made = folder / f"{os.getpid()}.sqlite3"
    with closing(sqlite3.connect(made)) as file:
        connection.connection.backup(file)
    made.replace(_place(folder))


def _place(folder):
    digest = hashlib.sha256(django.__version__.encode())
    for config in apps.get_app_configs():
        for path in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(path.read_bytes())
    return folder / f"{digest.hexdigest()[:16]}.sqlite3"
