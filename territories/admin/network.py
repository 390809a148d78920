from django.contrib import admin

from coopemploi.admin import ORIGIN, PUBLICATION, USED_SCHEMES, PublishableAdmin, StackedInline
from territories.models import Network, NetworkMembership


class NetworkMembershipInline(StackedInline):
    model = NetworkMembership
    fields = [("role", "actor"), ("person", "label"), ("since", "until"), "source"]


@admin.register(Network)
class NetworkAdmin(PublishableAdmin):
    list_display = ["name", "kind", "territory", "status"]
    list_filter = ["status", "kind", USED_SCHEMES]
    list_select_related = ["territory"]
    search_fields = ["name"]
    fieldsets = [
        PUBLICATION,
        (
            None,
            {
                "fields": [
                    "kind",
                    "name",
                    "aliases",
                    "territory",
                    "description",
                    "website",
                    "schemes",
                ]
            },
        ),
        ORIGIN,
    ]
    inlines = [NetworkMembershipInline]
