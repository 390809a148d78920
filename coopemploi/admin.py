"""What every admin page shares: the site, searches, choices, errors, publication."""

import json
from decimal import Decimal
from functools import wraps

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
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
from django.forms.models import BaseInlineFormSet
from django.utils.text import capfirst
from django.views.i18n import JavaScriptCatalog

from .batches import batches
from .fields import LinesField, PartialDateField
from .history.admin import RecordHistory
from .list_editing import KEY, ListEditingMixin
from .mass_actions import MassAction
from .permissions import editing_rule
from .publishing import Publishable
from .saved_filters import SavedFiltersMixin
from .search.text import normalise

FEMININE = {
    "action",
    "alerte",
    "appartenance",
    "contribution",
    "fonction",
    "filière",
    "idée",
    "image",
    "identité",
    "initiative",
    "inscription",
    "instance",
    "intervention",
    "mise",
    "nouvelle",
    "offre",
    "opération",
    "partie",
    "personne",
    "proposition",
    "présence",
    "question",
    "rencontre",
    "ressource",
    "séquence",
    "série",
    "source",
    "thématique",
    "étape",
    "évaluation",
}


def with_article(name):
    """A verbose name as one is added: "une étape datée", "un besoin"."""
    article = "une" if name.split()[0] in FEMININE else "un"
    return f"{article} {name}"


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


class FollowUpFilter(admin.SimpleListFilter):
    """What awaits somebody: the `follow_up` of the ModelAdmin, by their queryset methods."""

    title = "suite à donner"
    parameter_name = "a-suivre"

    def __init__(self, request, params, model, model_admin):
        self.follow_up = model_admin.follow_up
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return [(value, label) for value, (label, _) in self.follow_up.items()]

    def queryset(self, request, queryset):
        if self.value() not in self.follow_up:
            return queryset
        _, method = self.follow_up[self.value()]
        return getattr(queryset, method)()


class AdminSite(admin.AdminSite):
    site_title = "Gestion"
    site_header = "Gestion"
    index_title = "Gérer le site"
    empty_value_display = "–"

    # The queue and the sign-in library register tables that nobody here edits.
    apps_left_out = {
        "account",
        "django_tasks_database",
        "mfa",
        "post_office",
        "socialaccount",
        "usersessions",
    }

    app_order = (
        "events",
        "initiatives",
        "territories",
        "participation",
        "vocabulary",
        "sources",
        "merging",
        "identity",
        "mail",
        "alerts",
        "accounts",
    )

    def register(self, model_or_iterable, admin_class=None, **options):
        if isinstance(model_or_iterable, models.base.ModelBase):
            model_or_iterable = [model_or_iterable]
        kept = [
            model for model in model_or_iterable if model._meta.app_label not in self.apps_left_out
        ]
        super().register(kept, admin_class, **options)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Functions of the request: what upper layers add to the context of the home page.
        self.index_contexts = []

    def index(self, request, extra_context=None):
        context = dict(extra_context or {})
        for build in self.index_contexts:
            context |= build(request)
        return super().index(request, context)

    def i18n_javascript(self, request, extra_context=None):
        """In the words of this site: see `locale`."""
        packages = ["django.contrib.admin", "coopemploi"]
        return JavaScriptCatalog.as_view(packages=packages)(request)

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
        selected = {str(key) for key in value if KEY.fullmatch(str(key))}
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
        if not self.allow_multiple_selected and not (self.is_required and options):
            options.insert(0, self.create_option(name, "", "---------", False, 0))
        return [(None, options, 0)]


class RelatedField(forms.ModelMultipleChoiceField):
    """Records chosen by their keys; a number that no column holds is the key of none."""

    def clean(self, value):
        try:
            return super().clean(value)
        except OverflowError as error:
            raise ValidationError("Choisissez parmi ce qui est proposé.", "unknown") from error


class LoadedSelect(LoadedChoices, AutocompleteSelect):
    pass


class LoadedSelectMultiple(LoadedChoices, AutocompleteSelectMultiple):
    pass


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


class OutOfReachError(Exception):
    """A record saved would be out of the perimeter of who saves it."""


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
        elif isinstance(db_field, models.TimeField):
            kwargs["widget"] = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        elif isinstance(db_field, models.DecimalField):
            # As text, so that what is no number is given back to correct.
            kwargs |= {"localize": True, "form_class": SpacedDecimalField}
        elif db_field.name == "order":
            kwargs |= {"required": False, "initial": None}
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
                    queryset = queryset.prefetch_related(name)
            else:
                nested = getattr(related, "choice_related", ())
                queryset = queryset.select_related(name, *(f"{name}__{path}" for path in nested))
        return queryset


class PrefetchingChangeList(ChangeList):
    def get_queryset(self, request, exclude_parameters=None):
        queryset = super().get_queryset(request, exclude_parameters)
        return queryset.prefetch_related(*self.model_admin.list_prefetch_related)


