"""History in the admin: what happened to a record, and bringing it back."""

import re

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.forms.models import _get_foreign_key
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_safe

from . import conflicts
from .bin import deleted_versions, losses_of, plan_recovery, recover
from .differences import Names, changes
from .restoring import CannotRestoreError, draft, restore, restored
from .timeline import Timeline
from .tracking import records_of
from .undoing import plan_undoing, undo

ENTRIES_PER_PAGE = 20
RECOVER = "_recover"  # in a form: bring its record back first
FILES = "_files"  # in a form: the names of the files that it came with first


class RecordHistory(admin.ModelAdmin):
    """What every admin page offers of the history of its records."""

    def get_urls(self):
        names = self.opts.app_label, self.opts.model_name
        view = self.admin_site.admin_view
        if not records_of(self.model):
            return super().get_urls()
        return [
            path("corbeille/", view(self.bin_view), name="{}_{}_bin".format(*names)),
            path(
                "corbeille/<int:version_id>/",
                view(self.recover_view),
                name="{}_{}_recover".format(*names),
            ),
            path("annuler/<uuid:key>/", view(self.undo_view), name="{}_{}_undo".format(*names)),
            path(
                "<path:object_id>/historique/<str:model_name>/<int:version_id>/",
                view(self.restore_view),
                name="{}_{}_restore".format(*names),
            ),
            *super().get_urls(),
        ]

    def history_children(self, request, obj=None):
        """The (model, foreign key) pairs of what is edited on the page of a record."""
        return [
            (inline.model, _get_foreign_key(self.model, inline.model, inline.fk_name).attname)
            for inline in self.get_inline_instances(request, obj)
            if records_of(inline.model)
        ]

    def _found_or_404(self, request, object_id):
        try:
            obj = self.get_object(request, object_id)
        except (ValueError, OverflowError):
            obj = None
        if obj is None:
            raise Http404("Cette fiche n'existe pas.")
        return obj

    def _page(self, request, template, obj=None, status=200, **context):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "plural": capfirst(self.opts.verbose_name_plural),
            **context,
        }
        return TemplateResponse(request, f"admin/{template}", context, status=status)

    # Two people on the same record

    def _tables(self, request, obj):
        return [(self.model, self.model._meta.pk.attname), *self.history_children(request, obj)]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            context["record_state"] = getattr(request, "history_state", "")
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _changeform_view(self, request, object_id, form_url, extra_context):
        """Within the transaction of the save: nobody writes between comparing and saving."""
        key = unquote(object_id or "")
        if not records_of(self.model) or not re.fullmatch(r"[0-9]{1,18}", key):
            return super()._changeform_view(request, object_id, form_url, extra_context)
        request.POST = conflicts.choices_applied(request.POST)
        request.history_state = request.POST.get(conflicts.STATE)
        if request.history_state is None:
            # Before the record is read: what is written in between will be noticed.
            obj = self.model._base_manager.filter(pk=key).first()
            if obj is not None:
                request.history_state = conflicts.state_of(self._tables(request, obj), obj)
        elif "_saveasnew" not in request.POST and (
            found := self._gone(request, key) or self._conflict(request, key)
        ):
            return found
        if lost := request.POST.getlist(FILES):
            told = f"La fiche n'a pas reçu ces fichiers, renvoyez-les : {', '.join(lost)}."
            self.message_user(request, told, messages.WARNING)
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def _posted(self, request):
        """What a form holds, with the names of its files: a page cannot send those again."""
        data = request.POST.copy()
        for _, files in request.FILES.lists():
            for sent in files:
                data.appendlist(FILES, sent.name)
        return data

    def _conflict(self, request, key):
        """The page that settles a conflict; None when nobody wrote since the form was opened."""
        opened = request.POST[conflicts.STATE]
        # Not the key: whoever adds something to the record need not wait.
        self.model._base_manager.select_for_update(no_key=True).filter(pk=key).first()
        obj = self.get_object(request, key)
        if obj is None or not self.has_change_permission(request, obj):
            return None
        tables = self._tables(request, obj)
        for model, attname in tables[1:]:  # some have a page of their own
            children = model._base_manager.select_for_update(no_key=True)
            list(children.filter(**{attname: obj.pk}).values_list("pk"))
        state = conflicts.state_of(tables, obj)
        if state == opened:
            return None
        data = self._posted(request)
        form = self.get_form(request, obj, change=True)(data, instance=obj)
        formsets = [
            found for found in self._named_formsets(request, obj) if records_of(found[0].model)
        ]
        conflict = conflicts.Conflict(opened, tables, obj, form, formsets, data)
        return self._page(
            request,
            "record_conflict.html",
            obj,
            status=409,
            title="Quelqu'un a changé cette fiche entre-temps",
            conflict=conflict,
            state=state,
            files=data.getlist(FILES),
            entries=Timeline(self.model, obj.pk, self.history_children(request, obj))[:1],
        )

    def _gone(self, request, key):
        """What to do of a form whose record was deleted meanwhile: it may come back first."""
        data = self._posted(request)
        is_asked = data.pop(RECOVER, None)
        version = deleted_versions(self.model).filter(id=key).first()
        if version is None or not self.has_view_permission(request, self._record_of(version)):
            return None
        problem, may_recover = "", self._may_recover(request, version)
        if is_asked and may_recover:
            try:
                self._recover(request, version)
            except CannotRestoreError as error:
                problem = str(error)
            else:
                request.POST = data
                return None
        data.pop("csrfmiddlewaretoken", None)
        return self._page(
            request,
            "record_gone.html",
            status=409,
            title="Cette fiche a été supprimée entre-temps",
            version=version,
            sent=[(name, value) for name, values in data.lists() for value in values],
            written=self._written(request, data),
            files=data.getlist(FILES),
            may_recover=may_recover,
            problem=problem,
        )

    def _written(self, request, data):
        """What somebody wrote in the form of a record that is gone, field by field."""
        form = self.get_form(request)(data)
        return [
            (bound.label, value)
            for bound in form
            for value in data.getlist(bound.html_name)
            if value and not hasattr(bound.field, "queryset")
        ]

    def _named_formsets(self, request, obj):
        """Each formset with its prefix, numbered as the admin numbers them."""
        seen, named = {}, []
        for formset, _ in self.get_formsets_with_inlines(request, obj):
            prefix = formset.get_default_prefix()
            seen[prefix] = seen.get(prefix, 0) + 1
            named.append((formset, prefix if seen[prefix] == 1 else f"{prefix}-{seen[prefix]}"))
        return named

    # The bin

    def changelist_view(self, request, extra_context=None):
        context = {"has_bin": records_of(self.model) is not None, **(extra_context or {})}
        return super().changelist_view(request, context)

    def delete_view(self, request, object_id, extra_context=None):
        context = {"has_bin": records_of(self.model) is not None, **(extra_context or {})}
        return super().delete_view(request, object_id, context)

    def _record_of(self, version):
        return self.model(**records_of(self.model).values_of(version))

    def _may_recover(self, request, version):
        record = self._record_of(version)
        return self.has_add_permission(request) and self.has_change_permission(request, record)

    def out_of_reach(self, request, records):
        """Those of records just written that `request.user` may not edit."""
        return []

    def _recover(self, request, version):
        with transaction.atomic():
            plan = recover(version)
            self._settle(request, version.id)
        return plan

    def brought_back(self, request, record):
        """Do what follows from a record that was just brought back, from a version or the bin."""

    def _settle(self, request, key):
        """Raise CannotRestoreError when a record brought back is out of reach."""
        record = self.model._base_manager.get(pk=key)
        if self.out_of_reach(request, [record]):
            raise CannotRestoreError("Elle est hors de votre périmètre.")
        self.brought_back(request, record)

    @method_decorator(require_safe)
    def bin_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        paginator = Paginator(deleted_versions(self.model), ENTRIES_PER_PAGE)
        page = paginator.get_page(request.GET.get("page"))
        shown = [
            version
            for version in page
            if self.has_view_permission(request, self._record_of(version))
        ]
        names = Names(shown)
        rows = [
            (version, names.of_version(version), self._may_recover(request, version))
            for version in shown
        ]
        return self._page(request, "record_bin.html", title="Corbeille", page=page, rows=rows)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def recover_view(self, request, version_id):
        """Show what comes back with a deleted record, then bring it back."""
        version = deleted_versions(self.model).filter(pk=version_id).first()
        if version is None:
            raise Http404("Cette fiche n'est pas dans la corbeille.")
        if not self._may_recover(request, version):
            raise PermissionDenied
        plan, problem = None, ""
        try:
            if request.method == "POST":
                plan = self._recover(request, version)
                self.message_user(request, "La fiche est de retour.", messages.SUCCESS)
                for told in losses_of(plan):
                    self.message_user(request, told, messages.WARNING)
                self.log_change(request, self.model._base_manager.get(pk=version.id), "Retour.")
                return HttpResponseRedirect(self._address("change", version.id))
            plan = plan_recovery(version)
        except CannotRestoreError as error:
            problem = str(error)
        kept = [result.version for result in plan.drafts] if plan else []
        names = Names(kept)
        return self._page(
            request,
            "record_recover.html",
            title="Sortir de la corbeille",
            status=409 if problem and request.method == "POST" else 200,
            version=version,
            kept=[(told.instance_type._meta.verbose_name, names.of_version(told)) for told in kept],
            losses=losses_of(plan) if plan else [],
            problem=problem,
        )

    # Mass actions

    def undo_link(self, request):
        """A link that undoes what the request just did."""
        key = getattr(request, "history_operation", None)
        if key is None:
            return ""
        address = self._address("undo", key)
        if came_from := self.get_preserved_filters(request):
            address += f"?{came_from}"
        return format_html(' <a href="{}">Annuler</a>', address)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def undo_view(self, request, key):
        """Put back what a mass action changed, but for what changed since."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        plan = plan_undoing(self.model, key)
        if not plan.drafts and not plan.left_out:
            raise Http404("Cette action n'existe pas.")
        # The list that one came from, as it was filtered.
        back = f"{self._address('changelist')}?{request.GET.get('_changelist_filters', '')}"
        back = back.rstrip("?")
        if request.method == "POST":
            plan = undo(
                self.model,
                key,
                allowed=lambda obj: self.has_change_permission(request, obj),
                check=lambda obj: self._settle(request, obj.pk),
            )
            count = len(plan.drafts)
            s = "s" if count > 1 else ""
            told = f"{count} fiche{s} remise{s} comme avant." if count else "Rien n'a été changé."
            self.message_user(request, told, messages.SUCCESS if count else messages.WARNING)
            names = Names(version for version, _ in plan.left_out)
            for version, why in plan.left_out:
                told = f"« {names.of_version(version)} » n'a pas bougé : {why}."
                self.message_user(request, told, messages.WARNING)
            return HttpResponseRedirect(back)
        versions = [result.version for result in plan.drafts]
        names = Names([*versions, *(version for version, _ in plan.left_out)])
        return self._page(
            request,
            "record_undo.html",
            title="Annuler l'action",
            back=back,
            kept=[names.of_version(version) for version in versions],
            left_out=[(names.of_version(version), why) for version, why in plan.left_out],
        )

    def _address(self, name, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    # What happened

    @method_decorator(require_safe)
    def history_view(self, request, object_id, extra_context=None):
        if not records_of(self.model):
            return super().history_view(request, object_id, extra_context)
        obj = self._found_or_404(request, object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        timeline = Timeline(self.model, obj.pk, self.history_children(request, obj))
        page = Paginator(timeline, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        return self._page(
            request,
            "record_history.html",
            obj,
            title=f"Historique : {obj}",
            page=page,
            can_restore=self.has_change_permission(request, obj),
        )

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def restore_view(self, request, object_id, model_name, version_id):
        """Show what bringing back a version would change, then do it."""
        obj = self._found_or_404(request, object_id)
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        version = self._version_or_404(request, obj, model_name, version_id)
        address = self._address("history", obj.pk)
        problem, found = "", None
        try:
            if request.method == "POST":
                with transaction.atomic():
                    self.check_restoring(request, obj, version)
                    losses = restore(version)
                    self._settle(request, obj.pk)
                self.log_change(request, obj, "Retour à une version.")
                self.message_user(request, "La version est rétablie.", messages.SUCCESS)
                for loss in losses:
                    self.message_user(request, loss, messages.WARNING)
                return HttpResponseRedirect(address)
            found = draft(version)
        except CannotRestoreError as error:
            problem = str(error)
        now, then = restored(version, found) if found else (None, None)
        names = Names(kept for kept in (now, then) if kept is not None)
        return self._page(
            request,
            "record_restore.html",
            obj,
            status=409 if problem and request.method == "POST" else 200,
            title="Rétablir une version",
            version=version,
            changes=changes(now, then, names) if found else [],
            losses=found.losses if found else [],
            problem=problem,
            history_url=address,
        )

    def check_restoring(self, request, obj, version):
        """Raise CannotRestoreError when a row now belongs to a record that is out of reach."""
        for model, attname in self.history_children(request, obj):
            if model is not version.instance_type:
                continue
            owners = model._base_manager.filter(pk=version.id).values(attname)
            owner = self.model._base_manager.filter(pk__in=owners).exclude(pk=obj.pk).first()
            if owner is not None and not self.has_change_permission(request, owner):
                raise CannotRestoreError(
                    "Elle est maintenant sur une fiche que vous ne modifiez pas."
                )

    def _version_or_404(self, request, obj, model_name, version_id):
        """A version of `obj` or of one of its children, the one that bears this number."""
        for model, attname in self._tables(request, obj):
            if model._meta.model_name == model_name:
                versions = records_of(model).versions.objects
                if version := versions.filter(pk=version_id, **{attname: obj.pk}).first():
                    return version
        raise Http404("Cette version n'existe pas.")
