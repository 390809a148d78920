from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from coopemploi.admin import (
    CLASSIFICATION,
    ORIGIN,
    PUBLICATION,
    USED_SCHEMES,
    CountedFigureInline,
    FigureInline,
    ModelAdmin,
    OrderedFormSet,
    PublishableAdmin,
    StackedInline,
    TabularInline,
)
from coopemploi.formats.tables import csv_response
from coopemploi.imports.admin import ImportableMixin
from events import registrations, reminders
from events.invitations import Invitations, InviteeTable
from events.models import (
    Appearance,
    Attendance,
    Campaign,
    CampaignFigure,
    EvaluationResult,
    Event,
    EventActor,
    EventFigure,
    Objective,
    Registration,
    Series,
    Session,
)
from events.round_tables.admin import RoundTableMixin
from initiatives.models import Need
from territories.models import Actor, Person

from .of_an_event import OfAnEventMixin, recap_from_event
from .pasting import PastedRecapMixin
from .registered import RegisteredMixin


class EventActorInline(StackedInline):
    model = EventActor
    fields = [("role", "actor"), ("label", "count"), ("note", "order")]


class ObjectiveInline(TabularInline):
    model = Objective
    fields = ["kind", "text", "parent", "order"]
    outlived_by = ["children"]
    parent_choices = {"parent": "event"}


class SessionInline(StackedInline):
    """Only what makes the programme: the classification is on the session's own page."""

    model = Session
    fields = [
        ("kind", "order"),
        "title",
        "question",
        ("start_time", "end_time"),
        "outcome",
        "classification",
    ]
    readonly_fields = ["classification"]

    @admin.display(description="classement")
    def classification(self, session):
        """What the sheet of a session says more than its row; it leads back here."""
        if session.pk is None:
            return "Une fois la séquence enregistrée."
        sheet = reverse("admin:events_session_change", args=[session.pk])
        return format_html('<a href="{}?retour=rencontre">{}</a>', sheet, "Ouvrir sa fiche")


class AppearanceInline(StackedInline):
    model = Appearance
    fields = [("person", "role"), ("title", "actors"), ("session", "order"), "topic"]
    parent_choices = {"session": "event"}


class AttendanceFormSet(OrderedFormSet):
    def clean(self):
        """Refuse the same presence twice among the rows sent together."""
        super().clean()
        seen = set()
        for form in self.forms:
            if not form.is_valid() or self._should_delete_form(form):
                continue
            for name in ("person", "actor", "territory"):
                if chosen := form.cleaned_data.get(name):
                    if (name, chosen) in seen:
                        form.add_error(
                            name,
                            ValidationError("Cette présence est déjà notée.", code="twice"),
                        )
                    seen.add((name, chosen))
                    break


class AttendanceInline(TabularInline):
    model = Attendance
    formset = AttendanceFormSet
    fields = ["territory", "actor", "person", "status", "stage", "wording", "order"]


class EventFigureInline(CountedFigureInline):
    model = EventFigure


class EvaluationResultInline(FigureInline):
    model = EvaluationResult
    fields = [*FigureInline.fields[:-1], ("base", "base_label", "is_declared"), ("source", "order")]


