from ..search.index import SearchSource
from ..search.text import normalise
from .models import GlossaryTerm


class GlossarySource(SearchSource):
    model = GlossaryTerm
    label = "Glossaire"
    fields = ("term", "definition", "expansions", "aliases")
    joined = ()

    def kicker(self, record):
        return ", ".join(record.expansions[:1])

    def name_key(self, record):
        return normalise(record.term)


def synonyms():
    """The forms of every glossary term, by its slug."""
    rows = GlossaryTerm.objects.order_by("slug").values_list(
        "slug", "term", "expansions", "aliases"
    )
    return [(slug, (term, *expansions, *aliases)) for slug, term, expansions, aliases in rows]