class PerimeterFilter(admin.SimpleListFilter):
    """First the records that one may edit; all of them on demand."""

    title = "périmètre"
    parameter_name = "perimetre"

    def lookups(self, request, model_admin):
        self.model_admin = model_admin
        self.is_scoped = editing_rule().scopes(model_admin.model, request.user)
        return [("tout", "Tout")] if self.is_scoped else []

    def choices(self, changelist):
        mine, everything = {"remove": [self.parameter_name]}, {self.parameter_name: "tout"}
        yield {
            "selected": self.value() != "tout",
            "query_string": changelist.get_query_string(**mine),
            "display": "Ce que je peux modifier",
        }
        yield {
            "selected": self.value() == "tout",
            "query_string": changelist.get_query_string(everything),
            "display": "Tout",
        }

    def queryset(self, request, queryset):
        if self.value() == "tout" or not self.is_scoped:
            return queryset
        return self.model_admin._within(request, queryset)


class ModelAdmin(SavedFiltersMixin, ListEditingMixin, RelationsMixin, RecordHistory):
    list_per_page = 50
    list_prefetch_related = ()
    # What to follow up, as a filter of the list: value → (label, queryset method).
    follow_up = {}
    # The relation to the parent among whose records this one has its place.
    order_within = None
    # Whether the form alone says in which perimeter the record is.
    is_placed_by_its_form = True

    def get_changelist(self, request, **kwargs):
        return PrefetchingChangeList

    # Perimeters

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._reaches(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._reaches(request, obj)

    def has_publish_permission(self, request):
        return self.has_change_permission(request) and editing_rule().can_publish(request.user)

    def _reaches(self, request, obj):
        """Whether a record is one that the perimeter of `request.user` holds; asked once.

        One that is not, or no more, in the database is judged once it is: see `out_of_reach`.
        """
        if obj is None or obj._state.adding:
            return True
        known = request.__dict__.setdefault("_reached", {})
        key = (self.model, obj.pk)
        if key not in known:
            known[key] = self._within(request, self.model._base_manager.filter(pk=obj.pk)).exists()
        return known[key]

    def reach_all(self, request, records):
        """Ask of many records at once whether they are in the perimeter: see `_reaches`."""
        known = request.__dict__.setdefault("_reached", {})
        for pks in batches({record.pk for record in records}):
            found = self._within(request, self.model._base_manager.filter(pk__in=pks))
            within = set(found.values_list("pk", flat=True))
            known.update({(self.model, pk): pk in within for pk in pks})

    def out_of_reach(self, request, records):
        """Those of records just written that are out of the perimeter of who wrote them."""
        if not self.is_placed_by_its_form:
            return []
        self.reach_all(request, records)
        return [record for record in records if not self._reaches(request, record)]

    def _within(self, request, queryset):
        return editing_rule().editable(queryset, request.user)

    def get_list_filter(self, request):
        follow_up = [FollowUpFilter] if self.follow_up else []
        return [PerimeterFilter, *follow_up, *super().get_list_filter(request)]

    def get_actions(self, request):
        return {
            name: (within_perimeter(function), name, description)
            for name, (function, _, description) in super().get_actions(request).items()
        }

    def get_deleted_objects(self, objs, request):
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        if any(not self._reaches(request, obj) for obj in objs):
            missing = {*missing, "des fiches hors de votre périmètre"}
        return deleted, counts, missing, protected

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "_refusal", "")
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The form again, nothing saved, when it would put the record out of reach."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except OutOfReachError:
            request._refusal = (
                "Ainsi, la fiche ne serait pas dans votre périmètre, et vous ne pourriez plus la "
                "modifier : rien n'est enregistré. Gardez-lui un lieu de votre périmètre."
            )
            request.__dict__.pop("_reached", None)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if self.out_of_reach(request, [form.instance]):
            raise OutOfReachError

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

    def response_action(self, request, queryset):
        selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(KEY.fullmatch(key) for key in selected):
            self.message_user(request, "Cette sélection n'existe pas.", messages.WARNING)
            return None
        return super().response_action(request, queryset)

    def save_model(self, request, obj, form, change):
        if self.order_within and not obj.order:
            parent = getattr(obj, self.order_within)
            siblings = self.model.objects.filter(**{self.order_within: parent})
            obj.order = (siblings.aggregate(last=models.Max("order"))["last"] or 0) + 1
        super().save_model(request, obj, form, change)

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None):
        shown = super().get_inline_formsets(request, formsets, inline_instances, obj)
        for inline in shown:
            data = json.loads(inline.inline_formset_data())
            name = inline.opts.verbose_name.removesuffix(COLON_SPACE)
            data["options"]["addText"] = f"Ajouter {with_article(name)}"
            inline.inline_formset_data = json.dumps(data)
        return shown

    def get_view_on_site_url(self, obj=None):
        if obj is None or not hasattr(obj, "get_absolute_url"):
            return None
        return obj.get_absolute_url()

    def preview_url(self, obj):
        """Where a record is shown as visitors will have it; None when it has no such page."""

    def object_links(self, request, obj):
        """Links to what is edited elsewhere, as (label, address) pairs."""
        return []

    def view_on_site_label(self, obj):
        return "Voir sur le site"

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        add = f"Ajouter {with_article(self.opts.verbose_name)}"
        context = {"title": title, "add_label": add, **(extra_context or {})}
        return super().changelist_view(request, context)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        name = self.opts.verbose_name
        context["title"] = f"Ajouter {with_article(name)}" if obj is None else capfirst(name)
        if obj is not None:
            context["object_links"] = self.object_links(request, obj)
            context["preview_url"] = self.preview_url(obj)
            context["view_on_site_label"] = self.view_on_site_label(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def within_perimeter(action):
    """An action that does nothing at all when a record is out of the user's perimeter."""

    @wraps(action)
    def act(model_admin, request, queryset):
        outside = queryset.count() - model_admin._within(request, queryset).count()
        if outside:
            s = "s" if outside > 1 else ""
            message = f"Rien n'a été fait : {outside} fiche{s} hors de votre périmètre."
            model_admin.message_user(request, message, messages.ERROR)
            return None
        return action(model_admin, request, queryset)

    return act


PUBLISH = MassAction(
    name="publish_selection",
    verb="Publier",
    done="publiée",
    entry="Publication.",
    apply=lambda record: record.publish(),
    nothing="Tout était déjà publié.",
)
ARCHIVE = MassAction(
    name="archive_selection",
    verb="Archiver",
    done="archivée",
    entry="Archivage.",
    apply=lambda record: record.archive(),
    nothing="Tout était déjà archivé.",
)


class ConfidentialAdmin(ModelAdmin):
    """What people send, or are sent: seen by those alone whose perimeter holds it.

    It comes from the site: nobody adds any here.
    """

    def get_queryset(self, request):
        return editing_rule().editable(super().get_queryset(request), request.user)

    def has_add_permission(self, request):
        return False


class PublishableAdmin(ModelAdmin):
    """Records that go from draft to published."""

    actions = ["publish_selection", "archive_selection"]
    follow_up = {"a-relire": ("à relire", "to_review")}
    save_on_top = True

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        if obj.is_published and obj.published_at is None:
            obj.publish()

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """Who may not publish proposes."""
        if db_field.name == "status" and not editing_rule().can_publish(request.user):
            status = Publishable.Status
            kwargs["choices"] = [
                (each.value, each.label) for each in (status.DRAFT, status.PROPOSED)
            ]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_view_on_site_url(self, obj=None):
        """A draft that has a preview has no public page yet."""
        if obj is not None and not obj.is_published and self.preview_url(obj):
            return None
        return super().get_view_on_site_url(obj)

    def view_on_site_label(self, obj):
        match obj.status:
            case Publishable.Status.PUBLISHED:
                return "Voir sur le site"
            case Publishable.Status.ARCHIVED:
                return "Aperçu de l'archive"
        return "Aperçu du brouillon"

    @admin.action(description="Publier la sélection", permissions=["publish"])
    def publish_selection(self, request, queryset):
        drafts = queryset.exclude(status=Publishable.Status.PUBLISHED)
        return PUBLISH.run(self, request, drafts)

    @admin.action(description="Archiver la sélection", permissions=["publish"])
    def archive_selection(self, request, queryset):
        kept = queryset.exclude(status=Publishable.Status.ARCHIVED)
        return ARCHIVE.run(self, request, kept)


class OrderedFormSet(BaseInlineFormSet):
    """Rows left without a number take the place they have on the page."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "DELETE" in form.fields:  # in a table, nothing else names it
            form.fields["DELETE"].widget.attrs["aria-label"] = "Supprimer cette ligne"

    def clean(self):
        super().clean()
        if "order" not in self.form.base_fields or any(self.errors):
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

    def _number(self, form, number):
        if form.instance.order != number:
            form.instance.order = number
            if "order" not in form.changed_data:
                form.changed_data.append("order")


class InlineMixin(RelationsMixin):
    """Rows of a record, edited by whoever may edit it."""

    extra = 0
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
    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A cell has no label of its own: its column names it, for who does not see it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", capfirst(field.label))
        return field


COLON_SPACE = "\N{NO-BREAK SPACE}"


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


# Only the schemes that a record has: the vocabulary counts forty.
USED_SCHEMES = ("schemes", admin.RelatedOnlyFieldListFilter)
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
