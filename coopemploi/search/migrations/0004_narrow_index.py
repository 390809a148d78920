from importlib import import_module

from django.db import migrations, models

full_text_index = import_module("coopemploi.search.migrations.0002_full_text_index")

# A table of its own: a page of it holds fifty documents, where one of search_document
# holds eight. The vector of the title stands apart, short enough to rank thousands.
TITLE = "to_tsvector('simple', {row}.a)"
VECTOR = (
    "setweight(to_tsvector('simple', {row}.a), 'A')"
    " || setweight(to_tsvector('simple', {row}.b), 'B')"
    " || setweight(to_tsvector('simple', {row}.c), 'C')"
    " || setweight(to_tsvector('simple', {row}.d), 'D')"
)
COLUMNS = "{row}.id, {row}.model, " + TITLE + ", " + VECTOR
POSTGRESQL = [
    "ALTER TABLE search_document DROP COLUMN vector",
    """
    CREATE TABLE search_index (
        rowid bigint PRIMARY KEY,
        model varchar(60) NOT NULL,
        title tsvector NOT NULL,
        vector tsvector NOT NULL
    )
    """,
    f"INSERT INTO search_index SELECT {COLUMNS.format(row='d')} FROM search_document d",
    "CREATE INDEX search_index_title ON search_index USING gin (title)",
    "CREATE INDEX search_index_vector ON search_index USING gin (vector)",
    f"""
    CREATE FUNCTION search_index_document() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            TRUNCATE search_index;
        ELSIF TG_OP = 'DELETE' THEN
            DELETE FROM search_index WHERE rowid = OLD.id;
        ELSE
            INSERT INTO search_index VALUES ({COLUMNS.format(row="NEW")})
            ON CONFLICT (rowid) DO UPDATE
            SET model = EXCLUDED.model, title = EXCLUDED.title, vector = EXCLUDED.vector;
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER search_document_written
    AFTER INSERT OR DELETE OR UPDATE OF model, a, b, c, d ON search_document
    FOR EACH ROW EXECUTE FUNCTION search_index_document()
    """,
    """
    CREATE TRIGGER search_document_emptied AFTER TRUNCATE ON search_document
    FOR EACH STATEMENT EXECUTE FUNCTION search_index_document()
    """,
    # The planner takes a comparison with a long vector for a cheap one: left to itself, it
    # reads every vector for a common word, ten times slower than its index.
    """
    CREATE FUNCTION search_documents(query tsquery, wanted varchar)
    RETURNS TABLE (model varchar, documents bigint[])
    LANGUAGE sql STABLE SET enable_seqscan = off AS $$
        SELECT found.model, array_agg(found.rowid) FROM search_index found
        WHERE found.vector @@ query AND (wanted IS NULL OR found.model = wanted)
        GROUP BY found.model
    $$
    """,
]
POSTGRESQL_BACK = [
    "DROP FUNCTION search_documents",
    "DROP TRIGGER search_document_emptied ON search_document",
    "DROP TRIGGER search_document_written ON search_document",
    "DROP FUNCTION search_index_document",
    "DROP TABLE search_index",
    *full_text_index.POSTGRESQL,
]
# What a match leads to, without reading the texts beside it.
SQLITE = ["CREATE INDEX search_document_key ON search_document (id, model)"]
SQLITE_BACK = ["DROP INDEX search_document_key"]


def narrow(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def widen(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_BACK if is_postgresql else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0003_describe_documents")]

    operations = [
        migrations.RunPython(narrow, widen),
        migrations.RemoveField(model_name="fulltext", name="rank"),
        migrations.AddField(
            model_name="fulltext",
            name="vector",
            field=models.TextField(verbose_name="toutes les racines, avec leur poids"),
        ),
    ]
