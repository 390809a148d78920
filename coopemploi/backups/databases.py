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


def check(vendor, file):
    """Raise DumpError unless the tools of this machine read the database of a file."""
    if vendor == "postgresql":
        _run("pg_restore", "--list", str(file))


def load(connection, file, aside):
    """Put the database of a file in place of what is there, which comes back if that fails.

    `aside` is an empty folder, that holds meanwhile what was there.
    """
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source:
            source.backup(connection.connection)
    else:
        _load_postgresql(connection, file, aside)


def holds_something(connection):
    if connection.vendor == "sqlite":
        return bool(connection.introspection.table_names())
    with connection.cursor() as cursor:
        return bool(_postgresql_names(cursor))


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
        _dump(connection, file, f"--snapshot={snapshot}")
        summed = _postgresql_tables(cursor)
    return file.name, summed


def _postgresql_tables(cursor):
    # Texts of dates and numbers must not depend on who reads.
    cursor.execute("SET LOCAL TIME ZONE 'UTC'")
    cursor.execute("SET LOCAL extra_float_digits = 1")
    summed = {}
    for table in _postgresql_names(cursor):
        digests = f"('x' || substr(md5(each::text), 1, {DIGITS}))::bit({4 * DIGITS})::bigint"
        summary = f"count(*), coalesce(sum(({digests})::numeric), 0)"
        # Undone once read: a lock on each index, kept to the end, would be 1 000 of the 1 300
        # that a small server has for everybody.
        with transaction.atomic():
            cursor.execute(f'SELECT {summary} FROM "{table}" AS each')  # noqa: S608 - from the schema
            rows, total = cursor.fetchone()
            transaction.set_rollback(True)
        summed[table] = {"rows": rows, "digest": str(total)}
    return summed


# In the schema of the site, but for what an extension owns there, as PostGIS does.
_OURS = """
    = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND (tableoid, oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
"""
_TABLES = f"FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace {_OURS}"
_FUNCTIONS = f"FROM pg_proc WHERE pronamespace {_OURS}"


def _postgresql_names(cursor):
    cursor.execute(f"SELECT relname {_TABLES} ORDER BY relname")
    return [name for [name] in cursor.fetchall()]


# A version more recent than the backup may have added tables, and columns that lean on others:
# what the backup does not know keeps it from replacing the rest. A function it added would stop
# the update from being done again. One at a time: see `_load_postgresql`.
_DROP_ALL = f"""
SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) {_TABLES}
UNION ALL
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure) {_FUNCTIONS}
\\gexec
"""


def _load_postgresql(connection, file, aside):
    """Not in one transaction: dropping and making some 220 tables and their indexes takes 9 500
    locks, and a server of ordinary settings has 6 400 for everybody.
    """
    with connection.cursor() as cursor:
        # `psql` is not given the options of the connection, which may choose the schema.
        cursor.execute("SELECT coalesce(quote_ident(current_schema()), quote_literal(''))")
        [schema] = cursor.fetchone()
    before = aside / "before.dump"
    _dump(connection, before)
    connection.close()
    try:
        _replace_by(connection, file, schema, aside)
    except BaseException:
        try:
            _replace_by(connection, before, schema, aside)
        except DumpError as error:
            kept = before.rename(aside.with_name(f"avant{aside.name}.dump"))
            raise DumpError(
                "Ni cette sauvegarde ni ce qu'il y avait avant, gardé dans "
                f"{kept}, n'ont pu être remis : {error}"
            ) from error
        raise


def _replace_by(connection, file, schema, folder):
    emptying, script = folder / "drop.sql", folder / "restore.sql"
    emptying.write_text(_DROP_ALL)
    _run(
        "pg_restore",
        *("--clean", "--if-exists", "--no-owner", "--no-privileges"),
        *(f"--file={script}", str(file)),
    )
    _run(
        "psql",
        *_place_of(connection),
        *("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"),
        f"--command=SET client_min_messages = warning; SET search_path = {schema}",
        *(f"--file={emptying}", f"--file={script}"),
        environment=_environment_of(connection),
    )


def _dump(connection, file, *options):
    _run(
        "pg_dump",
        *_place_of(connection),
        *("--format=custom", "--no-owner", "--no-privileges"),
        *options,
        f"--file={file}",
        environment=_environment_of(connection),
    )


def _place_of(connection):
    settings = connection.settings_dict
    options = {
        "--host": settings["HOST"],
        "--port": settings["PORT"],
        "--username": settings["USER"],
        "--dbname": settings["NAME"],
    }
    return [f"{name}={value}" for name, value in options.items() if value]


def _environment_of(connection):
    """The password, which stays out of sight, and how the connection is encrypted."""
    _, said = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    return said or {}


def _run(command, *arguments, environment=()):
    """A tool of PostgreSQL."""
    done = subprocess.run(  # noqa: S603 - our own commands
        [command, *arguments],
        env={**os.environ, **dict(environment)},
        check=False,
        capture_output=True,
        text=True,
    )
    if "unsupported version" in done.stderr:
        raise DumpError(
            "Cette sauvegarde vient d'un PostgreSQL plus récent que celui de cette machine, "
            "qui ne sait pas la lire : installez ici la même version, ou une plus récente."
        )
    if done.returncode:
        raise DumpError(f"{command} : {done.stderr.strip()[-1000:]}")


class DumpError(Exception):
    """What a tool of PostgreSQL says when it fails."""
