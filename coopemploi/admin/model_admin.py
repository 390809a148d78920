"""What the admin of every model shares."""

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.utils.text import capfirst

from ..history.admin import RecordHistory
from ..list_editing import KEY, ListEditingMixin
from ..permissions import editing_rule
from ..saved_filters import SavedFiltersMixin
from ..search.text import normalise
from .errors import places_of_errors, unfold
from .forms import RelationsMixin
from .names import NamedListMixin, with_article
from .perimeters import PerimeterFilter, PerimeterMixin
from .written_choices import with_written


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


def named(deleted, *, but):
    """A tree of what is deleted, without the lines that begin by one of `but`."""
    if isinstance(deleted, list):
        kept = (named(each, but=but) for each in deleted if not str(each).startswith(but))
        return [each for each in kept if each != []]
    return deleted


class PrefetchingChangeList(ChangeList):
    def get_queryset(self, request, exclude_parameters=None):
        queryset = super().get_queryset(request, exclude_parameters)
        return queryset.prefetch_related(*self.model_admin.list_prefetch_related)

    def get_results(self, request):
        super().get_results(request)
        self.show_admin_actions = bool(self.result_count)  # where nothing is shown, nothing is done


class ModelAdmin(
    PerimeterMixin,
    SavedFiltersMixin,
    ListEditingMixin,
    RelationsMixin,
    NamedListMixin,
    RecordHistory,
):
    list_per_page = 50
    list_prefetch_related = ()
    # What to follow up, as a filter of the list: value → (label, queryset method).
    follow_up = {}
    # The relation to the parent among whose records this one has its place.
    order_within = None

    def get_changelist(self, request, **kwargs):
        return PrefetchingChangeList

    def get_list_filter(self, request):
        follow_up = [FollowUpFilter] if self.follow_up else []
        return [PerimeterFilter, *follow_up, *super().get_list_filter(request)]

    def choice_label(self, obj):
        """How a record is named in a list of choices, where homonyms must be told apart."""
        return str(obj)

    def get_object(self, request, object_id, from_field=None):
        obj = super().get_object(request, object_id, from_field)
        if obj is None:
            return None
        return self.with_relations(request, self.get_queryset(request)).get(pk=obj.pk)

    def get_deleted_objects(self, objs, request):
        """What goes with records, but the links that join two: they bear no name."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        models_of_links = apps.get_models(include_auto_created=True)
        links = [each._meta for each in models_of_links if each._meta.auto_created]
        told = tuple(f"{capfirst(each.verbose_name)}: " for each in links)
        unnamed = {each.verbose_name_plural for each in links}
        counts = {name: count for name, count in counts.items() if name not in unnamed}
        return named(deleted, but=told), counts, missing, protected

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

    def _changeform_view(self, request, object_id, form_url, extra_context):
        request.POST = with_written(request.POST)
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        if self.order_within and not obj.order:
            parent = getattr(obj, self.order_within)
            siblings = self.model.objects.filter(**{self.order_within: parent})
            obj.order = (siblings.aggregate(last=models.Max("order"))["last"] or 0) + 1
        super().save_model(request, obj, form, change)

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

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        name = self.opts.verbose_name
        context["title"] = f"Ajouter {with_article(name)}" if obj is None else capfirst(name)
        if obj is not None:
            context["object_links"] = self.object_links(request, obj)
            if self.has_change_permission(request, obj):  # a preview is for nobody else
                context["preview_url"] = self.preview_url(obj)
            context["view_on_site_label"] = self.view_on_site_label(obj)
        if context["errors"]:
            unfold(context["adminform"])
            context["places_of_errors"] = places_of_errors(
                context["adminform"], context["inline_admin_formsets"]
            )
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class ConfidentialAdmin(ModelAdmin):
    """What people send, or are sent: seen by those alone whose perimeter holds it.

    It comes from the site: nobody adds any here.
    """

    def get_queryset(self, request):
        return editing_rule().editable(super().get_queryset(request), request.user)

    def has_add_permission(self, request):
        return False
