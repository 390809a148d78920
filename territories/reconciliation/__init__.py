"""Free-text names meet the referential: « CdC du Bazadais » is epci:200043982.

A name resolves to one territory, or to none. What is ambiguous or unknown gives ranked
candidates, each with its reason, and no match: somebody chooses.
"""

from .reconciler import Reconciler

__all__ = ["Reconciler"]
