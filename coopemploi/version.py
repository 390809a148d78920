"""How many times the content of the site has changed, whatever wrote it.

Every connection listens to what it writes, in bulk or one by one, and counts one change when
that is committed. What a process keeps in memory, and the pages it keeps for visitors, are
those of a version: a change outdates them in every process, within `MAX_AGE`.
"""

import math
import re
import threading
import time
from functools import wraps

from django.db import DatabaseError, connection

# How long a process trusts the version it last read, in seconds. Whoever is signed in, and may
# just have written in another process, has it read again: see `distrust`.
MAX_AGE = 0.5

# What is written often and shows on no public page.
IGNORED = (
    "account_",
    "accounts_",
    "alerts_",
    "auth_",
    "cache",
    "django_",
    "mail_",
    "merging_likelyduplicate",
    "merging_sweep",
    "mfa_",
    "post_office_",
    "search_edition",
    "search_word",
    "usersessions_",
)
_WRITING = re.compile(
    r"\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"
    rf"[\"`]?(?!{'|'.join(IGNORED)})\w",
    re.IGNORECASE,
)
_KEY = "site"

_read = {"number": None, "editions": {}, "at": -math.inf}
_memory = {}
_half_written = set()  # threads


# What changes


def listen(connection, **kwargs):
    """Hear what this connection writes."""
    if _hear not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _hear)


def _hear(execute, sql, params, many, context):
    result = execute(sql, params, many, context)
    if isinstance(sql, str) and _WRITING.match(sql):
        if "RETURNING" in sql and not connection.in_atomic_block:
            # SQLite has not finished: its keys are yet to be read, then `post_save` is sent.
            _half_written.add(threading.get_ident())
        else:
            change()
    return result


def hear_saved(**kwargs):
    if threading.get_ident() in _half_written:
        _half_written.discard(threading.get_ident())
        change()


def change():
    """Count one change, once what is under way is committed; for what `listen` cannot hear."""
    if not is_changing():
        connection.on_commit(_advance, robust=True)


def is_changing():
    """Whether the transaction under way has changed something nobody else sees yet."""
    return any(hook is _advance for _, hook, _ in connection.run_on_commit)


def _advance():
    try:
        with connection.cursor() as cursor:
            # One statement: SQLite opens no transaction while rows are being read.
            cursor.execute(
                "INSERT INTO search_edition (model, number, reload) VALUES (%s, 1, 0)"
                " ON CONFLICT (model) DO UPDATE SET number = search_edition.number + 1",
                [_KEY],
            )
    except DatabaseError:
        # The first migrations write before there is anything to count in.
        if "search_edition" in connection.introspection.table_names():
            raise
    finally:
        distrust()


# What is kept


def current():
    """The version of the content, as read less than `MAX_AGE` ago."""
    _read_again()
    return _read["number"]


def editions():
    """{model: (number, reload)} of the documents of the search: see `Edition`.

    Read with the version: what it says of pages, it says of lists too.
    """
    if is_changing():
        return _numbers()
    _read_again()
    return _read["editions"]


def _read_again():
    now = time.monotonic()
    if now - _read["at"] >= MAX_AGE:
        numbers = _numbers()
        number, _ = numbers.pop(_KEY, (0, 0))
        # Read before what depends on it: at worst it is read again for nothing.
        _read.update(number=number, editions=numbers, at=now)


def _numbers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT model, number, reload FROM search_edition")
        return {model: (number, reload) for model, number, reload in cursor.fetchall()}


def last_read():
    """The version as it was last read: that of the editions at hand."""
    return _read["number"]


def just_read():
    """The version as it was read less than `MAX_AGE` ago; None when it is to be read again."""
    return _read["number"] if time.monotonic() - _read["at"] < MAX_AGE else None


def distrust():
    """Have the version read again at its next use."""
    _read["at"] = -math.inf


def kept(read):
    """Keep what the function `read` gives for as long as the content does not change.

    It must not be changed by who gets it. What it gives for the last arguments alone is kept.
    """

    @wraps(read)
    def remembered(*given):
        if is_changing():
            return read(*given)
        asked = current(), given
        known = _memory.get(read)
        if known is None or known[0] != asked:
            known = _memory[read] = asked, read(*given)
        return known[1]

    return remembered


def forget():
    """Start anew: for tests, whose transactions are rolled back."""
    _memory.clear()
    distrust()
