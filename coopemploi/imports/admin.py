"""What makes the records of an admin importable and exportable."""

from functools import partial

from django.urls import path, reverse

from . import views
from .declarations import importations


class ImportableMixin:
    """Adds the imports and exports of a model declared in its app's `imports.py`."""

    def get_urls(self):
        def route(address, name, view):
            wrapped = self.admin_site.admin_view(partial(view, model_admin=self))
            return path(address, wrapped, name=self.import_url_name(name))

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
            *super().get_urls(),
        ]

    @property
    def importation(self):
        return importations[self.model]

    def import_url_name(self, name):
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def import_url(self, name, *args):
        return reverse(f"admin:{self.import_url_name(name)}", args=args)

    def has_import_permission(self, request):
        return self.has_add_permission(request) or self.has_change_permission(request)

    def changelist_view(self, request, extra_context=None):
        tools = []
        if self.has_import_permission(request):
            tools.append(("Importer", self.import_url("import")))
        if self.has_view_permission(request):
            query = request.GET.copy()
            query.pop("p", None)
            suffix = f"?{query.urlencode()}" if query else ""
            tools.append(("Exporter", self.import_url("export") + suffix))
        return super().changelist_view(request, {"list_tools": tools, **(extra_context or {})})
