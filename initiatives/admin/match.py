"""The matches of a need, on its sheet."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html

from coopemploi.admin import ModelForm, OrderedFormSet, TabularInline
from coopemploi.dates import day_label
from initiatives.models import Match, Need


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
