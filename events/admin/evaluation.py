from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_safe

from coopemploi.admin import ModelAdmin, StackedInline
from events.evaluations import services
from events.evaluations.forms import AddressesForm, LinksForm
from events.evaluations.results import LEAST, remarks_of, results_of
from events.models import Evaluation, Question
from events.registrations import addresses_of_present

from .of_an_event import OfAnEventMixin


class QuestionInline(StackedInline):
    model = Question
    fields = [("kind", "order"), "text", "options"]


@admin.register(Evaluation)
class EvaluationAdmin(OfAnEventMixin, ModelAdmin):
    list_display = ["event", "is_open", "shows_results"]
    list_filter = ["is_open"]
    list_select_related = ["event"]
    search_fields = ["event__title"]
    fieldsets = [
        (
            None,
            {
                "fields": ["event", "is_open", "shows_results"],
                "description": (
                    "Sans question à vous, les deux questions toutes faites sont posées : "
                    "une note de 1 à 5, et « avec qui, ou comment, avancer »."
                ),
            },
        )
    ]
    inlines = [QuestionInline]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not form.instance.questions.exists():
            form.instance.ask_usual_questions()

    def _back_to_event(self, request, evaluation):
        """What one makes an evaluation for is next: its links to send, its results."""
        return redirect("admin:events_evaluation_results", evaluation.pk)

    def object_links(self, request, obj):
        return [
            (
                "Liens à envoyer, résultats",
                reverse("admin:events_evaluation_results", args=[obj.pk]),
            ),
            ("La rencontre", reverse("admin:events_event_change", args=[obj.event_id])),
        ]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "de-la-rencontre/<int:event>/",
                wrap(self.of_event_view),
                name="events_evaluation_of_event",
            ),
            path(
                "<path:object_id>/resultats/",
                wrap(self.results_view),
                name="events_evaluation_results",
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def of_event_view(self, request, event):
        """The evaluation of an event, or the form that begins it."""
        evaluation = Evaluation.objects.filter(event=event).first()
        if evaluation is None:
            return redirect(f"{reverse('admin:events_evaluation_add')}?event={event}")
        return redirect("admin:events_evaluation_results", evaluation.pk)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def results_view(self, request, object_id):
        """Give the links, and read the results."""
        evaluation = self.get_object(request, object_id)
        if evaluation is None:
            raise Http404("Cette évaluation n'existe pas.")
        may_change = self.has_change_permission(request, evaluation)
        if not (may_change or self.has_view_permission(request, evaluation)):
            raise PermissionDenied
        sent, asked = self._forms(request)
        present = addresses_of_present(evaluation.event)
        links = []
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if "presents" in request.POST:
                return self._send(request, evaluation, present)
            if sent.is_bound and sent.is_valid():
                return self._send(request, evaluation, sent.cleaned_data["addresses"])
            if asked.is_bound and asked.is_valid():
                links = services.anonymous_links(evaluation, asked.cleaned_data["count"])
        context = {
            "may_change": may_change,
            "remarks": remarks_of(evaluation) if may_change else [],
            "present_count": len(present),
            "sent": sent,
            "asked": asked,
            "links": links,
        }
        status = 422 if sent.errors or asked.errors else 200
        return self._results_page(request, evaluation, context, status)

    def _results_page(self, request, evaluation, context, status):
        context = {
            **self.admin_site.each_context(request),
            "title": "Évaluation",
            "subtitle": str(evaluation.event),
            "opts": self.opts,
            "evaluation": evaluation,
            "respondents": evaluation.spent_links.count(),
            "results": results_of(evaluation),
            "least": LEAST,
            **context,
        }
        page = "admin/events/evaluation/results.html"
        return TemplateResponse(request, page, context, status=status)

    def _forms(self, request):
        """The form of addresses and that of links; the one that was sent is bound."""
        sends, asks = "addresses" in request.POST, "count" in request.POST
        return (
            AddressesForm(request.POST if sends else None),
            LinksForm(request.POST if asks else None),
        )

    def _send(self, request, evaluation, addresses):
        count = services.send(evaluation, addresses)
        s = "s" if count > 1 else ""
        told = f"{count} lien{s} envoyé{s}. Les adresses ne sont pas gardées."
        self.message_user(request, told, messages.SUCCESS)
        return redirect("admin:events_evaluation_results", evaluation.pk)
