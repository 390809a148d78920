from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CoopemploiConfig(AppConfig):
    default = True
    name = "coopemploi"
    verbose_name = "Coopemploi"


class AdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "coopemploi.admin.AdminSite"
