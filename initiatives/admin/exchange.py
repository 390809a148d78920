from django.contrib import admin
from django.utils import timezone

from coopemploi.admin import CLASSIFICATION, ORIGIN, PUBLICATION, PublishableAdmin
from coopemploi.dates import PartialDate
from coopemploi.imports.admin import ImportableMixin
from initiatives.models import Need, Offer

from .match import MatchInline


class ExchangeAdmin(ImportableMixin, PublishableAdmin):
    list_display = ["text", "author", "kind", "state", "stated", "status"]
    list_editable = ["state"]
    list_filter = ["status", "state", "kind"]
    list_select_related = ["actor", "person"]
    search_fields = ["text", "details", "actor__name"]
    fieldsets = [
        PUBLICATION,
        (None, {"fields": ["text", "details", "kind", "state", "stated_on"]}),
        ("Qui, et où", {"fields": ["actor", "person", "territories"]}),
        CLASSIFICATION,
        (
            "Toujours d'actualité ?",
            {"classes": ["collapse"], "fields": ["last_confirmed_on", "asked_on", "silences"]},
        ),
        ORIGIN,
    ]
    inlines = [MatchInline]

    def get_inlines(self, request, obj):
        """Nothing is matched with what is not saved yet."""
        return super().get_inlines(request, obj) if obj else []

    def get_changeform_initial_data(self, request):
        """Noted the day it is heard, most often; without a date it would come last."""
        today = PartialDate.day(timezone.localdate())
        return {"stated_on": today, **super().get_changeform_initial_data(request)}

    @admin.display(description="qui", ordering="actor__sort_name")
    def author(self, exchange):
        return exchange.actor or exchange.person

    @admin.display(description="exprimé", ordering="stated_on_latest")
    def stated(self, exchange):
        return exchange.stated_on


@admin.register(Need)
class NeedAdmin(ExchangeAdmin):
    fieldsets = [
        *ExchangeAdmin.fieldsets[:-1],
        (
            "Résolu grâce à…",
            {
                "classes": ["collapse"],
                "fields": [
                    "answer",
                    "answered_by_offer",
                    "answered_by_initiative",
                    "answered_by_actor",
                ],
            },
        ),
        ORIGIN,
    ]
    follow_up = {
        **ExchangeAdmin.follow_up,
        "piste-non-traitee": ("avec une piste non traitée", "with_untouched_match"),
        "sans-reponse": ("sans réponse", "unanswered"),
        "sans-reponse-depuis-longtemps": ("sans réponse depuis 90 jours", "long_unanswered"),
    }


@admin.register(Offer)
class OfferAdmin(ExchangeAdmin):
    pass
