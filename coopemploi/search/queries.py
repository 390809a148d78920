"""Clauses of the analyser in the query language of each database.

Tokens are made of ASCII letters and digits (see `analysis`): neither language can be
reached from what somebody types.
"""

import json
from collections import defaultdict

from django.db import connection, models

from ..connections import array, rows_of

# How many documents are weighed by their title alone.
MOST_TITLED = 1000

# SQLite: what a match leads to, read in an index without the texts beside it.
_FOUND_IN_SQLITE = """
    FROM search_index found
    CROSS JOIN search_document document INDEXED BY search_document_key
        ON document.id = found.rowid
    WHERE found.search_index MATCH %s
"""
_RANK = "ts_rank('{{0.1, 0.3, 0.5, 1.0}}', {vector}, query, 1)"
_ASKED_IN_POSTGRESQL = "to_tsquery('simple', %s) AS query"
MATCHING = {
    "postgresql": "SELECT model, documents FROM search_documents(to_tsquery('simple', %s), %s)",
    "sqlite": f"""
        SELECT document.model, group_concat(found.rowid) {_FOUND_IN_SQLITE}
        AND document.model = coalesce(%s, document.model) GROUP BY document.model
    """,
}
WEIGHED = {
    "postgresql": f"""
        SELECT rowid, {_RANK.format(vector="vector")}
        FROM search_index, {_ASKED_IN_POSTGRESQL} WHERE rowid = ANY(%s)
    """,  # noqa: S608
    "sqlite": f"""
        SELECT found.rowid, -found.rank {_FOUND_IN_SQLITE}
        AND document.model IN (SELECT value FROM json_each(%s))
    """,  # noqa: S608
}
TITLED = {
    "postgresql": f"""
        SELECT model, rowid, {_RANK.format(vector="title")} AS relevance
        FROM search_index, {_ASKED_IN_POSTGRESQL} WHERE title @@ query AND model = ANY(%s)
        ORDER BY relevance DESC, rowid LIMIT {MOST_TITLED}
    """,  # noqa: S608
    "sqlite": f"""
        SELECT document.model, found.rowid, -found.rank {_FOUND_IN_SQLITE}
        AND document.model IN (SELECT value FROM json_each(%s))
        ORDER BY found.rank, found.rowid LIMIT {MOST_TITLED}
    """,  # noqa: S608
}


def matching_documents(clauses, key=None):
    """{key of a model: its documents that meet all the clauses}, by their keys; of one
    model only with `key`.

    Drafts included: see `Catalogue.readable_by`. Quick whatever their number.
    """
    if not clauses:
        return {}
    if connection.vendor == "sqlite":
        found = _rows(MATCHING, fts5_query(clauses), key)
        return {model: list(map(int, documents.split(","))) for model, documents in found}
    return dict(_rows(MATCHING, tsquery(clauses), key))


def weighed(clauses, found):
    """{document: relevance} of what `matching_documents` found; a scale of its own."""
    if not found:
        return {}
    if connection.vendor == "sqlite":
        return dict(_rows(WEIGHED, fts5_query(clauses), json.dumps(list(found))))
    documents = [pk for pks in found.values() for pk in pks]
    return dict(_rows(WEIGHED, tsquery(clauses), array(documents)))


def titled(clauses, keys):
    """{key of a model: {document: relevance of its title}}, the best first, of those of
    the models `keys` whose title meets the clauses."""
    found = defaultdict(dict)
    if clauses and keys:
        if connection.vendor == "sqlite":
            rows = _rows(TITLED, f"{{a}} : ({fts5_query(clauses)})", json.dumps(list(keys)))
        else:
            rows = _rows(TITLED, tsquery(clauses), list(keys))
        for key, document, relevance in rows:
            found[key][document] = relevance
    return found


def _rows(statements, *parameters):
    return rows_of(statements[connection.vendor], parameters)


def fts5_query(clauses):
    return " AND ".join(
        "(" + " OR ".join(f'"{t[:-1]}"*' if t.endswith("*") else f'"{t}"' for t in clause) + ")"
        for clause in clauses
    )


def tsquery(clauses):
    return " & ".join(
        "(" + " | ".join(f"'{t[:-1]}':*" if t.endswith("*") else f"'{t}'" for t in clause) + ")"
        for clause in clauses
    )


class Matches(models.Func):
    """Whether a document of PostgreSQL's full-text table meets all the clauses."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, vector, clauses):
        self.query = tsquery(clauses)
        super().__init__(models.F(vector))

    def as_sql(self, compiler, connection, **context):
        vector, params = compiler.compile(self.source_expressions[0])
        return f"{vector} @@ to_tsquery('simple', %s)", [*params, self.query]
