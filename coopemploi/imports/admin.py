"""What makes the records of an admin importable and exportable."""

from django.utils.text import capfirst

from .declarations import importations
from .rows import ImportPages, RowsAdmin


class ImportableMixin(ImportPages):
    """Adds the imports and exports of a model declared in its app's `imports.py`."""

    def get_urls(self):
        routes = self.import_routes()
        for rows in self.row_admins:
            routes += rows.import_routes(f"{rows.importation.name}/")
        return [*routes, *super().get_urls()]

    @property
    def importation(self):
        return importations[self.model]

    @property
    def row_admins(self):
        """What imports the rows that the records hold."""
        held = (each for each in importations.values() if each.owner_model is self.model)
        return [RowsAdmin(self, importation) for importation in held]

    def exported(self, request):
        """The records of the list that an address filters."""
        return self.get_changelist_instance(request).get_queryset(request)

    def record_urls(self, keys):
        return {key: self.import_url("change", key) for key in keys}

    @property
    def import_links(self):
        """The tables about these records, theirs first, as (label, admin)."""
        return [(capfirst(str(each.opts.verbose_name)), each) for each in (self, *self.row_admins)]

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
