"""Whether the site can do its work: what supervision asks, and an administrator reads."""

import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from post_office.models import STATUS, Email

from ..backups.alerts import is_late

PATIENCE = timedelta(minutes=10)
LEAST_FREE = 500 * 1024 * 1024  # bytes


def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def shared_cache():
    cache.set("readiness", "yes", timeout=60)
    return cache.get("readiness") == "yes"


def worker():
    """No task has been waiting for long: somebody does them."""
    before = timezone.now() - PATIENCE
    return not DBTaskResult.objects.ready().filter(enqueued_at__lt=before).exists()


def mail():
    """No mail that could leave has been waiting for long."""
    before = timezone.now() - PATIENCE
    waiting = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued], created__lt=before)
    # What failed is tried again every quarter of an hour, at a later `scheduled_time`.
    on_time = waiting.filter(Q(scheduled_time=None) | Q(scheduled_time__lt=before))
    return not on_time.exists()


def disk():
    folders = [settings.MEDIA_ROOT, settings.BACKUP_DIR]
    if connection.vendor == "sqlite":
        folders.append(Path(connection.settings_dict["NAME"]).parent)
    return all(_free(Path(folder)) >= LEAST_FREE for folder in folders)


def _free(folder):
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def backup():
    return settings.DEBUG or not is_late()


CHECKS = {
    "base": database,
    "cache": shared_cache,
    "travail de fond": worker,
    "courrier": mail,
    "disque": disk,
    "sauvegarde": backup,
}


def checked():
    """{what: whether it is well}; what cannot be asked is not."""
    return {name: _is_well(check) for name, check in CHECKS.items()}


def _is_well(check):
    try:
        return check()
    except Exception:
        return False
