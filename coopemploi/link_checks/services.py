import time

from django.apps import apps
from django.db import models

from ..batches import batches
from .fetching import complaint_about
from .models import LinkCheck

MOST = 200  # addresses a run
MOST_SECONDS = 60


def addresses():
    """Every address that a record of today names."""
    found = set()
    for model in apps.get_models():
        if hasattr(model, "history_date"):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.URLField):
                values = model._base_manager.exclude(**{field.name: ""}).order_by()
                found.update(values.values_list(field.name, flat=True).distinct())
    return found - {None}


def follow_addresses():
    """Note the addresses that records name since the last time; forget those that none does."""
    named = addresses()
    known = set(LinkCheck.objects.values_list("url", flat=True))
    LinkCheck.objects.bulk_create(
        [LinkCheck(url=url) for url in sorted(named - known)], ignore_conflicts=True
    )
    for urls in batches(known - named):
        LinkCheck.objects.filter(url__in=urls).delete()


def check(at, look=complaint_about):
    """Look at what is due at the time `at`, the longest unseen first; return how many were."""
    began, checked = time.monotonic(), 0
    for link in LinkCheck.objects.due(at).order_by(
        models.F("checked_at").asc(nulls_first=True), "pk"
    )[:MOST]:
        if time.monotonic() - began > MOST_SECONDS:
            break
        link.note(look(link.url), at)
        checked += 1
    return checked
