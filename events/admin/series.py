from django.contrib import admin

from coopemploi.admin import ModelAdmin
from events.models import Series


@admin.register(Series)
class SeriesAdmin(ModelAdmin):
    list_display = ["name"]
    search_fields = ["name"]
    fields = ["name", "description", "slug"]
