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


class _OfVector(models.Func):
    """SQL about PostgreSQL's generated column, which the model does not declare."""

    def __init__(self, clauses):
        self.query = tsquery(clauses)
        super().__init__(models.F("pk"))

    def as_sql(self, compiler, connection, **context):
        key, _ = compiler.compile(self.source_expressions[0])
        table = key.rpartition(".")[0]
        return self.template.format(table=table), [self.query]


class Matches(_OfVector):
    """Whether a document meets all the clauses."""

    output_field = models.BooleanField()
    conditional = True
    template = "{table}.vector @@ to_tsquery('simple', %s)"


class Relevance(_OfVector):
    """How well a document answers, more being better; a scale of its own."""

    output_field = models.FloatField()
    template = "ts_rank('{{0.1, 0.3, 0.5, 1.0}}', {table}.vector, to_tsquery('simple', %s), 1)"
