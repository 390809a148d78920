"""Files that no record names any more, and that no recent version could bring back."""

import datetime
from collections import defaultdict
from itertools import pairwise

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import FileField

from ..history.tracking import DELETED, records_of

# A record deleted, or whose file was replaced, comes back whole for so long.
KEPT = datetime.timedelta(days=90)


def erase_orphans(at):
    """Erase what nothing named for `KEPT` before the time `at`; return how many files."""
    before, count = at - KEPT, 0
    for folder, fields in _fields_by_folder().items():
        held = {name for field in fields for name in _names_held(field, before)}
        for name in _names_in(folder):
            if name not in held and _is_older(name, before):
                default_storage.delete(name)
                count += 1
    return count


def _is_older(name, before):
    """A recent one may be named by a transaction that is not over."""
    try:
        return default_storage.get_modified_time(name) < before
    except FileNotFoundError:  # written aside, it has just taken its name
        return False


def _names_in(folder):
    try:
        return [f"{folder}{file}" for file in default_storage.listdir(folder)[1]]
    except FileNotFoundError:  # nothing was ever sent
        return []


def _fields_by_folder():
    found = defaultdict(list)
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, FileField) and field.storage is default_storage:
                found[field.upload_to].append(field)
    return found


def _names_held(field, before):
    """The files that records name, or named after the time `before`."""
    yield from field.model._base_manager.values_list(field.name, flat=True)
    if (records := records_of(field.model)) is None:
        return
    versions = records.versions.objects.order_by("id", "history_id")
    rows = versions.values_list("id", "history_date", "history_type", field.attname)
    for (pk, date, kind, name), following in pairwise([*rows, (None, None, None, "")]):
        is_last = following[0] != pk
        ended = (date if kind == DELETED else None) if is_last else following[1]
        if ended is None or ended >= before:
            yield name
