"""What is asked of a connection at each page, for less."""

import time

from django.db import connection

if connection.vendor == "postgresql":
    import psycopg

TRUSTED = 1  # seconds


def trust_for_a_moment(connection, **kwargs):
    """Ask a connection that is kept open whether it answers once a second, not at each request.

    That costs as much as a small query. One that has failed is asked at once, as Django does.
    """
    ask = type(connection).is_usable
    answered = time.monotonic()

    def is_usable():
        nonlocal answered
        if not connection.errors_occurred and time.monotonic() - answered < TRUSTED:
            return True
        if not ask(connection):
            return False
        answered = time.monotonic()
        return True

    connection.is_usable = is_usable


def rows_of(statement, parameters):
    """The rows of a statement that PostgreSQL parses and plans once, unlike Django's own."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor.close()
            cursor.cursor = psycopg.Cursor(connection.connection)
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def array(numbers):
    """A list of integers as a parameter of a statement on PostgreSQL, written at once."""
    return f"{{{','.join(map(str, numbers))}}}"
