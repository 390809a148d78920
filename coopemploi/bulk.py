"""Inserting tens of thousands of rows: COPY on PostgreSQL, hundreds of rows a statement
elsewhere."""

from django.db import connection

from . import version
from .batches import batches

# A statement of one row each would write SQLite's full-text index at each row.
ROWS, PARAMETERS = 500, 30_000


def insert_rows(model, columns, rows):
    """Insert tuples of database values."""
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(quote(column) for column in columns)})"
    rows = list(rows)
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            version.change()
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = f"({', '.join(['%s'] * len(columns))})"
            for batch in batches(rows, min(ROWS, PARAMETERS // len(columns))):
                values = ", ".join([places] * len(batch))
                # executemany(), though for one: under DEBUG, execute() logs each value.
                cursor.executemany(
                    f"INSERT INTO {into} VALUES {values}",  # noqa: S608 - our own names
                    [[value for row in batch for value in row]],
                )


def insert(records):
    """Insert new records of one model. They do not get their primary keys."""
    if not records:
        return
    model = type(records[0])
    fields = [f for f in model._meta.concrete_fields if not f.generated and not f.primary_key]
    rows = [
        [field.get_db_prep_save(field.pre_save(record, True), connection) for field in fields]
        for record in records
    ]
    insert_rows(model, [field.column for field in fields], rows)
