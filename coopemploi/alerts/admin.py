from django.contrib import admin

from ..admin import ModelAdmin
from .models import Alert


@admin.register(Alert)
class AlertAdmin(ModelAdmin):
    list_display = ["title", "address", "frequency", "confirmed_at", "checked_at"]
    list_filter = ["frequency"]
    search_fields = ["title", "address"]
    readonly_fields = ["path", "query", "confirmed_at", "checked_at"]

    def has_add_permission(self, request):
        """An alert is asked for, then confirmed, by whoever receives it."""
        return False
