from django.contrib import admin

from coopemploi.admin import (
    ORIGIN,
    PUBLICATION,
    USED_SCHEMES,
    FigureInline,
    PublishableAdmin,
    TabularInline,
)
from coopemploi.imports.admin import ImportableMixin
from coopemploi.merging.admin import MergeableMixin
from territories.models import Actor, ActorFigure, ActorTerritory, StageChange


class ActorTerritoryInline(TabularInline):
    model = ActorTerritory
    fields = ["territory", "partial", "note"]


class StageChangeInline(TabularInline):
    model = StageChange
    fields = ["stage", "since", "source"]
    verbose_name_plural = "étapes d'un projet (TZCLD…)"


class ActorFigureInline(FigureInline):
    model = ActorFigure


@admin.register(Actor)
class ActorAdmin(ImportableMixin, MergeableMixin, PublishableAdmin):
    list_display = ["name", "kind", "present_stage", "status"]
    list_filter = ["status", "kind", USED_SCHEMES]
    follow_up = {
        **PublishableAdmin.follow_up,
        "liens-morts": ("liens morts", "with_dead_links"),
    }
    search_fields = ["name", "siren"]
    search_help_text = "Un nom, un sigle ou un SIREN."
    fieldsets = [
        PUBLICATION,
        ("Qui", {"fields": ["kind", "name", "aliases", "description", "website", "siren"]}),
        ("Liens", {"fields": ["parents", "governs", "schemes"]}),
        ORIGIN,
    ]
    inlines = [ActorTerritoryInline, StageChangeInline, ActorFigureInline]

    def get_queryset(self, request):
        return super().get_queryset(request).with_stage()

    @admin.display(description="étape", ordering="stage")
    def present_stage(self, actor):
        return dict(StageChange.Stage.choices).get(actor.stage, "")
