"""The rows that stand on the sheet of an event."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html

from coopemploi.admin import (
    CountedFigureInline,
    FigureInline,
    OrderedFormSet,
    StackedInline,
    TabularInline,
)
from events.models import (
    Appearance,
    Attendance,
    EvaluationResult,
    EventActor,
    EventFigure,
    Objective,
    Session,
)


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
