"""The referential of territories, as the reader asks it."""

from django.db import DatabaseError

from territories.reconciliation import Reconciler

SURE = 0.85


def territory_resolver(reconciler=None):
    """A function (name, context) → (kind, code) when the referential settles it, or None.

    Without a referential, empty or with no table at all, nothing is settled.
    """
    try:
        reconciler = reconciler or Reconciler.shared()
    except DatabaseError:
        return None

    def resolve(name, context=""):
        resolution = reconciler.resolve(name, context)
        if resolution.match is None or resolution.confidence < SURE:
            return None
        return resolution.match.kind, resolution.match.code

    return resolve
