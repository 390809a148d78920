"""The referential of territories, as the reader asks it."""

from territories.reconciliation import Reconciler

SURE = 0.85


def territory_resolver(reconciler=None):
    """A function (name, context) → (kind, code) when the referential settles it, or None."""
    reconciler = reconciler or Reconciler.shared()

    def resolve(name, context=""):
        resolution = reconciler.resolve(name, context)
        if resolution.match is None or resolution.confidence < SURE:
            return None
        return resolution.match.kind, resolution.match.code

    return resolve
