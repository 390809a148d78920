"""The rows of a record, edited with it."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.utils.text import capfirst

from ..fields import PartialDateField
from .forms import RelationsMixin
from .names import COLON_SPACE

EMPTY_ROWS = 3


class OrderedFormSet(BaseInlineFormSet):
    """Rows left without a number take the place they have on the page.

    What stands under a row that is deleted stays, under none: see `InlineMixin`.
    """

    parent_choices = ()
    outlived_by = ()

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "DELETE" in form.fields:  # in a table, nothing else names it
            form.fields["DELETE"].widget.attrs["aria-label"] = "Supprimer cette ligne"

    def clean(self):
        super().clean()
        if "order" not in self.form.base_fields or any(self.errors) or not self.has_changed():
            return
        rows = [
            form
            for form in self.forms
            if (form.instance.pk or form.has_changed()) and not self._should_delete_form(form)
        ]
        known = [form for form in rows if form.instance.pk]
        added = [form for form in rows if not form.instance.pk and not form.instance.order]
        if not all(form.instance.order for form in known):
            self._renumber([form for form in rows if form not in added])
        last = max((form.instance.order for form in rows), default=0)
        for number, form in enumerate(added, start=last + 1):
            self._number(form, number)

    def _renumber(self, rows):
        """Number all `rows`; one without a number comes right after the row above it."""
        places, above = [], 0
        for form in rows:
            above = form.instance.order or above
            places.append((above, form))
        places.sort(key=lambda place: place[0])
        for number, (_, form) in enumerate(places, start=1):
            self._number(form, number)

    def delete_existing(self, obj, commit=True):
        if commit:
            for relation in self.outlived_by:
                rows = getattr(obj, relation)
                for row in rows.all():
                    setattr(row, rows.field.name, None)
                    row.save()
        super().delete_existing(obj, commit)

    def save_new(self, form, commit=True):
        self._leave_deleted(form.instance)
        return super().save_new(form, commit)

    def save_existing(self, form, obj, commit=True):
        self._leave_deleted(form.instance)
        return super().save_existing(form, obj, commit)

    def _leave_deleted(self, row):
        """The row that was chosen may have been deleted by the same save."""
        for name in self.parent_choices:
            field = row._meta.get_field(name)
            key = getattr(row, field.attname)
            if key and not field.related_model._base_manager.filter(pk=key).exists():
                setattr(row, name, None)

    def _number(self, form, number):
        if form.instance.order != number:
            form.instance.order = number
            if "order" not in form.changed_data:
                form.changed_data.append("order")


class InlineMixin(RelationsMixin):
    """Rows of a record, edited by whoever may edit it.

    `outlived_by` names the rows of another list that stand under these, and outlive them.
    """

    extra = 0
    outlived_by = ()
    formset = OrderedFormSet
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
        PartialDateField: {"help_text": "17/10/2019, 10/2019, 2019, fin mars 2021…"},
    }

    def has_add_permission(self, request, obj):
        return super().has_add_permission(request, obj) and self._may_edit_parent(request, obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_edit_parent(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._may_edit_parent(request, obj)

    def _may_edit_parent(self, request, obj):
        parent_admin = self.admin_site.get_model_admin(self.parent_model)
        return obj is None or obj.pk is None or parent_admin.has_change_permission(request, obj)

    def get_extra(self, request, obj=None, **kwargs):
        """Empty rows on demand, where no script adds any."""
        return EMPTY_ROWS if "lignes" in request.GET else self.extra

    def get_queryset(self, request):
        return self.with_relations(request, super().get_queryset(request))

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.parent_choices, formset.outlived_by = self.parent_choices, self.outlived_by
        for name, lookup in self.parent_choices.items():
            field = formset.form.base_fields[name]
            siblings = field.queryset
            field.queryset = siblings.filter(**{lookup: obj}) if obj else siblings.none()
            # A list, so that the rows share one query.
            field.choices = list(field.choices)
            if obj is None:
                field.help_text = "Enregistrez une première fois pour pouvoir choisir ici."
        return formset


class TabularInline(InlineMixin, admin.TabularInline):
    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A cell has no label of its own: its column names it, for who does not see it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", capfirst(field.label))
        return field


class StackedInline(InlineMixin, admin.StackedInline):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Django writes a colon right after the name of a row.
        self.verbose_name = f"{self.verbose_name}{COLON_SPACE}"


class FigureInline(StackedInline):
    """Key figures of an owner."""

    fields = [
        ("qualifier", "value", "unit"),
        "label",
        ("wording", "as_of"),
        ("source", "order"),
    ]


class CountedFigureInline(FigureInline):
    fields = [*FigureInline.fields[:-1], "counts", ("source", "order")]
