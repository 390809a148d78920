"""Duplicates, comparison, merge and undoing, on the admin of each mergeable model."""

from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..admin import NamedListMixin
from ..pagination import paginate
from . import tasks
from .comparison import Comparison
from .declarations import declarations
from .forms import DistinctionForm, MergeForm
from .journal import UndoError, obstacles_to
from .merge import MergeError, forget, merge, undo
from .models import Distinction, LikelyDuplicate, Merge, Redirection, Sweep


class MergeableMixin:
    """Lists the likely duplicates of a model, and merges two of its records."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("doublons/", view(self.duplicates_view), name=f"{name}_duplicates"),
            path("doublons/comparer/", view(self.compare_view), name=f"{name}_compare"),
            path("doublons/distincts/", view(self.distinguish_view), name=f"{name}_distinguish"),
            path("doublons/<int:first>/<int:second>/", view(self.merge_view), name=f"{name}_merge"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        links = []
        if self.has_change_permission(request):
            links = [("Doublons probables", self._url("duplicates"))]
        return super().changelist_view(request, {"list_links": links, **(extra_context or {})})

    def get_actions(self, request):
        actions = super().get_actions(request)
        if actions and self.has_change_permission(request):
            description = "Comparer et fusionner les deux fiches cochées"
            actions["compare_selection"] = (
                type(self).compare_selection,
                "compare_selection",
                description,
            )
        return actions

    def compare_selection(self, request, queryset):
        keys = sorted(queryset.order_by().values_list("pk", flat=True)[:3])
        if len(keys) != 2:
            message = "Cochez deux fiches, ni plus ni moins, pour les comparer."
            self.message_user(request, message, messages.WARNING)
            return None
        return redirect(self._url("merge", *keys))

    def delete_model(self, request, obj):
        key = obj.pk
        super().delete_model(request, obj)
        forget(self.model, [key])

    def delete_queryset(self, request, queryset):
        keys = list(queryset.values_list("pk", flat=True))
        super().delete_queryset(request, queryset)
        forget(self.model, keys)

    @method_decorator(require_safe)
    def duplicates_view(self, request):
        if not self.has_change_permission(request):
            raise PermissionDenied
        page = paginate(request, self.likely_duplicates(request))
        keys = {key for pair in page for key in (pair.first_id, pair.second_id)}
        records = self._loaded(request).in_bulk(keys)
        pairs = [
            {
                "first": records[pair.first_id],
                "second": records[pair.second_id],
                "reasons": pair.reasons,
                "compare_url": self._url("merge", pair.first_id, pair.second_id),
            }
            for pair in page
            if pair.first_id in records and pair.second_id in records  # not deleted meanwhile
        ]
        context = self._context(request, "Doublons probables", page=page, pairs=pairs)
        context["sweep"] = Sweep.objects.of(self.model)
        context["distinguish_url"] = self._url("distinguish")
        context["compare_all_url"] = self._url("compare")
        return TemplateResponse(request, "admin/merging/duplicates.html", context)

    def likely_duplicates(self, request):
        """The pairs of which the user may change both records, the likeliest first."""
        records = self._within(request, self.get_queryset(request))
        return LikelyDuplicate.objects.of(self.model).between(records)

    @method_decorator(require_POST)
    def compare_view(self, request):
        """Look for the duplicates of what was just written, without waiting for `run_due`."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        tasks.compare_now(self.model)
        if declarations[self.model].duplicates.is_due:
            message = "Les fiches sont nombreuses : elles se comparent. Revenez dans une minute."
            self.message_user(request, message)
        else:
            self.message_user(request, "Toutes les fiches sont comparées.", messages.SUCCESS)
        return redirect(self._url("duplicates"))

    @method_decorator(require_POST)
    def distinguish_view(self, request):
        form = DistinctionForm(request.POST)
        if not form.is_valid():
            raise Http404("Ces deux fiches ne se trouvent pas.")
        first, second = self._pair(request, *form.in_order())
        names = f"« {first} » et « {second} »"
        Distinction.objects.get_or_create(
            model=self.opts.label_lower,
            first_id=first.pk,
            second_id=second.pk,
            defaults={"names": names[:600], "said_by": request.user},
        )
        message = f"C'est noté : {names} ne sont pas des doublons."
        self.message_user(request, message, messages.SUCCESS)
        return redirect(self._url("duplicates"))

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def merge_view(self, request, first, second):
        first, second = self._pair(request, first, second)
        form = MergeForm(request.POST or None, Comparison(declarations[self.model], first, second))
        if form.is_valid():
            decided = form.decided()
            survivor, loser = decided["survivor"], decided["loser"]
            if self.has_delete_permission(request, loser):
                try:
                    done = merge(**decided, by=request.user)
                except MergeError as error:
                    form.add_error(None, str(error))
                else:
                    return self._merged(request, survivor, done)
            else:
                form.add_error(
                    "survivor", f"Il faudrait supprimer « {loser} » : vous n'en avez pas le droit."
                )
        context = self._context(
            request,
            "Comparer et fusionner",
            form=form,
            comparison=form.comparison,
            has_choices=bool(form.comparison.differences),
            distinguish_url=self._url("distinguish"),
            records=[
                {"record": record, "url": self._url("change", record.pk), "radio": radio}
                for record, radio in zip((first, second), form["survivor"].subwidgets, strict=True)
            ],
        )
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/merging/merge.html", context, status=status)

    def _merged(self, request, survivor, done):
        self.log_change(request, survivor, f"Fusion avec « {done.loser_name} ».")
        self.message_user(
            request,
            format_html(
                '« {} » est fondue dans « {} ». <a href="{}">Annuler la fusion</a>',
                done.loser_name,
                done.survivor_name,
                reverse("admin:merging_merge_undo", args=[done.pk]),
            ),
            messages.SUCCESS,
        )
        return redirect(self._url("change", survivor.pk))

    def _pair(self, request, first, second):
        """Two records that the user may change, the older first; Http404 otherwise."""
        pair = [self.get_object(request, str(key)) for key in sorted((first, second))]
        if first == second or None in pair:
            raise Http404("Ces deux fiches ne se trouvent pas : l'une est peut-être déjà fondue.")
        if not all(self.has_change_permission(request, record) for record in pair):
            raise PermissionDenied
        return pair

    def _loaded(self, request):
        """The records, with what the list shows of others."""
        return self.get_queryset(request).prefetch_related(*self.list_prefetch_related)

    def _url(self, name, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    def _context(self, request, title, **context):
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "list_url": self._url("changelist"),
            "duplicates_url": self._url("duplicates"),
            "kind": self.opts.verbose_name,
            "kinds": capfirst(self.opts.verbose_name_plural),
            **context,
        }


