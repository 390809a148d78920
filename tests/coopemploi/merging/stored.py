"""What the database holds before a merge, and must hold again once it is undone."""

from django.apps import apps
from django.db import connection

from coopemploi.derived import registry
from coopemploi.merging.journal import stored_fields
from coopemploi.merging.models import LikelyDuplicate, Merge, Sweep
from coopemploi.search.models import Document
from initiatives.models import MatchFeature, MatchProfile


def dump():
    """All that is stored, but what is derived, the merges, and the past, which only grows."""
    derived = {Merge, MatchProfile, MatchFeature, LikelyDuplicate, Sweep}
    return {
        model._meta.label: rows_of(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != "search"
        and model not in derived
        and not hasattr(model, "history_date")
    }


def rows_of(model):
    """As the database holds them: some hundred tables are read twice a test."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in stored_fields(model))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {quote(model._meta.db_table)}")  # noqa: S608
        return sorted(cursor.fetchall(), key=repr)


def documents():
    registry.flush()
    return sorted(Document.objects.values_list("model", "object_id", "facets", "title", "c", "d"))


def drift():
    registry.flush()
    return {table.name: table.drift() for table in registry.tables if table.drift()}
