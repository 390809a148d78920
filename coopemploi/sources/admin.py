from django.contrib import admin

from ..admin import ModelAdmin
from .models import Source


@admin.register(Source)
class SourceAdmin(ModelAdmin):
    list_display = ["title", "publisher", "publication", "is_fictional"]
    list_filter = ["is_fictional"]
    search_fields = ["title", "publisher"]
    fieldsets = [
        (None, {"fields": ["title", "publisher", "url", "published_on", "note", "is_fictional"]}),
        ("Texte d'origine", {"classes": ["collapse"], "fields": ["raw_text", "slug"]}),
    ]

    @admin.display(description="date de publication", ordering="published_on_latest")
    def publication(self, source):
        return source.published_on
