from django.db import migrations

# The database keeps its index true by itself, whoever writes to the table.
SQLITE = [
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        a, b, c, d,
        content='search_document', content_rowid='id',
        tokenize='unicode61 remove_diacritics 0', prefix='2 3 4'
    )
    """,
    """
    CREATE TRIGGER search_document_inserted AFTER INSERT ON search_document BEGIN
        INSERT INTO search_index(rowid, a, b, c, d)
        VALUES (new.id, new.a, new.b, new.c, new.d);
    END
    """,
    """
    CREATE TRIGGER search_document_deleted AFTER DELETE ON search_document BEGIN
        INSERT INTO search_index(search_index, rowid, a, b, c, d)
        VALUES ('delete', old.id, old.a, old.b, old.c, old.d);
    END
    """,
    """
    CREATE TRIGGER search_document_updated AFTER UPDATE ON search_document BEGIN
        INSERT INTO search_index(search_index, rowid, a, b, c, d)
        VALUES ('delete', old.id, old.a, old.b, old.c, old.d);
        INSERT INTO search_index(rowid, a, b, c, d)
        VALUES (new.id, new.a, new.b, new.c, new.d);
    END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER search_document_inserted",
    "DROP TRIGGER search_document_deleted",
    "DROP TRIGGER search_document_updated",
    "DROP TABLE search_index",
]
POSTGRESQL = [
    """
    ALTER TABLE search_document ADD COLUMN vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', a), 'A') || setweight(to_tsvector('simple', b), 'B')
        || setweight(to_tsvector('simple', c), 'C') || setweight(to_tsvector('simple', d), 'D')
    ) STORED
    """,
    "CREATE INDEX search_document_vector ON search_document USING gin (vector)",
]
POSTGRESQL_BACK = ["ALTER TABLE search_document DROP COLUMN vector"]


def make_index(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_BACK if is_postgresql else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(make_index, drop_index)]
