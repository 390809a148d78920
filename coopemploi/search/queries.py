"""Clauses of the analyser in the query language of each database.

Tokens are made of ASCII letters and digits (see `analysis`): neither language can be
reached from what somebody types.
"""

from django.db import models


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


class _OfDocument(models.Func):
    """SQL about the document whose key is the expression."""

    def __init__(self, document, clauses):
        self.clauses = clauses
        super().__init__(document)

    def _as(self, compiler, template, query):
        key, params = compiler.compile(self.source_expressions[0])
        return template.format(key=key), (query, *params)


class Found(_OfDocument):
    """Whether the document meets all the clauses."""

    output_field = models.BooleanField()
    conditional = True

    def _as(self, compiler, template, query):
        key, params = compiler.compile(self.source_expressions[0])
        return template.format(key=key), (*params, query)

    def as_sqlite(self, compiler, connection, **context):
        template = "{key} IN (SELECT rowid FROM search_index WHERE search_index MATCH %s)"
        return self._as(compiler, template, fts5_query(self.clauses))

    def as_postgresql(self, compiler, connection, **context):
        template = (
            "{key} IN (SELECT id FROM search_document WHERE vector @@ to_tsquery('simple', %s))"
        )
        return self._as(compiler, template, tsquery(self.clauses))


class Relevance(_OfDocument):
    """How well the document answers, more being better; a scale of each database."""

    output_field = models.FloatField()

    def as_sqlite(self, compiler, connection, **context):
        template = (
            "(SELECT -bm25(search_index, 10.0, 5.0, 3.0, 1.0) FROM search_index"
            " WHERE search_index MATCH %s AND rowid = {key})"
        )
        return self._as(compiler, template, fts5_query(self.clauses))

    def as_postgresql(self, compiler, connection, **context):
        template = (
            "(SELECT ts_rank('{{0.1, 0.3, 0.5, 1.0}}', ranked.vector, to_tsquery('simple', %s), 1)"
            " FROM search_document ranked WHERE ranked.id = {key})"
        )
        return self._as(compiler, template, tsquery(self.clauses))
