"""What SQLite knows of its tables, by which it chooses how to read them.

PostgreSQL finds out by itself. Without them, SQLite takes a table for a few rows: a search of one
glossary term asked the full-text index once for each of 36 000 territories, twelve seconds.
"""

from django.db import connection

# Rows read of each index: a few milliseconds, whatever the size.
SAMPLE = 1000


def refresh():
    """Count anew, if SQLite is what holds the tables; say whether it was done."""
    if connection.vendor != "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {SAMPLE:d}")
        cursor.execute("ANALYZE")
    return True
