import fcntl
import os
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def alone(work):
    """Whether no other process does this `work` for the same database.

    PostgreSQL tells across machines; a file does for SQLite, which stays on one. Both let
    go of the lock of a process that dies.
    """
    if connection.vendor == "postgresql":
        key = zlib.crc32(work.encode())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
            is_alone = cursor.fetchone()[0]
            try:
                yield is_alone
            finally:
                if is_alone:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
        return
    with _beside(connection.settings_dict["NAME"], work).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _beside(database, work):
    """The file that locks `work`: in memory, a database is one process's own."""
    if connection.is_in_memory_db():
        return Path(tempfile.gettempdir(), f"coopemploi-{work}-{os.getpid()}.lock")
    return Path(f"{database}.{work}.lock")
