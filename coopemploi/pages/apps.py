from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "coopemploi.pages"
    verbose_name = "Pages"

    def ready(self):
        from django.contrib import admin

        from . import cockpit, getting_started

        admin.site.index_contexts += [cockpit.context, getting_started.context]
