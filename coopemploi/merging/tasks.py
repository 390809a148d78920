from django.apps import apps
from django.db import transaction
from django_tasks import task

from .declarations import declarations

AT_ONCE = 5000  # records: about a second


def compare_now(model):
    """Compare the records of `model`, in the background when they are many."""
    label = model._meta.label
    if model._base_manager.count() > AT_ONCE:
        transaction.on_commit(lambda: compare.enqueue(label))
    else:
        compare.call(label)


@task()
def compare(label):
    table = declarations[apps.get_model(label)].duplicates
    if table.is_due:  # asked for twice, done once
        table.rebuild()
