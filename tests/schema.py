"""A migrated empty SQLite database, kept between runs: migrating anew takes most of a minute.

Beside each stands what its migrations said. The one that ran the most of today's is taken,
and Django runs the others: a changed migration is never skipped.
"""

import hashlib
import json
import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.db import connection


@contextmanager
def restored_from(folder):
    """Fill the test database with what `folder` keeps of today's schema."""
    if connection.vendor != "sqlite":
        yield
        return
    # Held open: a database in memory lasts as long as somebody is connected to it.
    name = connection.creation._get_test_db_name()
    with closing(sqlite3.connect(name, uri=True)) as memory:
        if kept := nearest(folder):
            with closing(sqlite3.connect(kept)) as file:
                file.backup(memory)
        yield


def keep_in(folder):
    """Keep the schema of the test database, just migrated, unless it is kept already."""
    said = _migrations()
    place = folder / f"{_digest(json.dumps(said).encode())}.json"
    if connection.vendor != "sqlite" or place.exists():
        return
    connection.ensure_connection()
    made = folder / f"{os.getpid()}.sqlite3"
    with closing(sqlite3.connect(made)) as file:
        connection.connection.backup(file)
    made.replace(place.with_suffix(".sqlite3"))
    place.write_text(json.dumps(said))


def nearest(folder):
    """What `folder` keeps that is the nearest to today's schema; None when nothing is."""
    today = _migrations()
    ran = {path: json.loads(path.read_text()) for path in folder.glob("*.json")}
    usable = [path for path, said in ran.items() if said.items() <= today.items()]
    if not usable:
        return None
    return max(usable, key=lambda path: len(ran[path])).with_suffix(".sqlite3")


def _migrations():
    """{migration: digest of its file}, and of what runs it."""
    said = {"django": django.__version__}
    for config in apps.get_app_configs():
        for path in sorted(Path(config.path, "migrations").glob("[0-9]*.py")):
            said[f"{config.label}.{path.stem}"] = _digest(path.read_bytes())
    return said


def _digest(content):
    return hashlib.sha256(content).hexdigest()[:16]
