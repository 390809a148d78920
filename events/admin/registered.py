"""The pages by which whoever prepares an event welcomes those who registered."""

from collections import Counter
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_safe

from coopemploi.formats import pdf
from coopemploi.formats.tables import csv_response, xlsx_response
from coopemploi.robots import has_left
from coopemploi.search.text import normalise
from events import presences, proposed_presences
from events.forms import MessageForm, NameForm, PresencesForm, ProposedPresencesForm
from events.messages import Group, addressees, by_address, write
from events.models import Event, Registration
from events.registration_table import RegistrationTable
from events.round_tables.live import collecting, fill_path

TABLES = {"csv": csv_response, "xlsx": xlsx_response}
PAPERS = {
    "emargement": ("Feuille d'émargement", "events/sign_in_sheet.html"),
    "badges": ("Badges", "events/badges.html"),
}
MESSAGES_PER_DAY = 10
BLANK_ROWS = 8  # of the sign-in sheet, for who comes without registering
Status = Registration.Status
# To be signed, and said otherwise by who sends it.
ROUND_TABLE = """Bonjour,

Avant notre rencontre, écrivez en quelques lignes ce que vous y apportez : ce que vous menez, ce \
que vous cherchez, ce que vous pouvez mettre à disposition. Sans compte, à cette adresse :
{}
"""


