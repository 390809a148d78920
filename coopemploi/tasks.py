from django_tasks import task

from .derived import registry


@task()
def refresh(*, name, keys):
    """Refresh some rows of a derived table, on which no request waits."""
    [table] = [each for each in registry.tables if each.name == name]
    # A key of several parts comes back from the queue as a list.
    table.refresh({tuple(key) if isinstance(key, list) else key for key in keys})
