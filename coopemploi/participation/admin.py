from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html

from ..admin import ConfidentialAdmin
from . import services
from .forms import DecisionForm, sheet_form
from .models import Belonging, Proposal
from .permissions import can_publish_proposal


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
        proposal = get_object_or_404(self.get_queryset(request), pk=unquote(object_id))
        if not self.has_view_permission(request, proposal):
            raise PermissionDenied
        may_decide = (
            proposal.state == Proposal.State.PROPOSED
            and self.has_change_permission(request, proposal)
            and can_publish_proposal(request.user, proposal)
        )
        is_refusal = "refuser" in request.POST
        is_posted = request.method == "POST"
        if is_posted and not may_decide:
            raise PermissionDenied
        sheet = self._sheet(proposal, request.POST if is_posted and not is_refusal else None)
        decision = DecisionForm(request.POST if is_posted else None, is_refusal=is_refusal)
        status = 200
        if is_posted:
            if decision.is_valid() and (is_refusal or sheet is None or sheet.is_valid()):
                return self._decide(request, proposal, sheet, decision, is_refusal)
            status = 400
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Relire une proposition",
            "proposal": proposal,
            "sheet": sheet,
            "decision": decision,
            "may_decide": may_decide,
            "changes": self._changes(proposal),
        }
        return render(request, "admin/participation/proposal.html", context, status=status)

    def _sheet(self, proposal, data):
        """The form of the sheet as it would be; only what is proposed, for one that exists."""
        if proposal.kind == Proposal.Kind.CORRECTION:
            return None
        form = sheet_form(proposal.kind)(data, instance=proposal.record, initial=proposal.values)
        if not proposal.is_new:
            for name in set(form.fields) - set(proposal.values):
                del form.fields[name]
        return form

    def _changes(self, proposal):
        """(label, before, now, proposed) of each field of a sheet that exists."""
        record = proposal.record
        if record is None or not proposal.before:
            return []
        return [
            {
                "label": record._meta.get_field(name).verbose_name,
                "before": before,
                "has_moved": str(getattr(record, name) or "") != before,
                "proposed": proposal.values.get(name, ""),
            }
            for name, before in proposal.before.items()
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
