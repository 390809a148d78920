from django.contrib import admin

from coopemploi.admin import CLASSIFICATION, ORIGIN, PUBLICATION, PublishableAdmin
from coopemploi.imports.admin import ImportableMixin
from initiatives.models import Resource


@admin.register(Resource)
class ResourceAdmin(ImportableMixin, PublishableAdmin):
    list_display = ["title", "kind", "actor", "date", "status"]
    list_filter = ["status", "kind"]
    follow_up = {
        **PublishableAdmin.follow_up,
        "liens-morts": ("liens morts", "with_dead_links"),
    }
    list_select_related = ["actor"]
    search_fields = ["title"]
    fieldsets = [
        PUBLICATION,
        (None, {"fields": ["kind", "title", "summary", "url", "actor", "dated", "initiatives"]}),
        CLASSIFICATION,
        ORIGIN,
    ]

    @admin.display(description="date", ordering="dated_latest")
    def date(self, resource):
        return resource.dated
