from django.contrib import admin

from coopemploi.admin import (
    CLASSIFICATION,
    ORIGIN,
    PUBLICATION,
    USED_SCHEMES,
    ModelAdmin,
    PublishableAdmin,
    StackedInline,
    TabularInline,
)
from events.models import Action, ActionNote, ActionParty, FollowUpBody


class ActionPartyInline(StackedInline):
    model = ActionParty
    fields = [("role", "actor"), ("label", "count"), "commitment", ("note", "order")]


class ActionNoteInline(TabularInline):
    model = ActionNote
    fields = ["date", "text", "progress"]


@admin.register(Action)
class ActionAdmin(PublishableAdmin):
    list_display = ["title", "event", "deadline", "progress", "status"]
    list_filter = ["status", "progress", USED_SCHEMES]
    list_select_related = ["event"]
    follow_up = {**PublishableAdmin.follow_up, "en-retard": ("en retard", "overdue")}
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


@admin.register(FollowUpBody)
class FollowUpBodyAdmin(ModelAdmin):
    list_display = ["name", "territory", "actor"]
    list_select_related = ["territory", "actor"]
    search_fields = ["name", "aliases"]
    fields = ["name", "aliases", "territory", "actor", "description", "source", "slug"]
