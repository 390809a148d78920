"""What is done to all the records selected in a list of the admin, once confirmed."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils.html import format_html

SHOWN = 10  # titles on the page that asks


@dataclass(frozen=True)
class MassAction:
    """A verb for a selection, and the form of what it needs to know.

    `apply(record, **answers)` does it to one record, given the form's cleaned data.
    """

    name: str  # of the ModelAdmin's method
    verb: str  # « Publier »
    done: str  # « publiée », of a « fiche »
    entry: str  # for the history of the record
    apply: Callable
    nothing: str  # said when no selected record is to change
    form: type[forms.Form] = forms.Form

    def run(self, model_admin, request, queryset):
        """Ask first: answer the page that confirms; then act, and answer None."""
        records = list(queryset)
        if not records:
            model_admin.message_user(request, self.nothing, messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            return self._ask(model_admin, request, records, self.form())
        form = self.form(request.POST)
        if not form.is_valid():
            return self._ask(model_admin, request, records, form, status=422)
        with transaction.atomic():
            for record in records:
                self.apply(record, **form.cleaned_data)
                model_admin.log_change(request, record, self.entry)
        s = "s" if len(records) > 1 else ""
        undo = model_admin.undo_link(request)
        told = format_html("{} fiche{} {}{}.{}", len(records), s, self.done, s, undo)
        model_admin.message_user(request, told, messages.SUCCESS)
        return None

    def _ask(self, model_admin, request, records, form, status=200):
        options = model_admin.opts
        name = options.verbose_name_plural if len(records) > 1 else options.verbose_name
        context = {
            **model_admin.admin_site.each_context(request),
            "title": f"{self.verb} {len(records)} {name} ?",
            "opts": options,
            "form": form,
            "first_records": records[:SHOWN],
            "others": len(records[SHOWN:]),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "selection_name": ACTION_CHECKBOX_NAME,
            "action": self.name,
            "select_across": request.POST.get("select_across", ""),
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/mass_action.html", context, status=status)
