"""The JSON that a database makes of rows."""

from django.db.models import Func, Subquery, TextField


class Row(Func):
    """A JSON array of values."""

    output_field = TextField()

    def as_sqlite(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, function="json_array", **context)

    def as_postgresql(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, function="json_build_array", **context)


class AsText(Func):
    output_field = TextField()
    template = "%(expressions)s"

    def as_postgresql(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, template="(%(expressions)s)::text", **context)


class Rows(Subquery):
    """A JSON array of the rows of a queryset of one column."""

    TEMPLATES = {
        "sqlite": "json((SELECT json_group_array(json(one.gathered)) FROM (%(subquery)s) one))",
        "postgresql": "(SELECT json_agg(one.gathered) FROM (%(subquery)s) one)",
    }
    output_field = TextField()

    def as_sql(self, compiler, connection, **context):
        template = self.TEMPLATES[connection.vendor]
        return super().as_sql(compiler, connection, template=template, **context)
