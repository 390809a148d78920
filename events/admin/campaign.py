from django.contrib import admin

from coopemploi.admin import (
    CLASSIFICATION,
    ORIGIN,
    PUBLICATION,
    USED_SCHEMES,
    CountedFigureInline,
    PublishableAdmin,
)
from events.models import Campaign, CampaignFigure


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
