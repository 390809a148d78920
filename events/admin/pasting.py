"""From a pasted text to the recap of an event, in the admin."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from events.models import Action, Event, Recap, RoundTableEntry
from events.pasting.known_names import KnownNames, regions_around
from events.pasting.noted import Noted
from events.pasting.pasted_text import PastedTextForm
from events.pasting.proposals import FORMS, Proposals
from events.pasting.proposing import propose
from events.pasting.writing import is_written, write_recap
from events.reading.referential import territory_resolver
from events.registrations import locked
from territories.models import Actor, Person

from .of_an_event import recap_from_event


class PastedRecapMixin:
    """Adds to the admin of events the page that starts from a text written elsewhere."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.pasted_recap_view)
        return [
            path("<path:object_id>/texte/", view, name="events_event_pasted_recap"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def pasted_recap_view(self, request, object_id):
        """Paste, then see every proposal, then write what is kept: nothing in between."""
        event = self.get_object(request, object_id)
        if event is None:
            raise Http404("Cette rencontre n'existe pas.")
        if not self.may_paste_recap(request, event):
            raise PermissionDenied
        title = f"Texte collé : {event}"[:250]
        if request.method != "POST":
            return self._pasting_page(request, event, PastedTextForm(initial={"title": title}))
        form = self._pasted_text(request)
        if not form.is_valid():
            return self._pasting_page(request, event, form, status=400)
        names = self._known_names(request, regions_around(event, form.reading))
        kinds = self._pasted_kinds(request)
        if "resume" in request.POST and "meeting-TOTAL_FORMS" in request.POST:
            # A draft that the browser kept: as it was being mended, and nothing is judged yet.
            proposals = Proposals(kinds, names, Noted(event), data=request.POST)
            return self._mending_page(request, event, form, proposals, names)
        if "save" not in request.POST:
            form.draw_again()
            noted = Noted(event)
            proposed = propose(form.reading, event, names, noted)
            proposals = Proposals(kinds, names, noted, initial=proposed)
            return self._pasting_page(request, event, form, proposals)
        return self._save_pasted(request, event, form, kinds, names)

    @transaction.atomic
    def _save_pasted(self, request, event, form, kinds, names):
        """Judge and write at once, for nobody to note anything between the two."""
        try:
            event, source = locked(event), form.cleaned_data
        except Event.DoesNotExist:  # deleted while the page was on its way
            raise Http404("Cette rencontre n'existe plus.") from None
        if is_written(source["once"]):
            return self._already_written(request, event)
        proposals = Proposals(kinds, names, Noted(event), data=request.POST)
        if not proposals.is_valid():
            return self._mending_page(request, event, form, proposals, names, status=400)
        kept = proposals.kept()
        recap = write_recap(event=event, user=request.user, source=source, kept=kept, names=names)
        self.log_change(request, event, "Compte rendu tiré d'un texte collé.")
        self.message_user(
            request, "Ce que vous avez gardé est enregistré. Relisez-le ici.", messages.SUCCESS
        )
        return redirect(recap_from_event(recap))

    def _pasted_text(self, request):
        entries = self.admin_site.get_model_admin(RoundTableEntry)
        return PastedTextForm(
            request.POST,
            resolve=territory_resolver(),
            may_receive=entries.has_add_permission(request),
        )

    def _mending_page(self, request, event, form, proposals, names, status=200):
        """What was sent, with all that was told of the text when it was read."""
        proposals.tell_left_out(propose(form.reading, event, names, proposals.noted))
        return self._pasting_page(request, event, form, proposals, status=status)

    def _already_written(self, request, event):
        told = (
            "Cette page était déjà enregistrée : rien n'est écrit deux fois, et ce que vous avez "
            "changé depuis n'est pas repris. Pour garder autre chose, collez de nouveau le texte."
        )
        self.message_user(request, told, messages.WARNING)
        recap = Recap.objects.filter(event=event).first()
        if recap is None:
            return redirect("admin:events_event_change", event.pk)
        return redirect(recap_from_event(recap))

    def pasting_links(self, request, event):
        if not self.may_paste_recap(request, event):
            return []
        page = reverse("admin:events_event_pasted_recap", args=[event.pk])
        return [("Partir d'un texte collé", page)]

    def may_paste_recap(self, request, event):
        """Whether the user may change the event, and write or change its recap."""
        recap_admin = self.admin_site.get_model_admin(Recap)
        recap = getattr(event, "recap", None)
        may_write = (
            recap_admin.has_change_permission(request, recap)
            if recap
            else recap_admin.has_add_permission(request)
        )
        return self.has_change_permission(request, event) and may_write

    def _round_table_url(self, event, form):
        """Where the tour de table that a text holds is received."""
        page = reverse("admin:events_event_round_table", args=[event.pk])
        return page if form.contributions else ""

    def _pasted_kinds(self, request):
        """The kinds of proposals whose records the user may write."""
        left_out = set()
        if not self.admin_site.get_model_admin(Person).has_view_permission(request):
            left_out.add("people")
        if not self.admin_site.get_model_admin(Action).has_add_permission(request):
            left_out.add("actions")
        if not self.has_add_permission(request):
            left_out.add("next")
        return [kind for kind in FORMS if kind not in left_out]

    def _known_names(self, request, around):
        person_admin = self.admin_site.get_model_admin(Person)
        people, actors = (self._seen(request, model) for model in (Person, Actor))
        return KnownNames(
            Person.objects.none() if people is None else people,
            Actor.objects.none() if actors is None else actors,
            may_add_people=person_admin.has_add_permission(request),
            may_change_person=lambda person: person_admin.has_change_permission(request, person),
            around=around,
        )

    def _pasting_page(self, request, event, form, proposals=None, status=200):
        context = {
            **self.admin_site.each_context(request),
            "title": "Partir d'un texte collé",
            "subtitle": str(event),
            "opts": self.opts,
            "event": event,
            "form": form,
            "proposals": proposals,
            "groups": proposals.groups() if proposals else [],
            "round_table_url": self._round_table_url(event, form),
            "unplaced": form.reading.unplaced if proposals else [],
            "is_published": hasattr(event, "recap") and event.recap.is_published,
            "back_url": reverse("admin:events_event_change", args=[event.pk]),
        }
        template = "admin/events/event/pasted_recap.html"
        return TemplateResponse(request, template, context, status=status)
