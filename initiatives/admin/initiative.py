from django import forms
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
from coopemploi.mass_actions import MassAction
from coopemploi.merging.admin import MergeableMixin
from coopemploi.vocabulary.models import Theme
from initiatives.models import Initiative, InitiativeFigure, InitiativeLink, Involvement, Step


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


class StageForm(forms.Form):
    stage = forms.ChoiceField(label="Avancement", choices=[("", "–"), *Initiative.Stage.choices])


class ThemeForm(forms.Form):
    theme = forms.ModelChoiceField(Theme.objects, label="Thématique", empty_label="–")


SET_STAGE = MassAction(
    name="set_stage",
    verb="Changer l'avancement de",
    done="modifiée",
    entry="Avancement changé.",
    apply=Initiative.reach,
    nothing="Rien à changer.",
    form=StageForm,
)


ADD_THEME = MassAction(
    name="add_theme",
    verb="Ajouter une thématique à",
    done="modifiée",
    entry="Thématique ajoutée.",
    apply=Initiative.add_theme,
    nothing="Rien à changer.",
    form=ThemeForm,
)


@admin.register(Initiative)
class InitiativeAdmin(ImportableMixin, MergeableMixin, PublishableAdmin):
    list_display = ["title", "territories_shown", "stage", "status"]
    list_editable = ["stage"]
    list_filter = ["status", "stage", "level", USED_SCHEMES]
    list_prefetch_related = ["territories"]
    actions = [*PublishableAdmin.actions, "set_stage", "add_theme"]
    follow_up = {
        **PublishableAdmin.follow_up,
        "a-completer": ("à compléter", "incomplete"),
        "sans-resume": ("sans résumé", "without_summary"),
        "sans-avancement": ("sans avancement", "without_stage"),
        "sans-territoire": ("sans territoire", "without_territory"),
        "sans-porteur": ("sans porteur", "without_carrier"),
        "inchangees": ("inchangées depuis un an", "untouched"),
        "liens-morts": ("liens morts", "with_dead_links"),
    }
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

    @admin.action(description="Changer l'avancement", permissions=["change"])
    def set_stage(self, request, queryset):
        return SET_STAGE.run(self, request, queryset)

    @admin.action(description="Ajouter une thématique", permissions=["change"])
    def add_theme(self, request, queryset):
        return ADD_THEME.run(self, request, queryset)

    @admin.display(description="territoires")
    def territories_shown(self, initiative):
        return ", ".join(str(territory) for territory in initiative.territories.all())
