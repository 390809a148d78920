from django.contrib import admin

from coopemploi.admin import (
    CLASSIFICATION,
    ORIGIN,
    PUBLICATION,
    USED_SCHEMES,
    FigureInline,
    PublishableAdmin,
    StackedInline,
    TabularInline,
)
from coopemploi.imports.admin import ImportableMixin

from .models import (
    Initiative,
    InitiativeFigure,
    InitiativeLink,
    Involvement,
    Need,
    Offer,
    Resource,
    Step,
)


class InvolvementInline(StackedInline):
    model = Involvement
    fields = [("role", "actor"), ("label", "count"), ("amount", "note"), "order"]


class StepInline(TabularInline):
    model = Step
    fields = ["date", "label", "order"]


class InitiativeFigureInline(FigureInline):
    model = InitiativeFigure


class InitiativeLinkInline(TabularInline):
    model = InitiativeLink
    fields = ["kind", "title", "url", "order"]


@admin.register(Initiative)
class InitiativeAdmin(ImportableMixin, PublishableAdmin):
    list_display = ["title", "territories_shown", "stage", "status"]
    list_filter = ["status", "stage", "level", USED_SCHEMES]
    list_prefetch_related = ["territories"]
    search_fields = ["title"]
    fieldsets = [
        PUBLICATION,
        (None, {"fields": ["title", "summary", "body", "territories", "level", "stage"]}),
        CLASSIFICATION,
        (
            "Ce que l'on en retient",
            {
                "classes": ["collapse"],
                "fields": ["worked", "did_not_work", "how_overcome", "how_to_redo"],
            },
        ),
        ("Contact", {"fields": ["contact"]}),
        ORIGIN,
    ]
    inlines = [InvolvementInline, StepInline, InitiativeFigureInline, InitiativeLinkInline]

    @admin.display(description="territoires")
    def territories_shown(self, initiative):
        return ", ".join(str(territory) for territory in initiative.territories.all())


@admin.register(Need, Offer)
class ExchangeAdmin(ImportableMixin, PublishableAdmin):
    list_display = ["text", "author", "kind", "state", "stated", "status"]
    list_filter = ["status", "state", "kind"]
    list_select_related = ["actor", "person"]
    search_fields = ["text", "details", "actor__name"]
    fieldsets = [
        PUBLICATION,
        (None, {"fields": ["text", "details", "kind", "state", "stated_on"]}),
        ("Qui, et où", {"fields": ["actor", "person", "territories"]}),
        CLASSIFICATION,
        ORIGIN,
    ]

    @admin.display(description="qui", ordering="actor__sort_name")
    def author(self, exchange):
        return exchange.actor or exchange.person

    @admin.display(description="exprimé", ordering="stated_on_latest")
    def stated(self, exchange):
        return exchange.stated_on


@admin.register(Resource)
class ResourceAdmin(ImportableMixin, PublishableAdmin):
    list_display = ["title", "kind", "actor", "date", "status"]
    list_filter = ["status", "kind"]
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
