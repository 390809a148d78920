"""What every admin page shares: the site, searches, choices, errors, publication."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.utils import flatten
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import (
    AdminTextareaWidget,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.paginator import Page, Paginator
from django.db import models
from django.utils.text import capfirst

from .fields import LinesField, PartialDateField
from .publishing import Publishable
from .search.text import normalise


class UncountedPage(Page):
    def __init__(self, rows, number, paginator):
        super().__init__(rows[: paginator.per_page], number, paginator)
        self.is_followed = len(rows) > paginator.per_page

    def has_next(self):
        return self.is_followed


class UncountedPaginator(Paginator):
    """Reads one row more than the page: counting would cost a second search."""

    def page(self, number):
        start = (number - 1) * self.per_page
        rows = list(self.object_list[start : start + self.per_page + 1])
        return UncountedPage(rows, number, self)


class AutocompleteView(AutocompleteJsonView):
    def get_paginator(self, *args, **kwargs):
        return UncountedPaginator(*args, **kwargs)

    def serialize_result(self, obj, to_field_name):
        label = getattr(self.model_admin, "choice_label", str)
        return {"id": str(getattr(obj, to_field_name)), "text": label(obj)}


class AdminSite(admin.AdminSite):
    site_title = "Gestion"
    site_header = "Gestion"
    index_title = "Gérer le site"
    empty_value_display = "–"

    app_order = (
        "events",
        "initiatives",
        "territories",
        "vocabulary",
        "sources",
        "identity",
        "accounts",
    )

    def autocomplete_view(self, request):
        return AutocompleteView.as_view(admin_site=self)(request)

    def get_app_list(self, request, app_label=None):
        """Apps from the most used, models in the order of their registration."""
        rank = {model: position for position, model in enumerate(self._registry)}
        apps = list(self._build_app_dict(request, app_label).values())
        for app in apps:
            app["models"].sort(key=lambda entry: rank[entry["model"]])
        known = {label: position for position, label in enumerate(self.app_order)}
        return sorted(apps, key=lambda app: (known.get(app["app_label"], len(known)), app["name"]))


class LoadedChoices:
    """An autocomplete that draws the selected records from those already loaded."""

    loaded = ()

    def optgroups(self, name, value, attr=None):
        selected = {str(key) for key in value if str(key) not in self.choices.field.empty_values}
        records = {str(record.pk): record for record in self.loaded}
        if not selected <= records.keys():
            found = self.choices.queryset.using(self.db).filter(pk__in=selected)
            records = {str(record.pk): record for record in found}
        related_admin = self.admin_site.get_model_admin(self.field.related_model)
        label = getattr(related_admin, "choice_label", str)
        options = [
            self.create_option(name, key, label(record), True, index)
            for index, (key, record) in enumerate(records.items())
            if key in selected
        ]
        if not self.is_required and not self.allow_multiple_selected:
            options.insert(0, self.create_option(name, "", "", False, 0))
        return [(None, options, 0)]


class LoadedSelect(LoadedChoices, AutocompleteSelect):
    pass


class LoadedSelectMultiple(LoadedChoices, AutocompleteSelectMultiple):
    pass


class ModelForm(forms.ModelForm):
    """A form that puts the errors of model rules beside the field to correct."""

    # Where to show the errors of `clean()` that name no field, by their code.
    error_fields = {}

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

    def _post_clean(self):
        super()._post_clean()
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
        super()._update_errors(ValidationError(by_field))


class RelationsMixin:
    """Relations chosen by typing, or among the records of the same parent.

    `parent_choices` names the relations that an inline draws from its parent:
    {"session": "event"} offers the sessions of the event being edited.
    `choice_related` names what the label of this model's records reads of others.
    """

    form = ModelForm
    formfield_overrides = {LinesField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}
    parent_choices = {}
    choice_related = ()

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
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # A form about an event is no place to delete an actor.
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedSelectMultiple(db_field, self.admin_site)
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
                    queryset = queryset.prefetch_related(name)
            else:
                nested = getattr(related, "choice_related", ())
                queryset = queryset.select_related(name, *(f"{name}__{path}" for path in nested))
        return queryset


class PrefetchingChangeList(ChangeList):
    def get_queryset(self, request, exclude_parameters=None):
        queryset = super().get_queryset(request, exclude_parameters)
        return queryset.prefetch_related(*self.model_admin.list_prefetch_related)


class ModelAdmin(RelationsMixin, admin.ModelAdmin):
    list_per_page = 50
    list_prefetch_related = ()

    def get_changelist(self, request, **kwargs):
        return PrefetchingChangeList

    def choice_label(self, obj):
        """How a record is named in a list of choices, where homonyms must be told apart."""
        return str(obj)

    def get_object(self, request, object_id, from_field=None):
        obj = super().get_object(request, object_id, from_field)
        if obj is None:
            return None
        return self.with_relations(request, self.get_queryset(request)).get(pk=obj.pk)

    def get_search_results(self, request, queryset, search_term):
        """Find words by their beginning, whatever their accents and case."""
        words = normalise(search_term).split()
        if not words:
            return queryset, False
        if hasattr(queryset, "matching"):
            return queryset.matching(search_term), False
        if hasattr(self.model, "sort_name"):
            for word in words:
                queryset = queryset.filter(sort_name__contains=f" {word}")
            return queryset, False
        return queryset.filter(pk__in=self._find(queryset, words)), False

    def _find(self, queryset, words):
        """The keys of the records whose `search_fields` hold every word.

        Reads the whole table: for the models that have no normalised column,
        which count in hundreds.
        """
        texts = {}
        for pk, *values in queryset.order_by().values_list("pk", *self.search_fields):
            texts.setdefault(pk, set()).update(str(value) for value in values if value)
        return [
            pk
            for pk, found in texts.items()
            if all(f" {word}" in f" {normalise(' '.join(found))}" for word in words)
        ]

    def get_view_on_site_url(self, obj=None):
        if obj is None or not hasattr(obj, "get_absolute_url"):
            return None
        return obj.get_absolute_url()

    def object_links(self, request, obj):
        """Links to what is edited elsewhere, as (label, address) pairs."""
        return []

    def view_on_site_label(self, obj):
        return "Voir sur le site"

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        name = self.opts.verbose_name
        context["title"] = f"Ajouter : {name}" if obj is None else capfirst(name)
        if obj is not None:
            context["object_links"] = self.object_links(request, obj)
            context["view_on_site_label"] = self.view_on_site_label(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class PublishableAdmin(ModelAdmin):
    """Records that go from draft to published."""

    actions = ["publish_selection", "archive_selection"]
    save_on_top = True

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        if obj.is_published and obj.published_at is None:
            obj.publish()

    def view_on_site_label(self, obj):
        match obj.status:
            case Publishable.Status.PUBLISHED:
                return "Voir sur le site"
            case Publishable.Status.ARCHIVED:
                return "Aperçu de l'archive"
        return "Aperçu du brouillon"

    @admin.action(description="Publier la sélection", permissions=["change"])
    def publish_selection(self, request, queryset):
        changed = queryset.exclude(status=Publishable.Status.PUBLISHED)
        count = self._act(request, changed, "publish", "Publication.")
        self._report(request, count, "publiée", "Tout était déjà publié.")

    @admin.action(description="Archiver la sélection", permissions=["change"])
    def archive_selection(self, request, queryset):
        changed = queryset.exclude(status=Publishable.Status.ARCHIVED)
        count = self._act(request, changed, "archive", "Archivage.")
        self._report(request, count, "archivée", "Tout était déjà archivé.")

    def _act(self, request, queryset, verb, entry):
        records = list(queryset)
        for record in records:
            getattr(record, verb)()
            self.log_change(request, record, entry)
        return len(records)

    def _report(self, request, count, done, nothing):
        if not count:
            self.message_user(request, nothing, messages.WARNING)
            return
        s = "s" if count > 1 else ""
        self.message_user(request, f"{count} fiche{s} {done}{s}.", messages.SUCCESS)


class InlineMixin(RelationsMixin):
    extra = 0
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
        PartialDateField: {"help_text": "17/10/2019, 10/2019, 2019, fin mars 2021…"},
    }

    def get_queryset(self, request):
        return self.with_relations(request, super().get_queryset(request))

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
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
    pass


class StackedInline(InlineMixin, admin.StackedInline):
    pass


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


PUBLICATION = (None, {"fields": ["status"]})
CLASSIFICATION = (
    "Classement",
    {
        "fields": ["schemes", "themes", "sectors", "audiences", "obstacles"],
        "description": "Pour que l'on retrouve la fiche : rien n'est obligatoire.",
    },
)
ORIGIN = (
    "Source et adresse de la page",
    {
        "classes": ["collapse"],
        "fields": ["source", "slug"],
        "description": (
            "La réf est la fin de l'adresse de la page ; laissée vide, elle est "
            "faite à partir du titre ou du nom."
        ),
    },
)
