from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from coopemploi.admin import (
    CLASSIFICATION,
    ORIGIN,
    PUBLICATION,
    USED_SCHEMES,
    ConfidentialAdmin,
    ModelAdmin,
    PublishableAdmin,
    StackedInline,
    TabularInline,
)
from coopemploi.dates import PartialDate
from coopemploi.merging.admin import MergeableMixin
from events.models import Action, ActionNote, ActionParty, FollowUpBody, FollowUpMail
from events.services import make_initiative
from initiatives.models import Initiative

from .of_an_event import OfAnEventMixin


class ActionPartyInline(StackedInline):
    model = ActionParty
    fields = [("role", "actor"), ("label", "count"), "commitment", "contact", ("note", "order")]


class ActionNoteInline(TabularInline):
    model = ActionNote
    fields = ["date", "text", "progress", "said_by_carrier"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "date":  # heard today, most often; without a date it would come last
            kwargs["initial"] = lambda: PartialDate.day(timezone.localdate())
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Action)
class ActionAdmin(OfAnEventMixin, MergeableMixin, PublishableAdmin):
    list_display = ["title", "event", "deadline", "progress", "status"]
    list_editable = ["progress"]
    list_filter = ["status", "progress", USED_SCHEMES]
    list_select_related = ["event"]
    follow_up = {
        **PublishableAdmin.follow_up,
        "en-retard": ("en retard", "overdue"),
        "sans-suivi": ("sans personne à interroger", "without_anybody_to_ask"),
    }
    search_fields = ["title"]
    fieldsets = [
        PUBLICATION,
        (None, {"fields": ["title", "reason", "scope", ("event", "session"), "territories"]}),
        ("Suivi", {"fields": ["due", "progress", "follow_up_body", "initiative", "merged_into"]}),
        CLASSIFICATION,
        ORIGIN,
    ]
    inlines = [ActionPartyInline, ActionNoteInline]

    @admin.display(description="échéance", ordering="due_latest")
    def deadline(self, action):
        return action.due

    def save_related(self, request, form, formsets, change):
        """The action is where the latest news says, unless its own field was set with it."""
        super().save_related(request, form, formsets, change)
        action = form.instance
        noted = {
            row.pk for each in formsets if each.model is ActionNote for row in each.new_objects
        }
        latest = action.notes.exclude(progress="").first()
        if latest is None or latest.pk not in noted or "progress" in form.changed_data:
            return
        if action.move(latest.progress):
            told = f"L'action est « {action.get_progress_display()} », comme le dit sa nouvelle."
            self.message_user(request, told, messages.INFO)

    def get_urls(self):
        view = self.admin_site.admin_view(self.initiative_view)
        return [
            path("<path:object_id>/initiative/", view, name="events_action_initiative"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def initiative_view(self, request, object_id):
        """Make an initiative of an action: asked on a page, done by its button."""
        action = self.get_object(request, object_id)
        if action is None:
            raise Http404("Cette action n'existe pas.")
        initiatives = self.admin_site.get_model_admin(Initiative)
        if not (
            self.has_change_permission(request, action) and initiatives.has_add_permission(request)
        ):
            raise PermissionDenied
        if request.method == "POST":
            initiative = make_initiative(action, by=request.user)
            self.log_change(request, action, f"Devenue l'initiative « {initiative} ».")
            initiatives.log_addition(request, initiative, f"Née de l'action « {action} ».")
            told = "L'initiative est en brouillon, avec ce que disait l'action : relisez-la."
            self.message_user(request, told, messages.SUCCESS)
            return redirect("admin:initiatives_initiative_change", initiative.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "En faire une initiative ?",
            "opts": self.opts,
            "action": action,
        }
        return TemplateResponse(request, "admin/events/action/initiative.html", context)

    def object_links(self, request, obj):
        if obj.initiative_id:
            page = reverse("admin:initiatives_initiative_change", args=[obj.initiative_id])
            return [("L'initiative qu'elle est devenue", page)]
        if not self.has_change_permission(request, obj):
            return []
        return [
            ("En faire une initiative", reverse("admin:events_action_initiative", args=[obj.pk]))
        ]


@admin.register(FollowUpBody)
class FollowUpBodyAdmin(ModelAdmin):
    list_display = ["name", "territory", "actor"]
    list_select_related = ["territory", "actor"]
    search_fields = ["name", "aliases"]
    fields = ["name", "aliases", "territory", "actor", "description", "source", "slug"]


@admin.register(FollowUpMail)
class FollowUpMailAdmin(ConfidentialAdmin):
    """Who was asked, and when: written by the mails themselves."""

    list_display = ["person", "sent_on"]
    list_select_related = ["person"]
    search_fields = ["person__last_name", "person__first_name"]
    readonly_fields = ["person", "sent_on"]
