from django.contrib import admin
from django.urls import reverse

from coopemploi.admin import CLASSIFICATION, ORIGIN, PUBLICATION, USED_SCHEMES, PublishableAdmin
from coopemploi.imports.admin import ImportableMixin
from events.models import Event
from events.round_tables.admin import RoundTableMixin

from .event_rows import (
    AppearanceInline,
    AttendanceInline,
    EvaluationResultInline,
    EventActorInline,
    EventFigureInline,
    ObjectiveInline,
    SessionInline,
)
from .inviting import InvitingMixin
from .of_an_event import recap_from_event
from .pasting import PastedRecapMixin
from .registered import RegisteredMixin
from .telling import TellingMixin
from .unpublished import UnpublishedActorsMixin


@admin.register(Event)
class EventAdmin(
    TellingMixin,
    UnpublishedActorsMixin,
    InvitingMixin,
    RegisteredMixin,
    RoundTableMixin,
    PastedRecapMixin,
    ImportableMixin,
    PublishableAdmin,
):
    list_display = ["title", "date", "status", "kind", "town"]
    list_filter = ["status", "kind", "format", "state", USED_SCHEMES]
    list_select_related = ["town"]
    follow_up = {
        **PublishableAdmin.follow_up,
        "a-venir": ("à venir", "to_come"),
        "sans-compte-rendu": ("compte rendu à écrire", "without_recap"),
        "chiffres-a-verifier": ("chiffres à vérifier", "with_doubtful_figures"),
    }
    search_fields = ["title", "topic", "town__name"]
    search_help_text = "Un titre, un thème ou une commune."
    fieldsets = [
        PUBLICATION,
        ("Quoi", {"fields": ["kind", "title", "topic", "summary", "body"]}),
        (
            "Quand et où",
            {
                "fields": [
                    ("start", "start_time"),
                    ("end", "end_time"),
                    ("state", "format"),
                    ("venue", "town"),
                    "territories",
                ]
            },
        ),
        (
            "Inscriptions",
            {
                "fields": [
                    ("needs_registration", "capacity"),
                    ("registration_opens_at", "registration_closes_at"),
                    "online_url",
                ],
            },
        ),
        (
            "Dans quel cadre",
            {
                "fields": [
                    "network",
                    "campaign",
                    ("series", "series_rank"),
                    ("parent", "next_event"),
                    "initiatives",
                ]
            },
        ),
        CLASSIFICATION,
        ORIGIN,
    ]
    inlines = [
        EventActorInline,
        ObjectiveInline,
        SessionInline,
        AppearanceInline,
        AttendanceInline,
        EventFigureInline,
        EvaluationResultInline,
    ]

    def choice_label(self, obj):
        """With its date: those of a series often have one title."""
        return f"{obj} ({obj.start.label})" if obj.start else str(obj)

    @admin.display(description="date", ordering="start_latest")
    def date(self, event):
        return event.start

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "state":
            kwargs["choices"] = Event.State.choices
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def _seen(self, request, model):
        """The records of another model that the user may see, None when they may see none."""
        model_admin = self.admin_site.get_model_admin(model)
        if not model_admin.has_view_permission(request):
            return None
        return model_admin.get_queryset(request)

    def preview_url(self, obj):
        return reverse("event_preview", args=[obj.slug])

    def object_links(self, request, obj):
        if not self.has_change_permission(request, obj):
            return self._links_to_read(obj)
        return [
            *self.invitation_links(obj),
            *self._registration_links(obj),
            *self._recap_links(obj),
            *self.pasting_links(request, obj),
            *self.round_table_links(obj),
            *self._action_links(obj),
            *self._evaluation_links(obj),
        ]

    def _links_to_read(self, event):
        """For who may not change the event: what is not theirs to write leads nowhere."""
        recap = getattr(event, "recap", None)
        return [
            *self.invitation_links(event),
            *([("Compte rendu", recap_from_event(recap))] if recap else []),
            self._entries_link(event),
            *self._action_links(event),
            *(self._evaluation_links(event) if hasattr(event, "evaluation") else []),
        ]

    def _registration_links(self, event):
        if not event.needs_registration:
            return [("Présences", reverse("admin:events_event_presences", args=[event.pk]))]
        return [("Inscriptions", reverse("admin:events_event_registered", args=[event.pk]))]

    def _action_links(self, event):
        actions = reverse("admin:events_action_changelist")
        return [("Actions retenues", f"{actions}?event__exact={event.pk}")]

    def _evaluation_links(self, event):
        return [("Évaluation", reverse("admin:events_evaluation_of_event", args=[event.pk]))]

    def _recap_links(self, obj):
        proposed = reverse("admin:events_event_proposed_presences", args=[obj.pk])
        links = [self._entries_link(obj), ("Présences proposées", proposed)]
        recap = getattr(obj, "recap", None)
        if recap is not None:
            return [("Modifier le compte rendu", recap_from_event(recap)), *links]
        url = reverse("admin:events_recap_add")
        return [("Rédiger le compte rendu", f"{url}?event={obj.pk}&retour=rencontre"), *links]

    def _entries_link(self, event):
        table = reverse("admin:events_roundtableentry_changelist")
        return "Tour de table", f"{table}?event__exact={event.pk}"
