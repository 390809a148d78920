from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "coopemploi.pages"
    verbose_name = "Pages"

    def ready(self):
        from django.contrib import admin

        from . import cockpit

        admin.site.index_contexts.append(cockpit.context)
