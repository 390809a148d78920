from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count

from coopemploi.admin import (
    ORIGIN,
    FigureInline,
    ModelAdmin,
    ModelForm,
    OrderedFormSet,
    TabularInline,
)
from coopemploi.history.restoring import CannotRestoreError
from coopemploi.imports.admin import ImportableMixin
from territories.models import Composition, Containment, FormerCode, Territory, TerritoryFigure
from territories.permissions import holds_whole


class CompositionForm(ModelForm):
    user = None  # who writes, given by the inline

    def clean(self):
        """Nobody widens their own perimeter by what they say that its territories hold."""
        cleaned = super().clean()
        part = cleaned.get("part", self.instance.part if self.instance.part_id else None)
        is_known = part is not None and part.pk is not None
        if is_known and self.has_changed() and not holds_whole(self.user, part):
            raise ValidationError(
                f"« {part} » n'est pas tout entier dans votre périmètre : demandez à "
                "l'administration nationale de dire où il se trouve.",
                code="out_of_reach",
            )
        return cleaned


class PartForm(CompositionForm):
    error_fields = {"loop": "part", "out_of_reach": "part"}


class WholeForm(CompositionForm):
    error_fields = {"loop": "whole", "out_of_reach": "whole"}


class WholeFormSet(OrderedFormSet):
    def clean(self):
        """Refuse a loop made by the two lists of the page together.

        Each row alone is checked against what is recorded, not against the rows
        which the same page sends for the parts.
        """
        super().clean()
        parts = {
            int(value)
            for key, value in self.data.items()
            if key.startswith("part_links-")
            and key.endswith("-part")
            and value.isdecimal()
            and not self.data.get(f"{key.removesuffix('part')}DELETE")
        }
        for form in self.forms:
            whole = form.cleaned_data.get("whole") if hasattr(form, "cleaned_data") else None
            if whole is None or self._should_delete_form(form):
                continue
            lies_in_a_part = whole.pk in parts or (
                Containment.objects.filter(container__in=parts, contained=whole).exists()
            )
            if lies_in_a_part:
                form.add_error(
                    "whole",
                    ValidationError(
                        f"« {whole} » est aussi, sur cette page, une partie de ce "
                        "territoire : cette composition ferait une boucle.",
                        code="loop",
                    ),
                )


class CompositionInline(TabularInline):
    """Compositions written by people; those of the official data are summed up."""

    model = Composition

    def get_queryset(self, request):
        return super().get_queryset(request).filter(is_official=False)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.user = request.user
        return formset


class PartInline(CompositionInline):
    fk_name = "whole"
    form = PartForm
    fields = ["part", "partial", "since", "until"]
    verbose_name = "partie"
    verbose_name_plural = "composé de"


class WholeInline(CompositionInline):
    fk_name = "part"
    form = WholeForm
    formset = WholeFormSet
    fields = ["whole", "partial", "since", "until"]
    verbose_name = "ensemble"
    verbose_name_plural = "fait partie de"


class TerritoryFigureInline(FigureInline):
    model = TerritoryFigure


class FormerCodeInline(TabularInline):
    model = FormerCode
    fields = ["code", "name", "kind"]
    classes = ["collapse"]


@admin.register(Territory)
class TerritoryAdmin(ImportableMixin, ModelAdmin):
    is_placed_by_its_form = False  # what it lies in is computed once it is saved
    save_on_top = True
    list_display = ["name", "kind_shown", "code", "population"]
    list_filter = ["kind"]
    follow_up = {"jamais-rencontres": ("jamais rencontrés", "never_met")}
    search_fields = ["name", "code"]
    search_help_text = "Un nom, un code officiel ou un code postal."
    readonly_fields = ["official_parts", "official_wholes", "vintage"]
    fieldsets = [
        (
            None,
            {
                "fields": ["kind", "nature", "name", "code", "aliases", "postal_codes"],
                "description": (
                    "Les régions, départements, EPCI et communes viennent du référentiel "
                    "officiel : créez ici ce qu'il n'a pas (PETR, QPV, périmètre d'un projet…)."
                ),
            },
        ),
        ("Présentation", {"fields": ["description", "population"]}),
        (
            "Référentiel officiel",
            {"fields": ["official_parts", "official_wholes", "vintage"]},
        ),
        (
            "Situation et dates",
            {
                "classes": ["collapse"],
                "fields": ["latitude", "longitude", "valid_from", "valid_until"],
            },
        ),
        ORIGIN,
    ]
    inlines = [PartInline, WholeInline, TerritoryFigureInline, FormerCodeInline]

    def has_delete_permission(self, request, obj=None):
        """What the official data holds would come back with them, without its links."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.vintage is None)

    def check_restoring(self, request, obj, version):
        super().check_restoring(request, obj, version)
        if version.instance_type is Composition:
            part = Territory.objects.filter(pk=version.part_id).first()
            if part is not None and not holds_whole(request.user, part):
                raise CannotRestoreError(f"« {part} » n'est pas tout entier dans votre périmètre.")

    def choice_label(self, obj):
        return obj.full_label

    @admin.display(description="type", ordering="kind")
    def kind_shown(self, territory):
        return territory.kind_label

    @admin.display(description="composé de")
    def official_parts(self, territory):
        links = Composition.objects.filter(whole=territory, is_official=True)
        counts = links.values_list("part__kind").annotate(Count("pk")).order_by("part__kind")
        kinds = dict(Territory.Kind.choices)
        return ", ".join(f"{kinds[kind]} : {number}" for kind, number in counts) or "–"

    @admin.display(description="fait partie de")
    def official_wholes(self, territory):
        links = Composition.objects.filter(part=territory, is_official=True)
        wholes = [link.whole.full_label for link in links.select_related("whole")]
        return ", ".join(wholes) or "–"
