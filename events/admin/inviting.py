"""Whom to invite to an event, in the admin."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from coopemploi.formats.tables import csv_response
from events.invitations import Invitations, InviteeTable
from events.sharing import message_address
from initiatives.models import Need
from territories.models import Actor, Person


class InvitingMixin:
    """Adds to the admin of events the page that says whom to invite."""

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
        url = request.build_absolute_uri(event.get_absolute_url())
        about = {"event": event, "door": event.door(), "url": url}
        invitation = render_to_string("admin/events/event/invitation.txt", about).strip()
        context = {
            **self.admin_site.each_context(request),
            "title": "Qui inviter ?",
            "subtitle": str(event),
            "opts": self.opts,
            "event": event,
            "invitees": invitees,
            "invitation": invitation,
            "message_address": message_address(event.title, invitation),
        }
        return TemplateResponse(request, "admin/events/event/invitees.html", context)

    def invitation_links(self, event):
        if event.is_over():
            return []
        return [("Qui inviter ?", reverse("admin:events_event_invitees", args=[event.pk]))]
