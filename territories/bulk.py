"""Inserting tens of thousands of rows: COPY on PostgreSQL, one prepared statement
elsewhere."""

from django.db import connection


def insert_rows(model, columns, rows):
    """Insert tuples of database values."""
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(quote(column) for column in columns)})"
    rows = list(rows)
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", rows)  # noqa: S608


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
