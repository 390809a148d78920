"""How a database of either kind is copied whole, put back, and summed up.

A table is summed up by its number of rows and the sum of their digests, which depends on no
order. SQLite is copied by its own backup, which waits for nobody; PostgreSQL by `pg_dump`, in
the very snapshot where the tables are summed up.
"""

import hashlib
import os
import sqlite3
import subprocess
from contextlib import closing

from django.db import transaction

DIGITS = 15  # of a digest, in hexadecimal: 60 bits, whose sum any database can hold


def dump(connection, folder):
    """Write the database into `folder`; return the name of the file, and its tables."""
    if connection.vendor == "sqlite":
        return _dump_sqlite(connection, folder)
    return _dump_postgresql(connection, folder)


def load(connection, file):
    """Put the database of a file in place of what is there."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
            source.backup(connection.connection)
    else:
        connection.close()
        _run(
            connection,
            "pg_restore",
            *("--clean", "--if-exists", "--no-owner", "--no-privileges"),
            *("--single-transaction", "--exit-on-error", str(file)),
        )


def holds_something(connection):
    return bool(connection.introspection.table_names())


def tables(connection):
    """{table: its rows counted, and their digest}."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return _sqlite_tables(connection.connection)
    with transaction.atomic(), connection.cursor() as cursor:
        return _postgresql_tables(cursor)


# SQLite


def _dump_sqlite(connection, folder):
    connection.ensure_connection()
    file = folder / "database.sqlite3"
    with closing(sqlite3.connect(file)) as target:
        connection.connection.backup(target)
        [said] = target.execute("PRAGMA integrity_check").fetchone()
        if said != "ok":
            raise sqlite3.DatabaseError(f"integrity_check: {said}")
        # A file alone, that needs no journal beside it to be read.
        target.execute("PRAGMA journal_mode=DELETE")
        summed = _sqlite_tables(target)
    return file.name, summed


def _sqlite_tables(database):
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND sql NOT LIKE 'CREATE VIRTUAL TABLE%'"
    ).fetchall()
    return {name: _sum_up(database, name) for [name] in sorted(names)}


def _sum_up(database, table):
    columns = [column for _, column, *_ in database.execute(f'PRAGMA table_xinfo("{table}")')]
    # Written by SQLite itself: what Django would make of a value does not count.
    said = " || ',' || ".join(f'quote("{column}")' for column in columns)
    rows = total = 0
    for [row] in database.execute(f'SELECT {said} FROM "{table}"'):  # noqa: S608 - from the schema
        rows += 1
        total += int(hashlib.sha256(row.encode()).hexdigest()[:DIGITS], 16)
    return {"rows": rows, "digest": str(total)}


# PostgreSQL


def _dump_postgresql(connection, folder):
    file = folder / "database.dump"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        _run(
            connection,
            "pg_dump",
            *("--format=custom", "--no-owner", "--no-privileges"),
            f"--snapshot={snapshot}",
            f"--file={file}",
        )
        summed = _postgresql_tables(cursor)
    return file.name, summed


def _postgresql_tables(cursor):
    # Texts of dates and numbers must not depend on who reads.
    cursor.execute("SET LOCAL TIME ZONE 'UTC'")
    cursor.execute("SET LOCAL extra_float_digits = 1")
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    )
    summed = {}
    for [table] in cursor.fetchall():
        digests = f"('x' || substr(md5(each::text), 1, {DIGITS}))::bit({4 * DIGITS})::bigint"
        summary = f"count(*), coalesce(sum(({digests})::numeric), 0)"
        cursor.execute(f'SELECT {summary} FROM "{table}" AS each')  # noqa: S608 - from the schema
        rows, total = cursor.fetchone()
        summed[table] = {"rows": rows, "digest": str(total)}
    return summed


def _run(connection, command, *arguments):
    """A tool of PostgreSQL, on the database of `connection`; the password stays out of sight."""
    settings = connection.settings_dict
    options = {
        "--host": settings["HOST"],
        "--port": settings["PORT"],
        "--username": settings["USER"],
        "--dbname": settings["NAME"],
    }
    given = [f"{name}={value}" for name, value in options.items() if value]
    done = subprocess.run(  # noqa: S603 - our own commands
        [command, *given, *arguments],
        env={**os.environ, "PGPASSWORD": settings["PASSWORD"] or ""},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise DumpError(f"{command} : {done.stderr.strip()[-1000:]}")


class DumpError(Exception):
    """What a tool of PostgreSQL says when it fails."""
