"""The demo documents on a small database: the official territories they refer to, made up."""

import re
from contextlib import contextmanager

import yaml
from django.conf import settings
from django.db import transaction

from coopemploi.derived import registry
from coopemploi.formats.documents import load
from territories.models import Territory
from tests.factories import TerritoryFactory

CONTENT = settings.BASE_DIR / "coopemploi/demo/content"
VOCABULARY = settings.BASE_DIR / "coopemploi/vocabulary/content/vocabularies.yaml"

_REFERENCE = re.compile(r"\b(region|departement|epci|commune):(\d[\dAB]\d*)\b")


def create_official_territories(paths):
    """Create each official territory that the documents designate, named by its code."""
    references = set()
    for path in paths:
        text = path.read_text(encoding="utf-8")
        references |= set(_REFERENCE.findall(text))
        for record in yaml.safe_load(text).get("territoires", ()):
            if "nom" not in record:  # completes an official territory
                references.add((_kind_of(record["type"]), record["réf"]))
    for kind, code in sorted(references):
        TerritoryFactory(kind=kind, code=code, name=f"{kind} {code}")


@contextmanager
def demo_documents(blocker, *names):
    """The vocabularies and the documents of these names, loaded once for a whole module.

    Its tests run inside the one transaction that is rolled back after the last of them.
    """
    paths = [CONTENT / name for name in names]
    with blocker.unblock(), transaction.atomic():
        create_official_territories(paths)
        load([VOCABULARY, *paths])
        registry.flush()  # on commit otherwise, and this transaction never commits
        yield
        transaction.set_rollback(True)


def _kind_of(label):
    return next(value for value, name in Territory.Kind.choices if name == label)
