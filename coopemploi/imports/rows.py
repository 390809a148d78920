"""What stands for the rows that a form lists under its fields, where a table is imported."""

from functools import partial

from django.contrib.admin.utils import flatten_fieldsets
from django.urls import path, reverse

from . import views


class ImportPages:
    """The addresses of the imports and exports of one model."""

    def import_url_name(self, name):
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def import_url(self, name, *args):
        return reverse(f"admin:{self.import_url_name(name)}", args=args)

    def import_routes(self, prefix=""):
        def route(address, name, view):
            wrapped = self.admin_site.admin_view(partial(view, model_admin=self))
            return path(f"{prefix}{address}", wrapped, name=self.import_url_name(name))

        return [
            route("importer/", "import", views.upload),
            route("importer/modele/", "import_template", views.template),
            route("importer/<int:pk>/", "import_batch", views.batch),
            route("importer/<int:pk>/colonnes/", "import_mapping", views.mapping),
            route("importer/<int:pk>/doublons/", "import_duplicates", views.duplicates),
            route("importer/<int:pk>/enregistrer/", "import_apply", views.apply),
            route("importer/<int:pk>/retirer/", "import_take_back", views.take_back),
            route("importer/<int:pk>/refus/", "import_refused", views.refused),
            route("exporter/", "export", views.export_choice),
            route("exporter/<str:extension>/", "export_file", views.export_file),
        ]

    @property
    def list_opts(self):
        """Of the list that these pages are reached from."""
        return self.opts

    def has_import_permission(self, request):
        return self.has_add_permission(request) or self.has_change_permission(request)


class RowsAdmin(ImportPages):
    """The rows that an inline edits: whoever may change a record may change its rows."""

    def __init__(self, owner_admin, importation):
        self.owner_admin, self.importation = owner_admin, importation
        self.admin_site = owner_admin.admin_site
        self.model, self.owner = importation.model, importation.owner
        self.opts = self.model._meta

    @property
    def list_opts(self):
        return self.owner_admin.opts

    def _inline(self, request):
        inlines = self.owner_admin.get_inline_instances(request)
        return next((each for each in inlines if each.model is self.model), None)

    def _may(self, verb, request, row):
        inline = self._inline(request)
        owner = getattr(row, self.owner) if row is not None else None
        return (
            inline is not None
            and getattr(inline, f"has_{verb}_permission")(request, None)
            and self.owner_admin.has_change_permission(request, owner)
        )

    def has_add_permission(self, request):
        return self._may("add", request, None)

    def has_change_permission(self, request, obj=None):
        return self._may("change", request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._may("delete", request, obj)

    def has_view_permission(self, request):
        return self.owner_admin.has_view_permission(request)

    def get_queryset(self, request):
        return self.model._default_manager.select_related(self.owner)

    def get_fieldsets(self, request):
        inline = self._inline(request)
        shown = flatten_fieldsets(inline.get_fieldsets(request)) if inline else []
        return [(None, {"fields": [self.owner, *shown]})]

    def get_readonly_fields(self, request):
        inline = self._inline(request)
        return inline.get_readonly_fields(request) if inline else []

    def get_inline_instances(self, request):
        return []

    def _owners(self, rows):
        return list(
            {getattr(row, f"{self.owner}_id"): getattr(row, self.owner) for row in rows}.values()
        )

    def reach_all(self, request, rows):
        self.owner_admin.reach_all(request, self._owners(rows))

    def out_of_reach(self, request, rows):
        out = {owner.pk for owner in self.owner_admin.out_of_reach(request, self._owners(rows))}
        return [row for row in rows if getattr(row, f"{self.owner}_id") in out]

    # Exports, and the pages

    def exported(self, request):
        """The rows of the records that the address of a list filters."""
        owners = self.owner_admin.get_changelist_instance(request).get_queryset(request)
        rows = self.get_queryset(request).filter(
            **{f"{self.owner}__in": owners.order_by().values("pk")}
        )
        return rows.order_by(self.owner, *self.opts.ordering)

    def record_urls(self, keys):
        rows = self.model._default_manager.filter(pk__in=keys).order_by()
        return {
            key: self.owner_admin.import_url("change", owner)
            for key, owner in rows.values_list("pk", f"{self.owner}_id")
        }

    @property
    def import_links(self):
        """The other tables about the same records, as (label, address)."""
        return self.owner_admin.import_links
