from django.apps import AppConfig


class VocabularyConfig(AppConfig):
    name = "coopemploi.vocabulary"
    verbose_name = "Vocabulaires"

    def ready(self):
        from .search import GlossarySource

        GlossarySource.register()
