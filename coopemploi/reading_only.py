"""Public pages write nothing: what a visitor, or a robot, asks cannot change the database."""

import re
from functools import wraps

from django.db import connection

_writing = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE)\b", re.IGNORECASE)


class WritingWhileReadingError(RuntimeError):
    pass


def refuse_writing(execute, sql, params, many, context):
    if isinstance(sql, str) and _writing.match(sql):
        raise WritingWhileReadingError(f"A public page may not write: {sql[:200]}")
    return execute(sql, params, many, context)


def reading_only(view):
    """Have a view fail rather than write."""

    @wraps(view)
    def reading(request, *args, **kwargs):
        with connection.execute_wrapper(refuse_writing):
            return view(request, *args, **kwargs)

    return reading