class RegisteredMixin:
    """List, tables, paper and presences: for those who may change the event, nobody else."""

    def get_urls(self):
        def page(address, view, name):
            view = self.admin_site.admin_view(view)
            return path(f"<path:object_id>/{address}/", view, name=f"events_event_{name}")

        return [
            page("inscrits", self.registered_view, "registered"),
            page("ecrire", self.message_view, "message"),
            page("presences", self.presences_view, "presences"),
            page("presences-proposees", self.proposed_view, "proposed_presences"),
            *(page(paper, partial(self.paper_view, paper=paper), paper) for paper in PAPERS),
            *super().get_urls(),
        ]

    def _prepared(self, request, object_id):
        event = self.get_object(request, object_id)
        if event is None:
            raise Http404("Cette rencontre n'existe pas.")
        if not self.has_change_permission(request, event):
            raise PermissionDenied
        return event

    def _answer(self, request, event, title, template, *, status=200, **context):
        context |= {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(event),
            "opts": self.opts,
            "event": event,
        }
        return TemplateResponse(request, template, context, status=status)

    @method_decorator(require_safe)
    def registered_view(self, request, object_id):
        """Who registered, in the order of arrival; or the same as a table."""
        event = self._prepared(request, object_id)
        registrations = list(event.registrations.select_related("actor", "territory"))
        if name := request.GET.get("format"):
            if name not in TABLES:
                raise Http404("Formats possibles : csv, xlsx.")
            return TABLES[name](RegistrationTable(event, registrations))
        groups = [
            (label, [each for each in registrations if each.status == status])
            for status, label in (
                (Status.CONFIRMED, "Inscrits"),
                (Status.WAITING, "En attente, dans l'ordre"),
                (Status.WALK_IN, "Venus sans inscription"),
                (Status.CANCELLED, "Annulés"),
            )
        ]
        return self._answer(
            request,
            event,
            "Inscriptions",
            "admin/events/event/registered.html",
            groups=[group for group in groups if group[1]],
            confirmed_count=len(groups[0][1]),
            has_pdf=pdf.is_available(),
        )

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def message_view(self, request, object_id):
        """A message to those who registered, read again before it leaves."""
        event = self._prepared(request, object_id)
        found = addressees(event)
        initial = {"subject": event.title, "groups": [Group.CONFIRMED]}
        if "tour-de-table" in request.GET and (batch := collecting(event)):
            initial["text"] = ROUND_TABLE.format(request.build_absolute_uri(fill_path(batch)))
        form = MessageForm(request.POST or None, found=found, initial=initial)
        status, reached = 200, {}
        if request.method == "POST":
            status = 400
            if form.is_valid():
                status, reached = 200, by_address(found, form.cleaned_data["groups"])
        if reached and self._is_read_again(request, len(reached)):
            if has_left(f"event-message:{event.pk}", MESSAGES_PER_DAY, seconds=86400):
                return self._send_message(request, event, form.cleaned_data)
            form.add_error(None, "Dix messages aujourd'hui pour cette rencontre : demain.")
            status, reached = 429, {}
        return self._answer(
            request,
            event,
            "Écrire aux inscrits",
            "admin/events/event/message.html",
            status=status,
            form=form,
            fields=[form["subject"], form["text"]],
            found=found,
            reached=reached,
        )

    def _is_read_again(self, request, count):
        """Whether it is to be sent, to as many people as the page that was read said."""
        if "envoyer" not in request.POST:
            return False
        if request.POST.get("pour") == str(count):
            return True
        said = "Ce n'est plus le même nombre de personnes : relisez avant d'envoyer."
        messages.warning(request, said)
        return False

    def _send_message(self, request, event, message):
        try:
            count = write(event=event, reply_to=request.user.email, **message)
        except Event.DoesNotExist as error:
            raise Http404("Cette rencontre n'existe plus.") from error
        if count:
            s, will = ("s", "vont") if count > 1 else ("", "va")
            messages.success(request, f"{count} personne{s} {will} recevoir votre message.")
        else:
            messages.info(request, "Ce message est déjà parti : il n'est pas envoyé deux fois.")
        return redirect("admin:events_event_registered", event.pk)

    def paper_view(self, request, object_id, paper):
        """What is printed: to sign, or to wear."""
        event = self._prepared(request, object_id)
        title, template = PAPERS[paper]
        context = {
            "event": event,
            "title": title,
            "registrations": by_name(event.registrations.expected()),
            "blank_rows": range(BLANK_ROWS),
            "has_pdf": pdf.is_available(),
        }
        if pdf.is_asked(request):
            html = render_to_string(template, context, request)
            return pdf.response(request, html, name=f"{paper}-{event.slug}")
        return TemplateResponse(request, template, context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def presences_view(self, request, object_id):
        """The paper sheet, copied in one screen."""
        event = self._prepared(request, object_id)
        named = NameForm(request.POST if "chercher" in request.POST else request.GET)
        known = by_name(event.registrations)
        found = [each for each in known if each.is_active]
        cancelled = [each for each in known if not each.is_active]
        shown = found if request.method == "POST" else list(filter(named.matches, found))
        form = PresencesForm(request.POST or None, registrations=shown, others=cancelled)
        if request.method == "POST" and form.is_valid():
            twins = presences.note(
                event,
                marks=form.marks,
                walk_ins=form.walk_ins,
                recognised=form.recognised,
                seen=form.seen,
            )
            if "autres" in request.POST:
                presences.mark_the_others_present(event, seen=form.seen)
            messages.success(request, f"Les présences sont notées{told(event)}.")
            if twins:
                names = ", ".join(twin.name for twin in twins)
                messages.warning(request, f"Déjà sur la feuille, et pas noté deux fois : {names}.")
            sheet = reverse("admin:events_event_presences", args=[event.pk])
            if "chercher" in request.POST:
                return redirect(f"{sheet}?{urlencode({'nom': request.POST.get('nom', '')})}")
            return redirect(sheet)
        return self._answer(
            request,
            event,
            "Présences",
            "admin/events/event/presences.html",
            form=form,
            named=named,
            count=len(found),
            is_filtered=bool(named.words) and not form.is_bound,
            status=400 if form.is_bound else 200,
        )

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def proposed_view(self, request, object_id):
        """Who seems to have been there, to check and note in one screen."""
        event = self._prepared(request, object_id)
        proposals = proposed_presences.proposals_for(event)
        form = ProposedPresencesForm(request.POST or None, proposals=proposals)
        if form.is_valid():
            kept = form.kept
            proposed_presences.note(event, kept=kept)
            s = "s" if len(kept) > 1 else ""
            messages.success(request, f"{len(kept)} présence{s} notée{s}.")
            return redirect(reverse("admin:events_event_change", args=[event.pk]))
        return self._answer(
            request,
            event,
            "Présences proposées",
            "admin/events/event/proposed_presences.html",
            form=form,
            status=400 if form.is_bound else 200,
        )


def told(event):
    """ " : 12 présents, 3 excusés", "" when nothing is noted of anybody."""
    noted = Counter(event.registrations.expected().values_list("presence", flat=True))
    counts = [
        f"{noted[each]} {each.label}{'s' if noted[each] > 1 else ''}"
        for each in Registration.Presence
        if noted[each]
    ]
    return f" : {', '.join(counts)}" if counts else ""


def by_name(registrations):
    """In the alphabetical order of what they are called by, those who wait for a seat last."""
    found = registrations.select_related("actor", "territory")
    return sorted(found, key=lambda each: (each.status == Status.WAITING, normalise(each.name)))
