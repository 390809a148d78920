"""Numbers that no column holds, as only a forged request sends them, equal nothing.

Django says so of a column of numbers; SQLite fails on a list of them, or on a key.
"""

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import lookups
from django.db.models.fields import related_lookups
from django.db.models.fields.related import ForeignObject

LEAST, MOST = -(2**63), 2**63 - 1


def is_held(value):
    return not isinstance(value, int) or LEAST <= value <= MOST


class HeldIn:
    """A list, without what no column holds."""

    def process_rhs(self, compiler, connection):
        if self.rhs_is_direct_value():
            self.rhs = [value for value in self.rhs if is_held(value)]
        return super().process_rhs(compiler, connection)


@models.IntegerField.register_lookup
class IntegerIn(HeldIn, lookups.In):
    pass


@ForeignObject.register_lookup
class RelatedIn(HeldIn, related_lookups.RelatedIn):
    pass


@ForeignObject.register_lookup
class RelatedExact(related_lookups.RelatedExact):
    def process_rhs(self, compiler, connection):
        if not is_held(self.rhs):
            raise EmptyResultSet
        return super().process_rhs(compiler, connection)
