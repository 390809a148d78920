from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html

from coopemploi.admin import (
    CLASSIFICATION,
    ORIGIN,
    PUBLICATION,
    USED_SCHEMES,
    ConfidentialAdmin,
    FigureInline,
    ModelForm,
    OrderedFormSet,
    PublishableAdmin,
    StackedInline,
    TabularInline,
)
from coopemploi.dates import PartialDate, day_label
from coopemploi.imports.admin import ImportableMixin
from coopemploi.mass_actions import MassAction
from coopemploi.merging.admin import MergeableMixin
from coopemploi.vocabulary.models import Theme

from .models import (
    Initiative,
    InitiativeFigure,
    InitiativeLink,
    Introduction,
    IntroductionBlock,
    Involvement,
    Match,
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


class MatchForm(ModelForm):
    """What became of a suggestion, written when it was touched: introductions write it too."""

    def clean(self):
        super().clean()
        if "status" not in self.changed_data or not self.instance.pk:
            return
        shown = self["status"]
        opened = self.data.get(shown.html_initial_name)
        rows = Match.objects.select_for_update().filter(pk=self.instance.pk)
        present = rows.values_list("status", flat=True).first()
        if present not in (None, opened, self.cleaned_data.get("status")):
            # The page that says so is opened at what it says: saved again, it is meant.
            self.data = self.data.copy()
            self.data[shown.html_initial_name] = present
            self.add_error(
                "status",
                ValidationError(
                    "Quelqu'un a noté entre-temps « %(status)s ». Enregistrez de nouveau pour "
                    "garder votre choix, ou reprenez le sien.",
                    code="changed_meanwhile",
                    params={"status": Match.Status(present).label},
                ),
            )


class MatchFormSet(OrderedFormSet):
    """The suggestions that are still there: they are computed, a form outlives them."""

    @cached_property
    def forms(self):
        forms = super().forms
        self.gone = [form for form in forms if not form.instance.pk]
        return [form for form in forms if form.instance.pk]

    def clean(self):
        super().clean()
        if any("status" in form.changed_data for form in self.gone):
            raise ValidationError(
                "Un rapprochement dont vous aviez changé la suite n'existe plus. Enregistrez de "
                "nouveau pour garder le reste.",
                code="gone",
            )


class MatchInline(TabularInline):
    """The suggestions of a record: only what became of them is for people to say."""

    model = Match
    form = MatchForm
    formset = MatchFormSet
    fields = ["other", "why", "status", "introduce"]
    readonly_fields = ["other", "why", "introduce"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        matches = super().get_queryset(request).with_asked_at()
        return matches.select_related("need", "offer", "initiative")

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        return super().formfield_for_choice_field(
            db_field, request, show_hidden_initial=True, **kwargs
        )

    @admin.display(description="avec")
    def other(self, match):
        """The other half: the sheet is that of the first one."""
        if not match.pk:  # a forged form may count rows that are not
            return ""
        other = match.candidate if self.parent_model is Need else match.need
        url = reverse(f"admin:initiatives_{other._meta.model_name}_change", args=[other.pk])
        return format_html('<a href="{}">{}</a>', url, other)

    @admin.display(description="raisons")
    def why(self, match):
        return " ; ".join(match.reasons)

    @admin.display(description="mise en relation")
    def introduce(self, match):
        if not match.pk:
            return ""
        url = reverse("introduction_add", args=[match.pk])
        if match.asked_at is None:
            return format_html('<a href="{}">Mettre en relation</a>', url)
        day = day_label(timezone.localdate(match.asked_at))
        return format_html('demandée le {} · <a href="{}">à d\'autres personnes</a>', day, url)


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
