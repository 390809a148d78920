from django.db import transaction
from django_tasks import task

from . import services


@task()
def deliver():
    services.deliver()


def deliver_soon(**kwargs):
    """Wake the worker up once what wrote the mail is committed."""
    transaction.on_commit(deliver.enqueue)
