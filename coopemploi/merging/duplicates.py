"""The likely duplicates kept in the database, so that they are counted and listed at once.

Writing a record judges its pairs again; those it newly makes are found when all records are
compared, which `run_due` does once something was written.
"""

from django.db import transaction
from django.utils import timezone

from ..batches import batches
from ..derived import DerivedTable
from .models import LikelyDuplicate, Sweep
from .suggestions import judge, suggest


class DuplicateTable(DerivedTable):
    """The pairs of one model. Keys: those of its records."""

    def __init__(self, declaration):
        self.declaration = declaration
        self.model = declaration.model
        self.name = f"doublons probables : {self.model._meta.verbose_name_plural}"
        self.watched = (self.model._meta.label, *declaration.watched)

    @property
    def pairs(self):
        return LikelyDuplicate.objects.of(self.model)

    def affected_by(self, instance):
        return self.affected_by_all([instance])

    def affected_by_all(self, instances):
        # The table of a relation is told of by the records that it joins.
        is_own = isinstance(instances[0], self.model)
        name = "pk" if is_own else self.declaration.watched[instances[0]._meta.label]
        return {getattr(instance, name) for instance in instances} - {None}

    def refresh(self, keys):
        with transaction.atomic():
            Sweep.objects.note_written(self.model)
            for batch in batches(keys, 400):  # twice in one query
                stored = list(self.pairs.touching(batch))
                if stored:
                    pairs = [(pair.first_id, pair.second_id) for pair in stored]
                    self._keep(stored, judge(self.declaration, pairs))

    def rebuild(self):
        """Compare all records; return the number of likely duplicates."""
        sweep, _ = Sweep.objects.get_or_create(model=self.model._meta.label_lower)
        found = self._found()
        with transaction.atomic():
            # One at a time: another may have compared them meanwhile.
            Sweep.objects.select_for_update().get(pk=sweep.pk)
            self._keep(list(self.pairs), found)
            # What was written since was not compared, and is still to be.
            Sweep.objects.filter(pk=sweep.pk).update(
                compared=sweep.written, compared_at=timezone.now()
            )
        return len(found)

    def drift(self):
        """What awaits `rebuild` is no drift."""
        if self.is_due:
            return 0
        stored = {_told(*row) for row in self.pairs.values_list(*_COLUMNS)}
        made = {_told(s.first, s.second, _in_thousandths(s), s.reasons) for s in self._found()}
        return len(stored ^ made)

    @property
    def is_due(self):
        sweep = Sweep.objects.of(self.model)
        return sweep is None or sweep.is_due

    def _found(self):
        return suggest(self.declaration, self.model._base_manager.all())

    def _keep(self, stored, suggestions):
        """Make of the `stored` rows those of the `suggestions`."""
        before = {(row.first_id, row.second_id): row for row in stored}
        added, changed = [], []
        for suggestion in suggestions:
            row = before.pop((suggestion.first, suggestion.second), None)
            values = _in_thousandths(suggestion), suggestion.reasons
            if row is None:
                row = LikelyDuplicate(
                    model=self.model._meta.label_lower,
                    first_id=suggestion.first,
                    second_id=suggestion.second,
                )
                added.append(row)
            elif (row.likelihood, row.reasons) != values:
                changed.append(row)
            row.likelihood, row.reasons = values
        for batch in batches(row.pk for row in before.values()):
            LikelyDuplicate.objects.filter(pk__in=batch).delete()
        LikelyDuplicate.objects.bulk_create(added, batch_size=150)
        LikelyDuplicate.objects.bulk_update(changed, ["likelihood", "reasons"], batch_size=150)


_COLUMNS = "first_id", "second_id", "likelihood", "reasons"


def _told(first, second, likelihood, reasons):
    return first, second, likelihood, tuple(reasons)


def _in_thousandths(suggestion):
    return round(1000 * suggestion.likelihood)
