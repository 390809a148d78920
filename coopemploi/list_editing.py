"""A field changed right in a list of the admin, on several rows at once.

Only the rows of one's perimeter are open, and a row that somebody changed since the list was
read is shown again before it is written over.
"""

import re
from functools import partial

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.functional import cached_property

KEY = re.compile("[0-9]{1,18}")  # of a record, as it is sent
ROW_KEY = re.compile("form-[0-9]+-id")


class RowForm(forms.ModelForm):
    may_edit = None  # whether a record is open to who reads the list

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        is_open = self.instance.pk is not None and self.may_edit(self.instance)
        for name in self._meta.fields:
            field = self.fields[name]
            field.widget.attrs["aria-label"] = f"{field.label} : {self.instance}"
            field.disabled = not is_open
            # What was read comes back beside what is chosen: an untouched row writes nothing.
            field.show_hidden_initial = is_open

    def clean(self):
        cleaned = super().clean()
        for name in set(self.changed_data) & set(cleaned):
            now = self.initial[name]
            if self._as_read(name) != now and cleaned[name] != now:
                self._ask_again(name, now)
        return cleaned

    def _as_read(self, name):
        field, key = self.fields[name], self.add_initial_prefix(name)
        return field.to_python(field.hidden_widget().value_from_datadict(self.data, {}, key))

    def _ask_again(self, name, now):
        """Refuse what was chosen, and take it the next time, once this was read."""
        self.data = self.data.copy()
        self.data[self.add_initial_prefix(name)] = now
        label = dict(self.fields[name].choices).get(now, now) or "rien"
        self.add_error(
            name,
            f"Quelqu'un a mis « {label} » entre-temps. Enregistrez de nouveau pour le remplacer.",
        )


class RowFormSet(forms.BaseModelFormSet):
    reach_all = None  # asks of many records at once whether they are in the perimeter

    @cached_property
    def forms(self):
        self.reach_all(self.get_queryset())
        return super().forms


class ListEditingMixin:
    """`list_editable` as animateurs need it; for fields with choices."""

    def get_changelist_form(self, request, **kwargs):
        may_edit = partial(self.has_change_permission, request)
        kwargs["form"] = type("RowForm", (RowForm,), {"may_edit": staticmethod(may_edit)})
        return super().get_changelist_form(request, **kwargs)

    def get_changelist_formset(self, request, **kwargs):
        kwargs["formset"] = type(
            "RowFormSet",
            (RowFormSet,),
            {"reach_all": staticmethod(partial(self.reach_all, request))},
        )
        return super().get_changelist_formset(request, **kwargs)

    def changelist_view(self, request, extra_context=None):
        keys = [request.POST[name] for name in request.POST if ROW_KEY.fullmatch(name)]
        if not all(KEY.fullmatch(key) for key in keys):
            messages.warning(request, "Cette liste n'est plus la même : rien n'est enregistré.")
            return redirect(request.get_full_path())
        response = super().changelist_view(request, extra_context)
        changelist = getattr(response, "context_data", {}).get("cl")
        if changelist and changelist.formset and changelist.formset.is_bound:
            response.status_code = 400  # it came back: something is to be read
        return response
