"""How tables name the terms of the vocabularies."""

from collections import defaultdict
from functools import cached_property

from ..imports.lookups import Lookup
from ..search.text import normalise
from .models import GlossaryTerm, Scheme


class SchemeLookup(Lookup):
    """Its name, its acronym, or another way the glossary says it: « Quartiers 2030 »."""

    def meant(self, text):
        return super().meant(text) or self._glossary[normalise(text)] & self.labels.keys()

    @cached_property
    def _glossary(self):
        """{form of a term, normalised: keys of the schemes it means}"""
        found = defaultdict(set)
        for term in GlossaryTerm.objects.exclude(scheme=None):
            for form in term.forms:
                found[normalise(form)].add(term.scheme_id)
        return found


LOOKUPS = {Scheme: SchemeLookup}
