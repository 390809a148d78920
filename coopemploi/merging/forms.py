from copy import copy

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from ..fields import LinesField
from .comparison import BOTH, FIRST, SECOND
from .merge import distinct_names, settled_values

SIDES = [(FIRST, "la première"), (SECOND, "la seconde")]


class MergeForm(forms.Form):
    """Which of two records stays, and which value of each field where they differ."""

    survivor = forms.ChoiceField(label="Fiche gardée", choices=SIDES, widget=forms.RadioSelect)

    def __init__(self, data, comparison):
        super().__init__(data, initial={"survivor": comparison.favourite})
        self.comparison = comparison
        for difference in comparison.differences:
            choices = [*SIDES, (BOTH, "les deux")] if difference.can_unite else SIDES
            self.fields[f"field_{difference.name}"] = forms.ChoiceField(
                label=difference.label,
                choices=choices,
                initial=difference.initial,
                widget=forms.RadioSelect,
            )

    def rows(self):
        """(difference, radio of each side, radio of both or None, errors) of each field."""
        for difference in self.comparison.differences:
            bound = self[f"field_{difference.name}"]
            radios = list(bound.subwidgets)
            yield {
                "difference": difference,
                "first": radios[0],
                "second": radios[1],
                "both": radios[2] if difference.can_unite else None,
                "errors": bound.errors,
            }

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            self._check(self.decided())
        return cleaned

    def _check(self, decided):
        merged = copy(decided["survivor"])
        values = settled_values(
            self.comparison.declaration,
            decided["survivor"],
            decided["loser"],
            decided["values"],
        )
        for name, value in values.items():
            setattr(merged, name, value)
        for constraint in merged._meta.constraints:
            # The loser, which still exists, may hold a value that must be unique.
            if isinstance(constraint, models.CheckConstraint):
                try:
                    constraint.validate(type(merged), merged)
                except ValidationError as error:
                    self.add_error(None, error.messages)

    def decided(self):
        """What `merge` is told: survivor, loser, values, relations."""
        first, second = self.comparison.first, self.comparison.second
        keeps_first = self.cleaned_data["survivor"] == FIRST
        survivor, loser = (first, second) if keeps_first else (second, first)
        values, relations = {}, {}
        for difference in self.comparison.differences:
            field, side = difference.field, self.cleaned_data[f"field_{difference.name}"]
            chosen = second if side == SECOND else first
            if field.many_to_many:
                if side != BOTH:
                    relations[field.name] = "survivor" if chosen is survivor else "loser"
            elif side == BOTH and isinstance(field, LinesField):
                lines = [*getattr(survivor, field.name), *getattr(loser, field.name)]
                values[field.attname] = distinct_names(lines, besides="")
            elif chosen is not survivor:
                values[field.attname] = getattr(chosen, field.attname)
        return {"survivor": survivor, "loser": loser, "values": values, "relations": relations}


class DistinctionForm(forms.Form):
    """Two records that are no duplicates."""

    first = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    second = forms.IntegerField(min_value=1, max_value=2**63 - 1)

    def in_order(self):
        return sorted((self.cleaned_data["first"], self.cleaned_data["second"]))
