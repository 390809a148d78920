"""Checking, writing and taking back: at once for a small file, in the background otherwise."""

import logging

from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django_tasks import task

from ..history.tracking import written_by
from . import applying
from .checking import Checker
from .declarations import importations
from .models import ImportBatch

logger = logging.getLogger(__name__)

AT_ONCE = 500  # rows
State = ImportBatch.State
# work → (state before, state meanwhile)
WORKS = {
    "check": (State.SENT, State.CHECKING),
    "apply": (State.CHECKED, State.APPLYING),
    "take_back": (State.APPLIED, State.TAKING_BACK),
}
FAILURE = (
    "Le travail s'est arrêté avant la fin : rien n'a été enregistré. Réessayez ; si cela se "
    "reproduit, prévenez qui tient le site."
)


def start(batch, work):
    """Have `work` done on a batch; False when it is not at that point, or already under way."""
    before, meanwhile = WORKS[work]
    if not batch.move(before, meanwhile):
        return False
    if batch.size > AT_ONCE:
        transaction.on_commit(lambda: perform.enqueue(batch_id=batch.pk, work=work))
    else:
        perform.call(batch_id=batch.pk, work=work)
    return True


def checker_of(batch):
    """What reads a batch with the rights of who sent it."""
    model = apps.get_model(batch.model)
    request = HttpRequest()
    request.user = batch.user
    return Checker(importations[model], admin_of(importations[model]), request)


def admin_of(importation):
    """What says who may import what: the admin of a model, or of what holds its rows."""
    if importation.owner_model is None:
        return admin.site.get_model_admin(importation.model)
    rows = admin.site.get_model_admin(importation.owner_model).row_admins
    return next(each for each in rows if each.model is importation.model)


@task()
def perform(*, batch_id, work):
    """Do `work` with the rights that who sent the batch has now."""
    batch = ImportBatch.objects.select_related("user").get(pk=batch_id)
    before, meanwhile = WORKS[work]
    if batch.state != meanwhile:
        return
    try:
        with written_by(batch.user):
            getattr(applying, work)(batch, checker=checker_of(batch))
    except Exception:
        logger.exception("Import %s: %s failed", batch_id, work)
        batch.move(meanwhile, before, failure=FAILURE)
