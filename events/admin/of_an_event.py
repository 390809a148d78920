"""What is written on the page of an event, from a form of its own."""

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from coopemploi.admin import ModelForm
from events.permissions import can_add_to_event


class OfAnEventForm(ModelForm):
    """Joins a record to no event, nor to any of its sessions, that one may not write on.

    A record that is there already stays: whoever holds it by its own places still mends it.
    """

    user = None  # who writes, given by the admin

    def clean_event(self):
        event = self.cleaned_data["event"]
        self._check(event)
        return event

    def clean_session(self):
        session = self.cleaned_data["session"]
        self._check(session and session.event)
        return session

    def _check(self, event):
        session = getattr(self.instance, "session", None)
        already = {self.instance.event_id, session and session.event_id}
        if event and event.pk not in already and not can_add_to_event(self.user, event):
            raise ValidationError(
                f"« {event} » est hors de votre périmètre : demandez à qui l'anime de l'y ajouter.",
                code="out_of_reach",
            )


class BackToEventMixin:
    """What is saved leads back to the page of the event that one comes from, as its link says."""

    come_from = {"rencontre": "admin:events_event_change"}  # `?retour=` → page

    def response_post_save_add(self, request, obj):
        return self._back_to_event(request, obj) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request, obj):
        return self._back_to_event(request, obj) or super().response_post_save_change(request, obj)

    def _back_to_event(self, request, obj):
        page = self.come_from.get(request.GET.get("retour"))
        return redirect(page, obj.event_id) if page and obj.event_id else None


def recap_from_event(recap):
    """Where to change the recap of an event, to come back to that event."""
    return f"{reverse('admin:events_recap_change', args=[recap.pk])}?retour=rencontre"


class OfAnEventMixin(BackToEventMixin):
    form = OfAnEventForm

    def get_changeform_initial_data(self, request):
        """Of the event whose list one comes from, when the address names none."""
        initial = super().get_changeform_initial_data(request)
        came_from = QueryDict(request.GET.get("_changelist_filters", "").encode())
        if event := came_from.get("event__exact"):
            initial = {"event": event, **initial}
        return initial

    def get_form(self, request, *args, **kwargs):
        form = super().get_form(request, *args, **kwargs)
        form.user = request.user
        return form
