from django.contrib import admin
from django.urls import reverse

from coopemploi.admin import CLASSIFICATION, ModelAdmin
from events.models import Session

from .of_an_event import OfAnEventMixin


@admin.register(Session)
class SessionAdmin(OfAnEventMixin, ModelAdmin):
    list_display = ["title", "kind", "event"]
    list_filter = ["kind"]
    list_select_related = ["event"]
    search_fields = ["title", "event__title"]
    choice_related = ("event",)
    order_within = "event"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "event",
                    ("kind", "order"),
                    "title",
                    "question",
                    ("start_time", "end_time"),
                    "outcome",
                ]
            },
        ),
        CLASSIFICATION,
    ]

    def choice_label(self, obj):
        return f"{obj.title} ({obj.event})"

    def object_links(self, request, obj):
        return [("La rencontre", reverse("admin:events_event_change", args=[obj.event_id]))]
