from django.contrib import admin

from ..admin import ModelAdmin
from ..merging.admin import MergeableMixin
from .models import Audience, GlossaryTerm, Obstacle, Scheme, Sector, Theme


@admin.register(Scheme)
class SchemeAdmin(MergeableMixin, ModelAdmin):
    list_display = ["name", "acronym"]
    search_fields = ["acronym", "name"]
    fields = ["name", "acronym", "description", "slug"]


@admin.register(Sector)
class SectorAdmin(MergeableMixin, ModelAdmin):
    list_display = ["name"]
    search_fields = ["name"]
    fields = ["name", "description", "slug"]


@admin.register(Theme, Audience, Obstacle)
class InclusionTermAdmin(MergeableMixin, ModelAdmin):
    list_display = ["name", "inclusion_code"]
    search_fields = ["name"]
    fields = ["name", "description", "inclusion_code", "slug"]


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(MergeableMixin, ModelAdmin):
    list_display = ["term", "first_expansion", "scheme"]
    list_select_related = ["scheme"]
    search_fields = ["term", "expansions", "aliases"]
    fields = ["term", "expansions", "definition", "aliases", "scheme", "slug"]

    @admin.display(description="développé")
    def first_expansion(self, term):
        return term.expansions[0] if term.expansions else ""
