from django.contrib import admin
from django.shortcuts import redirect

from ..admin import ModelAdmin
from .forms import IdentityForm
from .models import Identity


@admin.register(Identity)
class IdentityAdmin(ModelAdmin):
    form = IdentityForm
    fieldsets = [
        (None, {"fields": ["name", "tagline", "presentation", "is_fictional"]}),
        ("Apparence", {"fields": ["accent", "logo"]}),
        (
            "Mentions légales",
            {
                "fields": [
                    "publisher",
                    "publisher_address",
                    "publication_director",
                    "host",
                    "host_address",
                ]
            },
        ),
        ("Contact", {"fields": ["contact_email", "data_protection_contact"]}),
    ]

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Identity.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        """There is one identity: its form stands for the list."""
        if Identity.objects.exists():
            return redirect("admin:identity_identity_change", 1)
        return redirect("admin:identity_identity_add")

    def save_model(self, request, obj, form, change):
        obj.pk = 1
        super().save_model(request, obj, form, change)
