"""Whether a database already holds the demonstration as the files now tell it.

Loading again would be quick, but would undo what somebody edited since on the site.
"""

import hashlib
import json

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from ..accounts.models import User
from ..vocabulary.loading import CONTENT as VOCABULARIES
from .loading import CONTENT, SIGN_INS

# Beside the database rather than in it: the demonstration needs no table of its own.
MARKS = settings.BASE_DIR / "var" / "demonstration.json"
TERRITORIES = settings.BASE_DIR / "territories" / "data"


def fingerprint():
    """A digest of every file that the demonstration is loaded from."""
    digest = hashlib.sha256()
    for folder in (TERRITORIES, VOCABULARIES, CONTENT):
        for path in sorted(path for path in folder.iterdir() if path.is_file()):
            digest.update(f"{path.name}:{path.stat().st_size}:".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def is_fresh():
    """Whether this database was loaded from the present files, and not emptied since."""
    accounts = User.objects.filter(is_demo=True, email__in=[email for _, email, _ in SIGN_INS])
    return accounts.count() == len(SIGN_INS) and _marks().get(_database()) == fingerprint()


def mark_fresh():
    MARKS.parent.mkdir(parents=True, exist_ok=True)
    MARKS.write_text(json.dumps(_marks() | {_database(): fingerprint()}, indent=1))


def _marks():
    try:
        return json.loads(MARKS.read_text())
    except (OSError, ValueError):
        return {}


def _database():
    """What tells this database from another of the same name: when it was created."""
    first = MigrationRecorder(connection).migration_qs.order_by("pk").first()
    return f"{connection.settings_dict['NAME']} {first.applied.isoformat()}"