@admin.register(Event)
class EventAdmin(
    RegisteredMixin, RoundTableMixin, PastedRecapMixin, ImportableMixin, PublishableAdmin
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

    def get_urls(self):
        view = self.admin_site.admin_view(self.invitees_view)
        return [
            path("<path:object_id>/inviter/", view, name="events_event_invitees"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def invitees_view(self, request, object_id):
        """Whom to invite: a page, or a table to download."""
        event = self.get_object(request, object_id)
        if event is None:
            raise Http404("Cette rencontre n'existe pas.")
        if not self.has_view_permission(request, event):
            raise PermissionDenied
        actors, people, needs = (self._seen(request, each) for each in (Actor, Person, Need))
        invitees = Invitations(event, actors=actors, people=people, needs=needs).suggest()
        if request.GET.get("format") == "csv":
            return csv_response(InviteeTable(event, invitees))
        context = {
            **self.admin_site.each_context(request),
            "title": "Qui inviter ?",
            "subtitle": str(event),
            "opts": self.opts,
            "event": event,
            "invitees": invitees,
        }
        return TemplateResponse(request, "admin/events/event/invitees.html", context)

    def _seen(self, request, model):
        """The records of another model that the user may see, None when they may see none."""
        model_admin = self.admin_site.get_model_admin(model)
        if not model_admin.has_view_permission(request):
            return None
        return model_admin.get_queryset(request)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change:
            self._give_seats(request, form.instance)
            self._announce_news(request, form.instance)

    def brought_back(self, request, record):
        super().brought_back(request, record)
        self._give_seats(request, record)

    def _announce_news(self, request, event):
        """So that nobody writes it to them too, and that a slip is set right in time."""
        if count := reminders.awaiting_news(event):
            who = (
                f"{count} personnes inscrites l'apprendront"
                if count > 1
                else "1 personne inscrite l'apprendra"
            )
            messages.info(request, f"{who} par courriel, d'ici une demi-heure.")

    def _give_seats(self, request, event):
        if filled := registrations.refill(event):
            s = "s" if filled > 1 else ""
            said = f"{filled} personne{s} de la liste d'attente inscrite{s}, et prévenue{s}."
            messages.success(request, said)

    def delete_model(self, request, obj):
        self._call_off(request, [obj])
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        self._call_off(request, queryset.order_by("pk"))
        super().delete_queryset(request, queryset)

    def _call_off(self, request, events):
        counts = list(filter(None, (reminders.call_off(event) for event in events)))
        if told := sum(counts):
            s = "s" if told > 1 else ""
            what = "les rencontres n'auront" if len(counts) > 1 else "la rencontre n'aura"
            messages.success(request, f"{told} personne{s} prévenue{s} que {what} pas lieu.")

    def get_deleted_objects(self, objs, request):
        """Also called by the pages that ask: they say who awaits what would be deleted."""
        if request.POST.get("post") is None:
            self._warn_of_registered(request, objs)
        return super().get_deleted_objects(objs, request)

    def _warn_of_registered(self, request, events):
        to_come = [
            event
            for event in events
            if not event.has_ended() and self.has_delete_permission(request, event)
        ]
        # Who was told that it is cancelled comes no more.
        untold = Registration.objects.active().exclude(told_state=Event.State.CANCELLED)
        counted = untold.filter(event__in=to_come).values_list("event").annotate(Count("pk"))
        counts = dict(counted.order_by())
        for event in to_come:
            if count := counts.get(event.pk):
                who = (
                    f"{count} personnes sont inscrites" if count > 1 else "1 personne est inscrite"
                )
                told = "Personne n'en sera prévenu : elle n'a jamais été publiée"
                if event.was_shown:
                    told = "Un courriel dira qu'elle n'aura pas lieu à qui a donné une adresse"
                said = (
                    f"{who} à « {event} ». {told}. La corbeille ne rend pas les inscriptions : "
                    "pour garder sa page, donnez-lui plutôt la tenue « annulée », un courriel le "
                    "dira aussi."
                )
                messages.warning(request, said)

    def preview_url(self, obj):
        return reverse("event_preview", args=[obj.slug])

    def object_links(self, request, obj):
        if not self.has_change_permission(request, obj):
            return self._links_to_read(obj)
        return [
            *self._invitation_links(obj),
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
            *self._invitation_links(event),
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

    def _invitation_links(self, event):
        if event.is_over():
            return []
        return [("Qui inviter ?", reverse("admin:events_event_invitees", args=[event.pk]))]

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


class CampaignFigureInline(CountedFigureInline):
    model = CampaignFigure


@admin.register(Campaign)
class CampaignAdmin(PublishableAdmin):
    list_display = ["title", "date", "status"]
    list_filter = ["status", USED_SCHEMES]
    follow_up = {
        **PublishableAdmin.follow_up,
        "chiffres-a-verifier": ("chiffres à vérifier", "with_doubtful_figures"),
    }
    search_fields = ["title"]
    fieldsets = [
        PUBLICATION,
        (None, {"fields": ["title", "summary", "body", ("start", "end"), "territories"]}),
        CLASSIFICATION,
        ORIGIN,
    ]
    inlines = [CampaignFigureInline]

    @admin.display(description="début", ordering="start_latest")
    def date(self, campaign):
        return campaign.start


@admin.register(Series)
class SeriesAdmin(ModelAdmin):
    list_display = ["name"]
    search_fields = ["name"]
    fields = ["name", "description", "slug"]
