from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "coopemploi.backups"
    verbose_name = "Sauvegardes"

    def ready(self):
        from django.contrib import admin

        from .alerts import context

        admin.site.index_contexts.append(context)
