"""Whether the last good backup is recent: for the home of the admin, and for supervision."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from .archive import archives


def age(at=None):
    """How old the last good backup is; None when there is none."""
    found = archives()
    return (at or timezone.now()) - found[-1].made_at if found else None


def is_late(at=None):
    """Never where it is not asked: another machine, or the host, makes the backups."""
    if not settings.BACKUP_MAX_AGE_HOURS:
        return False
    old = age(at)
    return old is None or old > timedelta(hours=settings.BACKUP_MAX_AGE_HOURS)


def context(request):
    """What the home of the admin says of backups, to those who can do something about it."""
    if settings.DEBUG or not request.user.is_superuser or not is_late():
        return {}
    old = age()
    return {"backup_alert": "Aucune sauvegarde n'a été faite." if old is None else _said(old)}


def _said(old):
    hours = int(old.total_seconds() // 3600)
    since = f"{hours // 24} jours" if hours >= 48 else f"{hours} heures"
    return f"La dernière sauvegarde a {since}."
