from django.apps import AppConfig


class VocabularyConfig(AppConfig):
    name = "coopemploi.vocabulary"
    verbose_name = "Vocabulaires"

    def ready(self):
        from ..imports.lookups import lookups
        from ..search import synonyms as analyser_synonyms
        from . import history  # noqa: F401 - importing it tracks the models
        from .imports import LOOKUPS
        from .merging import (
            AudienceMerging,
            GlossaryMerging,
            ObstacleMerging,
            SchemeMerging,
            SectorMerging,
            ThemeMerging,
        )
        from .search import GlossarySource, synonyms

        lookups.update(LOOKUPS)
        analyser_synonyms.register("vocabulary.GlossaryTerm", synonyms)
        GlossarySource.register()
        for merging in (
            SchemeMerging,
            ThemeMerging,
            SectorMerging,
            AudienceMerging,
            ObstacleMerging,
            GlossaryMerging,
        ):
            merging.register()