class KeptAdmin(NamedListMixin, admin.ModelAdmin):
    """What the site notes by itself: read, forgotten, never written by hand."""

    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Merge)
class MergeAdmin(KeptAdmin):
    list_display = ["name", "kind", "merged_at", "state"]
    fields = [
        "kind",
        "survivor_name",
        "loser_name",
        "merged_at",
        "merged_by",
        "undone_at",
        "undone_by",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("journal")

    @admin.display(description="fusion")
    def name(self, done):
        return str(done)

    @admin.display(description="type")
    def kind(self, done):
        return done.kind

    @admin.display(description="suite")
    def state(self, done):
        if done.undone_at:
            return "annulée"
        url = reverse("admin:merging_merge_undo", args=[done.pk])
        return format_html('<a href="{}">Annuler la fusion</a>', url)

    def get_urls(self):
        undo_view = self.admin_site.admin_view(self.undo_view)
        return [
            path("<int:pk>/annuler/", undo_view, name="merging_merge_undo"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def undo_view(self, request, pk):
        done = Merge.objects.filter(pk=pk, undone_at=None).first()
        if done is None:
            raise Http404("Cette fusion ne se trouve pas, ou elle est déjà annulée.")
        model_admin = self._admin_of(done)
        survivor = model_admin.get_object(request, str(done.survivor_id))
        self._check_rights(request, model_admin, done, survivor)
        obstacles = obstacles_to(done.journal)
        if request.method == "POST":
            try:
                with transaction.atomic():
                    withdrawn = undo(done, by=request.user)
                    self._check_reach(request, model_admin, done)
            except UndoError as error:
                obstacles = error.obstacles
            else:
                return self._undone(request, model_admin, done, withdrawn)
        context = {
            **self.admin_site.each_context(request),
            "title": "Annuler la fusion",
            "opts": self.opts,
            "list_url": reverse("admin:merging_merge_changelist")
            if self.has_view_permission(request)
            else "",
            "done": done,
            "survivor_url": model_admin._url("change", done.survivor_id) if survivor else "",
            "obstacles": obstacles,
        }
        status = 409 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/merging/undo.html", context, status=status)

    def _admin_of(self, done):
        try:
            return self.admin_site.get_model_admin(done.model_class)
        except (LookupError, NotRegistered) as error:
            raise Http404("Ces fiches ne se gèrent plus ici.") from error

    def _check_rights(self, request, model_admin, done, survivor):
        """Those of the records: to change what is left, and to add what comes back."""
        if survivor is None:
            records = model_admin.model._base_manager
            is_hidden = records.filter(pk=done.survivor_id).exists()
            may_change = not is_hidden and model_admin.has_change_permission(request)
        else:
            may_change = model_admin.has_change_permission(request, survivor)
        if not may_change or not model_admin.has_add_permission(request):
            raise PermissionDenied

    def _check_reach(self, request, model_admin, done):
        """Raise UndoError when one of the records parted is out of the perimeter."""
        keys = [done.survivor_id, done.loser_id]
        parted = list(model_admin.model._base_manager.filter(pk__in=keys))
        if outside := model_admin.out_of_reach(request, parted):
            raise UndoError([f"« {record} » serait hors de votre périmètre." for record in outside])

    def _undone(self, request, model_admin, done, withdrawn):
        survivor = model_admin.model._base_manager.get(pk=done.survivor_id)
        model_admin.log_change(request, survivor, f"Fusion avec « {done.loser_name} » annulée.")
        self.message_user(
            request,
            f"La fusion est annulée : « {done.loser_name} » est de nouveau une fiche.",
            messages.SUCCESS,
        )
        for name, value in withdrawn.items():
            label, said = model_admin.opts.get_field(name).verbose_name, "oui" if value else "non"
            told = f"« {label} : {said} », choisi depuis la fusion, vaut pour les deux fiches."
            self.message_user(request, told, messages.WARNING)
        return redirect(model_admin._url("change", done.loser_id))


@admin.register(Redirection)
class RedirectionAdmin(KeptAdmin):
    list_display = ["slug", "kind"]
    search_fields = ["slug"]

    @admin.display(description="type")
    def kind(self, redirection):
        return redirection.kind


@admin.register(Distinction)
class DistinctionAdmin(KeptAdmin):
    list_display = ["names", "kind", "said_at", "said_by"]
    list_select_related = ["said_by"]

    @admin.display(description="type")
    def kind(self, distinction):
        return distinction.kind
