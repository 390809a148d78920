"""The admin as a whole: its apps in the order of use, its searches."""

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.paginator import Page, Paginator
from django.db import models
from django.shortcuts import redirect
from django.views.i18n import JavaScriptCatalog

from .forms import prefetches


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

    def get_queryset(self):
        return super().get_queryset().prefetch_related(*prefetches(self.model_admin))

    def serialize_result(self, obj, to_field_name):
        label = getattr(self.model_admin, "choice_label", str)
        return {"id": str(getattr(obj, to_field_name)), "text": label(obj)}


class AdminSite(admin.AdminSite):
    site_title = "Gestion"
    site_header = "Gestion"
    index_title = "Gérer le site"
    empty_value_display = "–"

    # The queue and the libraries of accounts register tables that nobody here edits: rights
    # come from mandates, not from groups.
    apps_left_out = {
        "account",
        "auth",
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

    def password_change(self, request, extra_context=None):
        """On the page of one's account, which limits the tries and tells of it by mail."""
        return redirect("account_change_password")

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
