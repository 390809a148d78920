from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "coopemploi.demo"
    verbose_name = "Démonstration"
