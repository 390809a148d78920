from django.apps import AppConfig


class MergingConfig(AppConfig):
    name = "coopemploi.merging"
    verbose_name = "Doublons et fusions"
