"""Who may change which records, in lists, forms and actions: see `coopemploi.permissions`."""

from functools import wraps

from django.contrib import admin, messages

from ..batches import batches
from ..permissions import editing_rule


class OutOfReachError(Exception):
    """A record saved would be out of the perimeter of who saves it."""


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


class PerimeterMixin:
    """Records are changed within the perimeter of who changes them, and stay there."""

    # Whether the form alone says in which perimeter the record is.
    is_placed_by_its_form = True

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
