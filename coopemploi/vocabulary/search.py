from ..search.index import SearchSource
from .models import GlossaryTerm


class GlossarySource(SearchSource):
    model = GlossaryTerm
    label = "Glossaire"
    fields = ("term", "expansions", "aliases", "definition")
