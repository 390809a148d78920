from django.contrib import admin

from coopemploi.admin import ConfidentialAdmin
from initiatives.models import Introduction, IntroductionBlock


@admin.register(Introduction)
class IntroductionAdmin(ConfidentialAdmin):
    """What became of each; who was written to, never their addresses."""

    list_display = ["subject", "candidate", "seeker", "helper", "state", "created_at"]
    list_select_related = [*Introduction.RECORDS, *Introduction.SIDES]
    search_fields = ["need__text", "sought_offer__text", "sought_initiative__title"]
    follow_up = {
        "signalees": ("signalées", "reported"),
        "en-attente": ("en attente d'une réponse", "waiting"),
    }
    readonly_fields = [
        *Introduction.RECORDS,
        *Introduction.SIDES,
        "asked_by",
        "message",
        "seeker_answer",
        "helper_answer",
        "introduced_at",
        "closed_at",
        "followed_up_at",
        "seeker_outcome",
        "helper_outcome",
        "reported_at",
        "report",
    ]
    fields = [*readonly_fields, "report_handled"]

    @admin.display(description="besoin, ou ce qui est demandé")
    def subject(self, introduction):
        return introduction.subject

    @admin.display(description="peut y répondre")
    def candidate(self, introduction):
        return introduction.candidate

    @admin.display(description="où elle en est")
    def state(self, introduction):
        return introduction.standing


@admin.register(IntroductionBlock)
class IntroductionBlockAdmin(ConfidentialAdmin):
    list_display = ["by", "blocked", "since"]
    list_select_related = ["by", "blocked"]
    readonly_fields = ["by", "blocked", "since"]
