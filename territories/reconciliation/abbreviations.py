"""How people shorten the names of régions: « AURA », « N-A »."""

from collections import defaultdict

from ..naming import REGION_ABBREVIATIONS, REGION_ABBREVIATIONS_AFTER_KIND, key_of, words_of


class RegionAbbreviations:
    def __init__(self):
        self._alone = defaultdict(set)  # words → {pk}
        self._after_kind = defaultdict(set)
        self._regions = {}  # key of the full name → pk

    def learn(self, region, code):
        self._regions[key_of(words_of(region.name))] = region.pk
        for text in REGION_ABBREVIATIONS.get(code, ()):
            self._alone[text].add(region.pk)
        for text in REGION_ABBREVIATIONS_AFTER_KIND.get(code, ()):
            self._after_kind[text].add(region.pk)

    def learn_term(self, term):
        """What the glossary says of a région; to be learnt after them."""
        for expansion in term.expansions:
            if pk := self._regions.get(key_of(words_of(expansion))):
                for text in (term.term, *term.aliases):
                    words = words_of(text)
                    # « NA » alone also says that there is nothing to say.
                    if words and key_of(words) != "na":
                        self._alone[" ".join(words)].add(pk)

    def alone(self, text):
        return self._alone.get(text, set())

    def after_kind(self, text):
        """Of « région … »: some are too short or too common to stand alone."""
        return self._after_kind.get(text) or self.alone(text)
