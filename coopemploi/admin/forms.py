"""Fields, and forms that put the errors of model rules beside what to correct."""

import re
from decimal import Decimal

from django import forms
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.utils import flatten
from django.contrib.admin.widgets import (
    AdminTextareaWidget,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.text import capfirst

from ..dates import PartialDate
from ..fields import LinesField, WebAddressFormField
from ..list_editing import KEY
from ..templatetags.coopemploi import unbroken
from .written_choices import RelatedChoiceField, RelatedField, WrittenSelect

_HOUR = re.compile(r"(\d{1,2})\s?[hH]\s?(\d{2})?")


class LoadedChoices:
    """An autocomplete that draws the selected records from those already loaded."""

    loaded = ()

    def optgroups(self, name, value, attr=None):
        selected = {str(key) for key in value if KEY.fullmatch(str(key))}
        records = {str(record.pk): record for record in self.loaded}
        related_admin = self.admin_site.get_model_admin(self.field.related_model)
        if not selected <= records.keys():
            found = self.choices.queryset.using(self.db).filter(pk__in=selected)
            found = found.prefetch_related(*prefetches(related_admin))
            records = {str(record.pk): record for record in found}
        label = getattr(related_admin, "choice_label", str)
        options = [
            self.create_option(name, key, label(record), True, index)
            for index, (key, record) in enumerate(records.items())
            if key in selected
        ]
        if not self.allow_multiple_selected and not (self.is_required and options):
            options.insert(0, self.create_option(name, "", "---------", False, 0))
        return [(None, options, 0)]


def prefetches(related_admin, start=""):
    """What the labels of the choices of a ModelAdmin read of many records, by their path."""
    rows = getattr(related_admin, "choice_rows", {})
    return [models.Prefetch(f"{start}{path}", queryset()) for path, queryset in rows.items()]


class LoadedSelect(LoadedChoices, WrittenSelect, AutocompleteSelect):
    pass


class LoadedSelectMultiple(LoadedChoices, WrittenSelect, AutocompleteSelectMultiple):
    def build_attrs(self, *args, **kwargs):
        """Each choice has its cross: one more, for all, is a slip that undoes long work."""
        return super().build_attrs(*args, **kwargs) | {"data-allow-clear": "false"}


class SpacedDecimalField(forms.DecimalField):
    """A number written as people write it: "42", "12 500,50"."""

    def prepare_value(self, value):
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return value.quantize(Decimal(1))
        return value

    def to_python(self, value):
        if isinstance(value, str):
            value = "".join(value.split())
        return super().to_python(value)


class WrittenDateField(forms.DateField):
    """A day as people write it: "15/01/2027", "15 janvier 2027"."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except ValidationError:
            try:
                known = PartialDate.parse(value)
            except ValueError:
                known = PartialDate()
            if known.earliest is None or known.earliest != known.latest:
                raise
            return known.earliest


class WrittenTimeField(forms.TimeField):
    """An hour as people write it: "14:30", "14h30", "18 h"."""

    def to_python(self, value):
        if isinstance(value, str) and (found := _HOUR.fullmatch(value.strip())):
            value = f"{found[1]}:{found[2] or '00'}"
        return super().to_python(value)


class MomentWidget(forms.SplitDateTimeWidget):
    """A day and an hour, of which a screen reader says what each is for."""

    def __init__(self, label):
        super().__init__(
            date_format="%Y-%m-%d",
            date_attrs={"type": "date", "aria-label": f"{label}, jour"},
            time_format="%H:%M",
            time_attrs={"type": "time", "aria-label": f"{label}, heure"},
        )


class WrittenDateTimeField(forms.SplitDateTimeField):
    def __init__(self, **kwargs):
        fields = WrittenDateField(), WrittenTimeField()
        forms.MultiValueField.__init__(self, fields, **kwargs)


class ModelForm(forms.ModelForm):
    """A form that puts the errors of model rules beside the field to correct."""

    # Where to show the errors of `clean()` that name no field, by their code.
    error_fields = {}
    # Why what the form says was not saved, once tried: see `ModelAdmin.changeform_view`.
    refusal = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        state = self.instance._state.fields_cache
        prefetched = getattr(self.instance, "_prefetched_objects_cache", {})
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, LoadedChoices):
                widget.loaded = prefetched.get(name, [state[name]] if state.get(name) else [])

    def clean_slug(self):
        """Keep the address of a page when its field is emptied."""
        return self.cleaned_data["slug"] or self.initial.get("slug", "")

    def clean_order(self):
        """Zero is a place to be given: see `OrderedFormSet`, `ModelAdmin.order_within`."""
        return self.cleaned_data["order"] or 0

    def _post_clean(self):
        super()._post_clean()
        if self.refusal:
            self.add_error(None, ValidationError(self.refusal, code="out_of_reach"))
        model = self._meta.model
        # The bounds of partial dates are computed: a form never holds them, yet
        # the constraints on them must be checked.
        generated = {field.name for field in model._meta.fields if field.generated}
        exclude = self._get_validation_exclusions() - generated
        for constraint in model._meta.constraints:
            try:
                constraint.validate(model, self.instance, exclude=exclude)
            except ValidationError as error:
                self.add_error(self._field_of(constraint), error.messages)

    def _taken(self, name):
        if name == "slug":
            return "Une autre fiche a déjà cette réf : écrivez-en une autre, ou rien."
        return f"Une autre fiche ({self._meta.model._meta.verbose_name}) l'a déjà."

    def _field_of(self, constraint):
        """The last field of a uniqueness, the first of another rule."""
        if names := list(getattr(constraint, "fields", ())):
            names.reverse()
        else:
            names = [
                name for name, *_ in self._meta.model._get_expr_references(constraint.condition)
            ]
        for name in names:
            name = name.removesuffix("_latest").removesuffix("_earliest")
            if name in self.fields and not self._is_parent(name):
                return name
        return None

    def _is_parent(self, name):
        return isinstance(self.fields[name], forms.models.InlineForeignKeyField)

    def _update_errors(self, errors):
        by_field = dict(getattr(errors, "error_dict", {NON_FIELD_ERRORS: [errors]}))
        constraints = {
            constraint.violation_error_message for constraint in self._meta.model._meta.constraints
        }
        for error in by_field.pop(NON_FIELD_ERRORS, []):
            if error.message in constraints:  # `_post_clean` says it beside its field
                continue
            name = self.error_fields.get(error.code)
            by_field.setdefault(name if name in self.fields else NON_FIELD_ERRORS, []).append(error)
        for name in by_field.keys() & self.fields.keys():
            by_field[name] = [
                ValidationError(self._taken(name), code="unique")
                if error.code == "unique"
                else error
                for error in by_field[name]
            ]
        super()._update_errors(ValidationError(by_field))


class RelationsMixin:
    """Relations chosen by typing, or among the records of the same parent.

    `parent_choices` names the relations that an inline draws from its parent:
    {"session": "event"} offers the sessions of the event being edited.
    `choice_related` names what the label of this model's records reads of others;
    `choice_rows`, what it reads of several, and how to read those.
    """

    form = ModelForm
    formfield_overrides = {LinesField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}
    parent_choices = {}
    choice_related = ()
    choice_rows = {}

    def get_autocomplete_fields(self, request):
        return [
            field.name
            for field in [*self.model._meta.fields, *self.model._meta.many_to_many]
            if (field.many_to_one or field.one_to_one or field.many_to_many)
            and field.name not in self.parent_choices
            and self.admin_site.is_registered(field.related_model)
        ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.URLField):
            kwargs["form_class"] = WebAddressFormField
        elif isinstance(db_field, models.TimeField):
            kwargs["widget"] = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        elif isinstance(db_field, models.DateTimeField):
            kwargs["form_class"] = WrittenDateTimeField
            kwargs["widget"] = MomentWidget(capfirst(db_field.verbose_name))
        elif isinstance(db_field, models.DateField):
            kwargs["form_class"] = WrittenDateField
        elif isinstance(db_field, models.DecimalField):
            # As text, so that what is no number is given back to correct.
            kwargs |= {"localize": True, "form_class": SpacedDecimalField}
        elif db_field.name == "order":
            kwargs |= {"required": False, "initial": None}
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is None:
            return None
        field.help_text = unbroken(field.help_text)
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            # A form about an event is no place to delete an actor.
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedSelect(db_field, self.admin_site)
            kwargs["form_class"] = RelatedChoiceField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedSelectMultiple(db_field, self.admin_site)
            kwargs["form_class"] = RelatedField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_field_queryset(self, db, db_field, request):
        try:
            related = self.admin_site.get_model_admin(db_field.related_model)
        except NotRegistered:
            return None
        return related.get_queryset(request)

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        return queryset.select_related(*self.choice_related) if self.choice_related else queryset

    def with_relations(self, request, queryset):
        """Load with each record what its form shows of others, once for all rows."""
        shown = flatten(self.fields) if self.fields else None
        for name in self.get_autocomplete_fields(request):
            field = self.model._meta.get_field(name)
            related = self.admin_site.get_model_admin(field.related_model)
            if field.many_to_many:
                if shown is None or name in shown:
                    queryset = queryset.prefetch_related(name, *prefetches(related, f"{name}__"))
            else:
                nested = getattr(related, "choice_related", ())
                queryset = queryset.select_related(name, *(f"{name}__{path}" for path in nested))
                queryset = queryset.prefetch_related(*prefetches(related, f"{name}__"))
        return queryset
