from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_save


class CoopemploiConfig(AppConfig):
    default = True
    name = "coopemploi"
    verbose_name = "Coopemploi"

    def ready(self):
        from django.conf import settings

        from . import connections, lookups, version  # noqa: F401 - lookups replace Django's
        from .monitoring import logs

        connection_created.connect(version.listen, dispatch_uid="coopemploi.version")
        trust = connections.trust_for_a_moment
        connection_created.connect(trust, dispatch_uid="coopemploi.connections")
        if settings.DEBUG:
            connection_created.connect(logs.listen_to_slow_queries, dispatch_uid="coopemploi.slow")
        post_save.connect(version.hear_saved, dispatch_uid="coopemploi.version")


class AdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "coopemploi.admin.AdminSite"
