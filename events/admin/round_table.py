import re

from django.contrib import admin
from django.urls import reverse

from coopemploi.admin import ModelAdmin, StackedInline, TabularInline
from events.models import Event, RoundTableEntry, RoundTableItem, RoundTablePerson

from .of_an_event import OfAnEventMixin


class RoundTablePersonInline(TabularInline):
    model = RoundTablePerson
    fields = ["person", "title", "order"]


class RoundTableItemInline(StackedInline):
    model = RoundTableItem
    fields = [
        ("column", "order"),
        "text",
        ("horizon", "outcome"),
        "initiative",
        ("need", "offer"),
    ]


@admin.register(RoundTableEntry)
class RoundTableEntryAdmin(OfAnEventMixin, ModelAdmin):
    list_display = ["entry", "event", "people_shown", "actor", "territory", "order"]
    list_display_links = ["entry"]
    list_select_related = ["event", "actor", "territory"]
    list_prefetch_related = ["people"]
    search_fields = [
        "label",
        "event__title",
        "actor__name",
        "territory__name",
        "people__first_name",
        "people__last_name",
    ]
    search_help_text = "Une rencontre, une personne, un acteur ou un territoire."
    ordering = ["-event", "order", "pk"]
    order_within = "event"
    fields = ["event", "label", "actor", "territory", "note", "order"]
    inlines = [RoundTablePersonInline, RoundTableItemInline]

    @admin.display(description="contribution", ordering="label")
    def entry(self, entry):
        return str(entry)

    @admin.display(description="personnes")
    def people_shown(self, entry):
        return ", ".join(str(person) for person in entry.people.all())

    def changelist_view(self, request, extra_context=None):
        """That of one event leads to what fills it."""
        named = request.GET.get("event__exact", "")
        event = (
            Event.objects.filter(pk=named).first() if re.fullmatch("[0-9]{1,18}", named) else None
        )
        events = self.admin_site.get_model_admin(Event)
        tools = []
        if (
            event
            and self.has_add_permission(request)
            and events.has_change_permission(request, event)
        ):
            tools = events.round_table_links(event)
        return super().changelist_view(request, {"list_tools": tools, **(extra_context or {})})

    def object_links(self, request, obj):
        return [("La rencontre", reverse("admin:events_event_change", args=[obj.event_id]))]
