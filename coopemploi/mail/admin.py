from django.contrib import admin

from ..admin import ModelAdmin
from .models import Refusal


@admin.register(Refusal)
class RefusalAdmin(ModelAdmin):
    list_display = ["address", "topic", "since"]
    list_filter = ["topic"]
    search_fields = ["address"]
