import re

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.urls import reverse

from coopemploi.admin import ModelAdmin
from coopemploi.permissions import editing_rule
from events import registrations
from events.forms import actor_named
from events.models import Event, Registration
from events.models.registration import TOLD
from territories.forms import territory_named

from .of_an_event import BackToEventMixin

KEY = re.compile("[0-9]{1,18}")


@admin.register(Registration)
class RegistrationAdmin(BackToEventMixin, ModelAdmin):
    """Whoever prepares an event reads who comes to it: nobody else does."""

    come_from = {
        "rencontre": "admin:events_event_registered",
        "presences": "admin:events_event_presences",
    }

    list_display = ["name", "organisation_shown", "place_shown", "status", "presence", "event"]
    list_filter = ["status", "presence"]
    list_select_related = ["event", "actor", "territory"]
    search_fields = ["name", "organisation", "email", "event__title"]
    fieldsets = [
        (
            None,
            {
                "fields": ["event", "name", "email", "status", "presence"],
                "description": (
                    "À son adresse, un courriel dit à la personne si elle a une place, et comment "
                    "changer ou annuler. Sans adresse, ou d'une rencontre annulée, reportée ou "
                    "passée, dites-le-lui vous-même."
                ),
            },
        ),
        (
            "D'où vient cette personne",
            {
                "fields": [("organisation", "actor"), ("place", "territory")],
                "description": (
                    "À gauche, ce que la personne a écrit ; à droite, la fiche qui lui "
                    "correspond, à choisir si elle n'a pas été reconnue."
                ),
            },
        ),
        ("Pour l'accueillir", {"fields": ["access_needs"]}),
    ]

    def get_queryset(self, request):
        prepared = editing_rule().editable(Event.objects.order_by(), request.user)
        return super().get_queryset(request).filter(event__in=prepared.values("pk"))

    def has_view_permission(self, request, obj=None):
        """Seeing events is not enough."""
        return self.has_change_permission(request, obj)

    def _changeform_view(self, request, object_id, form_url, extra_context):
        """Locks the events that it may write in before the registration itself."""
        if request.method == "POST":
            keys = (unquote(object_id or ""), request.POST.get("event", ""))
            registration, event = (int(key) if KEY.fullmatch(key) else None for key in keys)
            found = Registration.objects.filter(pk=registration).values_list("event", flat=True)
            registrations.lock_events({*found, event} - {None})
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def get_changeform_initial_data(self, request):
        """Of a full meeting, a place in the waiting list: a seat too many is given on purpose."""
        initial = super().get_changeform_initial_data(request)
        if KEY.fullmatch(str(initial.get("event", ""))):
            event = Event.objects.filter(pk=initial["event"]).first()
            is_full = event is not None and registrations.free_seats(event) == 0
            if is_full and not event.has_ended():  # then one notes who came
                initial = {"status": Registration.Status.WAITING, **initial}
        return initial

    def save_model(self, request, obj, form, change):
        """A seat given back by the team goes to who waits, as one given back by its owner."""
        found = Registration.objects.filter(pk=obj.pk).select_related("event").first()
        if found is None or found.event != obj.event:
            obj.rank = obj.event.registrations.next_rank()
            obj.know_event()
        if found is None:
            obj.actor = obj.actor or actor_named(obj.organisation)
            obj.territory = obj.territory or territory_named(obj.place)
        super().save_model(request, obj, form, change)
        for event in {found.event if found else obj.event, obj.event}:
            registrations.refill(event, untold=obj)
        asked = obj.status
        obj.refresh_from_db(fields=["status", *TOLD])
        is_given = found is None or found.event != obj.event or found.status != obj.status
        has_seat = obj.status == Registration.Status.CONFIRMED
        obj.said = []  # once it is sure to be kept: see `response_add`
        if obj.status != asked:
            obj.said.append((messages.INFO, f"Il restait une place : elle est donnée à {obj}."))
        if address := registrations.tell_decided_by_team(obj, was=found):
            obj.said.append((messages.INFO, f"Un courriel est parti à {address}."))
        if has_seat and is_given and registrations.is_overbooked(obj.event):
            too_many = "Il y a maintenant plus d'inscrits que de places à cette rencontre."
            obj.said.append((messages.WARNING, too_many))

    def response_add(self, request, obj, *args, **kwargs):
        self._say(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request, obj):
        self._say(request, obj)
        return super().response_change(request, obj)

    def _say(self, request, registration):
        for level, text in registration.said:
            messages.add_message(request, level, text)

    def object_links(self, request, obj):
        registered = reverse("admin:events_event_registered", args=[obj.event_id])
        return [("Toutes les inscriptions de la rencontre", registered)]

    def brought_back(self, request, record):
        super().brought_back(request, record)
        registrations.refill(record.event)

    def delete_model(self, request, obj):
        registrations.lock_events([obj.event_id])
        super().delete_model(request, obj)
        registrations.refill(obj.event)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        events = list(Event.objects.filter(registrations__in=queryset).distinct())
        registrations.lock_events([event.pk for event in events])
        super().delete_queryset(request, queryset)
        for event in events:
            registrations.refill(event)

    @admin.display(description="structure", ordering="organisation")
    def organisation_shown(self, registration):
        return registration.organisation_name

    @admin.display(description="territoire", ordering="place")
    def place_shown(self, registration):
        return registration.place_name
