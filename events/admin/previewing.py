"""What one is writing, shown on the page that visitors will have, and not kept."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import all_valid
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils.datastructures import MultiValueDict
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from coopemploi.derived import registry
from coopemploi.media.forms import UploadForm
from events.views import preview_page


class TypedPreviewMixin:
    """Adds to the admin of recaps the page that shows what its form says."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.typed_preview_view)
        return [
            path("<path:object_id>/change/apercu/", view, name="events_recap_typed_preview"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def typed_preview_view(self, request, object_id):
        """Written in a transaction that never commits: no version, no index, no mail, no file."""
        recap = self.get_object(request, unquote(object_id))
        if recap is None:
            raise Http404("Ce compte rendu n'existe pas.")
        if not self.has_change_permission(request, recap):
            raise PermissionDenied
        form, formsets = self._typed(request, recap)
        if not (all_valid(formsets) and form.is_valid()):
            context = {
                **self.admin_site.each_context(request),
                "title": "Aperçu impossible",
                "opts": self.opts,
                "problems": list(_problems(form, formsets)),
            }
            return render(request, "admin/events/recap/preview.html", context, status=400)
        with registry.set_aside(), transaction.atomic():
            written = self.save_form(request, form, change=True)
            self.save_model(request, written, form, change=True)
            self.save_related(request, form, formsets, change=True)
            has_files = any(request.FILES.values())
            page = preview_page(request, written.event, is_typed=True, has_files=has_files)
            transaction.set_rollback(True)
        return page

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """Of what is only shown, without its files: a new row that has one is left out."""
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        if getattr(request, "is_typed_preview", False):
            given["files"] = MultiValueDict()
            if issubclass(inline.form, UploadForm):
                data = given["data"]
                data[f"{prefix}-TOTAL_FORMS"] = data.get(f"{prefix}-INITIAL_FORMS", "")
        return given

    def _typed(self, request, recap):
        request.is_typed_preview = True
        form = self.get_form(request, recap, change=True)(request.POST, instance=recap)
        formsets, _ = self._create_formsets(request, form.instance, change=True)
        return form, formsets


def _problems(form, formsets):
    """(where, what is wrong) of all that keeps the page from being shown."""
    yield from _problems_of(form, "")
    for formset in formsets:
        yield from (("", error) for error in formset.non_form_errors())
        name = formset.model._meta.verbose_name.capitalize()
        for number, row in enumerate(formset.forms, 1):
            yield from _problems_of(row, f"{name} {number}")


def _problems_of(form, where):
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        for error in errors:
            yield ", ".join(filter(None, (where, label))), error
