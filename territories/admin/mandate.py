from django.contrib import admin

from coopemploi.accounts.admin import AskedAgainMixin
from coopemploi.accounts.admin import UserAdmin as AccountAdmin
from coopemploi.accounts.models import User
from coopemploi.admin import ModelAdmin, StackedInline
from territories.models import Mandate


def open_administration(user):
    """A mandate is exercised here, by the team, which gives a second factor."""
    if not user.is_staff and Mandate.objects.filter(user=user).exists():
        user.is_staff = True
        user.save(update_fields=["is_staff"])


class MandateInline(StackedInline):
    model = Mandate
    fields = ["role", ("territory", "network"), ("since", "until")]
    fk_name = "user"


class UserAdmin(AccountAdmin):
    """Accounts, with what their mandates let them do.

    Only a superuser touches superusers, and makes one: an administrator would take their
    place otherwise.
    """

    inlines = [MandateInline, *AccountAdmin.inlines]
    list_display = ["email", "first_name", "last_name", "roles", "is_staff", "is_active"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .prefetch_related("mandates__territory", "mandates__network")
        )

    def get_inlines(self, request, obj):
        """Mandates come once the account is there."""
        return super().get_inlines(request, obj) if obj else []

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request, obj):
        return obj is None or request.user.is_superuser or not obj.is_superuser

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, "is_superuser"]

    def get_actions(self, request):
        """Superusers are never deleted by who is not one of them."""
        actions = super().get_actions(request)
        if not request.user.is_superuser:
            actions.pop("delete_selected", None)
        return actions

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        open_administration(form.instance)

    @admin.display(description="mandats")
    def roles(self, user):
        return ", ".join(map(str, user.mandates.all()))


admin.site.unregister(User)
admin.site.register(User, UserAdmin)


@admin.register(Mandate)
class MandateAdmin(AskedAgainMixin, ModelAdmin):
    list_display = ["user", "role", "territory", "network", "since", "until"]
    list_filter = ["role"]
    list_select_related = ["user", "territory", "network"]
    search_fields = ["user__email", "user__last_name", "territory__name", "network__name"]
    fields = ["user", "role", ("territory", "network"), ("since", "until")]
    is_placed_by_its_form = False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        open_administration(obj.user)

    # What history brings back gives rights too.

    def restore_view(self, request, *args, **kwargs):
        self._ask_again(request)
        return super().restore_view(request, *args, **kwargs)

    def recover_view(self, request, *args, **kwargs):
        self._ask_again(request)
        return super().recover_view(request, *args, **kwargs)

    def undo_view(self, request, *args, **kwargs):
        self._ask_again(request)
        return super().undo_view(request, *args, **kwargs)
