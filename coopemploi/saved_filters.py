"""Filters of the admin's lists, that each user keeps under a name."""

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from .accounts.models import SavedFilter

# What of an address says where one is in a list, not which list it is.
PASSING = (PAGE_VAR, ERROR_FLAG, "_popup", "_to_field", "_facets")


def lasting(query):
    """The part of a `QueryDict` that is worth keeping, as it is written in an address."""
    kept = query.copy()
    for name in PASSING:
        kept.pop(name, None)
    return kept.urlencode()


class SavedFilterForm(forms.ModelForm):
    class Meta:
        model = SavedFilter
        fields = ["name", "query"]
        widgets = {"query": forms.HiddenInput}
        labels = {"name": "Nom du filtre"}

    def __init__(self, *args, saved, is_valid_query, **kwargs):
        super().__init__(*args, **kwargs)
        self.saved = saved
        self.is_valid_query = is_valid_query

    def clean_name(self):
        name = self.cleaned_data["name"]
        if self.saved.filter(name=name).exists():
            raise forms.ValidationError("Vous avez déjà un filtre de ce nom.", code="unique")
        return name

    def clean_query(self):
        query = lasting(QueryDict(self.cleaned_data["query"]))
        if not query or not self.is_valid_query(query):
            raise forms.ValidationError("Ce filtre n'est pas de cette liste.", code="unknown")
        return query


class SavedFiltersMixin:
    """The lists of a ModelAdmin keep filters, and show those of the user."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        views = [
            ("filtres/", self.save_filter_view, "save_filter"),
            ("filtres/<int:pk>/", self.use_filter_view, "use_filter"),
            ("filtres/<int:pk>/supprimer/", self.delete_filter_view, "delete_filter"),
        ]
        urls = [
            path(route, self.admin_site.admin_view(view), name=f"{name}_{suffix}")
            for route, view, suffix in views
        ]
        return [*urls, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        context = {
            "saved_filters": [
                {
                    "name": saved.name,
                    "url": self._filter_url("use_filter", saved.pk),
                    "delete_url": self._filter_url("delete_filter", saved.pk),
                }
                for saved in self._saved(request)
            ],
            "save_filter_url": self._filter_url("save_filter"),
            "query_to_save": lasting(request.GET),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @method_decorator(require_POST)
    def save_filter_view(self, request):
        self._refuse_who_may_not_see(request)
        saved = self._saved(request)
        form = SavedFilterForm(
            request.POST,
            saved=saved,
            is_valid_query=lambda query: self._is_valid_query(request, query),
        )
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": "Enregistrer ce filtre",
                "opts": self.opts,
                "form": form,
            }
            return TemplateResponse(request, "admin/saved_filter.html", context, status=422)
        query = form.cleaned_data["query"]
        # Sent twice, it is kept once.
        saved.get_or_create(
            user=request.user,
            records=self.opts.label_lower,
            name=form.cleaned_data["name"],
            defaults={"query": query},
        )
        self.message_user(request, "Filtre enregistré.", messages.SUCCESS)
        return HttpResponseRedirect(f"{self._filter_url('changelist')}?{query}")

    @method_decorator(require_safe)
    def use_filter_view(self, request, pk):
        self._refuse_who_may_not_see(request)
        saved = get_object_or_404(self._saved(request), pk=pk)
        url = self._filter_url("changelist")
        if self._is_valid_query(request, saved.query):
            return HttpResponseRedirect(f"{url}?{saved.query}")
        message = f"Le filtre « {saved.name} » n'existe plus dans cette liste : la voici entière."
        self.message_user(request, message, messages.WARNING)
        return HttpResponseRedirect(url)

    @method_decorator(require_POST)
    def delete_filter_view(self, request, pk):
        self._refuse_who_may_not_see(request)
        get_object_or_404(self._saved(request), pk=pk).delete()
        self.message_user(request, "Filtre supprimé.", messages.SUCCESS)
        return HttpResponseRedirect(self._filter_url("changelist"))

    def _saved(self, request):
        return SavedFilter.objects.filter(user=request.user, records=self.opts.label_lower)

    def _filter_url(self, suffix, *args):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{suffix}"
        return reverse(name, args=args)

    def _refuse_who_may_not_see(self, request):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied

    def _is_valid_query(self, request, query):
        """Would the list answer it? Filters come and go with the versions of the site."""
        if "%00" in query:
            return False
        asked, request.GET = request.GET, QueryDict(query)
        try:
            self.get_changelist_instance(request)
        except (IncorrectLookupParameters, SuspiciousOperation):
            return False
        finally:
            request.GET = asked
        return True
