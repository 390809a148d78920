"""A connection that has just answered is not asked again whether it still does."""

import time

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
