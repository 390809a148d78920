from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from ..accounts.interruption import give_back, typed
from ..admin import ConfidentialAdmin, OutOfReachError
from . import services
from .forms import DecisionForm
from .models import Belonging, Proposal
from .permissions import can_decide_proposal
from .sheets import FIELDS, sheet_form, words_of

OUT_OF_REACH = (
    "Cette fiche serait hors de votre périmètre : retirez ces lieux, ou laissez-la à qui y anime."
)
TAKEN_BACK = "Cette proposition n'est plus là : qui l'a faite l'a sans doute retirée."


@admin.register(Proposal)
class ProposalAdmin(ConfidentialAdmin):
    """The queue of what awaits a review; a proposal is published or refused, never edited."""

    list_display = ["title", "kind", "actor", "author", "created_at", "state"]
    list_filter = ["state", "kind"]
    list_select_related = ["actor", "user"]
    search_fields = ["title"]
    follow_up = {"a-relire": ("à relire", "to_review")}

    @admin.display(description="de")
    def author(self, proposal):
        return proposal.user or proposal.name

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """What is proposed, beside what the sheet says; to publish, as it is or mended, or not."""
        proposal = self.get_object(request, unquote(object_id))
        if proposal is None:
            return self._no_more(request)
        if not self.has_view_permission(request, proposal):
            raise PermissionDenied
        if request.method != "POST":
            return self._review(request, proposal)
        try:
            with transaction.atomic():
                # Before the form is made of the sheet, all of which it writes.
                return self._review(request, services.locked(proposal))
        except services.AlreadyDecidedError:
            proposal = self.get_object(request, unquote(object_id))
            if proposal is None:
                return self._no_more(request)
            context = {
                "changes": self._changes(proposal),
                "written": [said for form in _sent(request) for said in typed(form)],
            }
            return self._page(request, proposal, is_late=True, status=409, **context)

    def _no_more(self, request):
        if request.method != "POST":
            raise Http404(TAKEN_BACK)
        return give_back(request, *_sent(request), why=TAKEN_BACK, status=404)

    def _review(self, request, proposal):
        may_decide = self._may_decide(request, proposal)
        is_refusal = "refuser" in request.POST
        is_posted = request.method == "POST"
        if is_posted and not may_decide:
            raise PermissionDenied
        left = request.POST.getlist("leave")
        sheet = self._sheet(proposal, request.POST if is_posted and not is_refusal else None, left)
        changes = self._changes(proposal)
        decision = DecisionForm(
            request.POST if is_posted else None,
            is_refusal=is_refusal,
            changes={change["name"]: change["label"] for change in changes},
        )
        is_lost = proposal.has_lost_its_sheet and not is_refusal
        if is_posted and not is_lost and _are_valid(decision, None if is_refusal else sheet):
            try:
                return self._decide(request, proposal, sheet, decision, is_refusal)
            except OutOfReachError:
                sheet.add_error(None, OUT_OF_REACH)
        if may_decide and changes:
            _add_fields(changes, sheet, decision)
        return self._page(
            request,
            proposal,
            status=(409 if is_lost else 400) if is_posted else 200,
            sheet=sheet,
            decision=decision,
            may_decide=may_decide,
            changes=changes,
        )

    def _may_decide(self, request, proposal):
        return (
            proposal.state == Proposal.State.PROPOSED
            and self.has_change_permission(request, proposal)
            and can_decide_proposal(request.user, proposal)
        )

    def _page(self, request, proposal, *, status, may_decide=False, is_late=False, **context):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Relire une proposition",
            "proposal": proposal,
            "may_decide": may_decide,
            "is_late": is_late,
            "words": words_of(proposal) if proposal.has_lost_its_sheet else {},
            **context,
        }
        return render(request, "admin/participation/proposal.html", context, status=status)

    def _sheet(self, proposal, data, left):
        """The form of the sheet as it would be; only what is proposed, for one that exists."""
        if proposal.kind == Proposal.Kind.CORRECTION or proposal.has_lost_its_sheet:
            return None
        form = sheet_form(proposal.kind)(
            data, instance=proposal.record, initial=proposal.values, is_reviewed=True
        )
        if not proposal.is_new:
            form.keep_only(set(proposal.values) - set(left if data else ()))
        return form

    def _changes(self, proposal):
        """What a sheet that exists says and would say, of each field."""
        record = proposal.record
        if record is None or not proposal.before:
            return []
        form = sheet_form(proposal.kind)(instance=record)
        form.keep_only(proposal.before)
        said = form.said()
        return [
            {
                "name": name,
                "label": form.fields[name].label,
                "before": form.in_words(name, proposal.before[name]),
                "now": form.in_words(name, said[name]),
                "has_moved": said[name] != proposal.before[name],
                "proposed": form.in_words(name, proposal.values.get(name, "")),
            }
            for name in form.fields
        ]

    def _decide(self, request, proposal, sheet, decision, is_refusal):
        comment = decision.cleaned_data["comment"]
        if is_refusal or sheet is None:
            services.settle(
                proposal=proposal, by=request.user, comment=comment, is_refused=is_refusal
            )
            self.log_change(request, proposal, "Refusée." if is_refusal else "Traitée.")
            messages.success(request, "C'est noté, et la personne est prévenue.")
            return redirect("admin:participation_proposal_changelist")
        record = services.publish(proposal=proposal, form=sheet, by=request.user, comment=comment)
        self.log_change(request, proposal, "Publiée.")
        url = reverse(
            f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk]
        )
        messages.success(
            request, format_html('C’est publié. <a href="{}">Compléter la fiche</a>', url)
        )
        return redirect("admin:participation_proposal_changelist")


@admin.register(Belonging)
class BelongingAdmin(ConfidentialAdmin):
    list_display = ["person", "actor", "title", "asked_at", "state", "decide"]
    list_filter = ["state"]
    list_select_related = ["person", "actor"]
    search_fields = ["title"]
    follow_up = {"a-decider": ("à décider", "asked")}
    readonly_fields = ["person", "actor", "title", "state", "comment", "asked_at", "decide"]
    fields = readonly_fields

    @admin.display(description="décision")
    def decide(self, belonging):
        if belonging.state != Belonging.State.ASKED:
            return belonging.decided_by
        url = reverse("belonging_decide", args=[belonging.pk])
        return format_html('<a href="{}">Accepter ou refuser</a>', url)


def _sent(request):
    """The forms of what was typed of a decision, whatever became of the proposal."""
    kind = request.POST.get("_kind")
    sheets = [sheet_form(kind)(request.POST)] if kind in FIELDS else []
    return [DecisionForm(request.POST), *sheets]


def _are_valid(*forms):
    return all(form is None or form.is_valid() for form in forms)


def _add_fields(changes, sheet, decision):
    """To each change, its field in the sheet, and the box that leaves it out."""
    boxes = {box.data["value"]: box for box in decision["leave"]}
    for change in changes:
        name = change["name"]
        change["field"] = sheet[name] if name in sheet.fields else None
        change["leave"] = boxes[name]
