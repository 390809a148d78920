"""The functions that read a page or the rows of a list."""

from functools import wraps

from django.http import Http404

from ..publishing import reading_rights
from .statements import Statement


def gathered(**kinds):
    """Decorate a function (user, **values) → queryset: calls give the list of its records.

    `kinds` says of each value whether it is a `str`, an `int`, a `datetime.date`, or a list,
    `[int]` or `[str]`, which the queryset must ask by `__in`. The function may ask nothing of
    the user but what `reading_rights` does, and may only write values in its queries.

    What a model names in `HELD_BACK` is left out, unless the queryset names its columns.
    A queryset of values gives its rows as they come from the database. Several querysets, by
    name, give their records by name.
    """

    def decorate(build):
        statements = {}

        @wraps(build)
        def read(user, **values):
            rights = reading_rights(user)
            key = None if rights is None else len(rights)
            if key not in statements:
                statements[key] = Statement(build, user, kinds)
            return statements[key].records({**values, "reader": user.pk})

        return read

    return decorate


def first_or_404(records):
    if not records:
        raise Http404
    return records[0]


class Listed:
    """What a list shows: the records of `model` that `build`, (user) → queryset, gives."""

    def __init__(self, model, build, defer=()):
        self.model, self.queryset = model, build

        @gathered(pks=[int])
        def read(user, pks):
            return build(user).filter(pk__in=pks).order_by().defer(*defer)

        self._read = read

    def rows(self, user, pks):
        """The records of the keys `pks` that are still there, in that order."""
        found = {record.pk: record for record in self._read(user, pks=pks)} if pks else {}
        return [found[pk] for pk in pks if pk in found]


def listed(model, *, defer=()):
    """Decorate a function (user) → queryset of `model` to make a `Listed`.

    `defer` names columns that a page does not show, and an export does.
    """
    return lambda build: Listed(model, build, defer)
