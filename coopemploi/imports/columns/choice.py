"""A field of a few values, known by their labels and by other words."""

from rapidfuzz import fuzz, process

from ...search.text import normalise
from ..variants import alike, keeps_endings, slips, told
from .column import Column

_LIKE_ENOUGH, _MOST_NEAR = 81, 3


class ChoiceColumn(Column):
    """A field of a few values, known by their labels; `words` are {value: other words for it}."""

    # Those of the synonyms that ask a question: a column is this one if its cells answer it.
    asked = ()

    def __init__(self, field, synonyms=(), words=None):
        super().__init__(field, synonyms)
        self.labels = {
            value: str(label) for value, label in field.flatchoices if value not in ("", None)
        }
        # {text, normalised: value}; `own` are the field's.
        self.own = {normalise(label): value for value, label in self.labels.items()}
        self.own |= {normalise(str(value)): value for value in self.labels}
        others = {}
        for value, some in (words or {}).items():
            for each in some:
                others.setdefault(normalise(each), []).append(value)
        self.known = {word: one for word, (one, *more) in others.items() if not more} | self.own
        # {text, normalised: values} of the words that mean several of them.
        self.doubts = {word: values for word, values in others.items() if word not in self.known}

    def read(self, text):
        self.refuse_broken(text)
        if not text:
            return super().read(text)
        if (value := self._meant(text)) is None:
            raise ValueError(
                f"« {text} » n'est pas un choix possible{self._near(text)}. "
                f"Choix : {', '.join(self.choices)}."
            )
        return self.pack(value)

    def reads(self, text):
        return self._meant(text) is not None

    def _meant(self, text):
        if (value := self.known.get(normalise(text))) is not None:
            return value
        # One letter makes another word of many that people write: « engager », « engagée ».
        names = alike(text, self.known) or {
            name for name in slips(text, self.own) if keeps_endings(text, name)
        }
        found = {self.known[name] for name in names}
        return found.pop() if len(found) == 1 else None

    def _near(self, text):
        found = process.extract(
            normalise(text),
            self.known.keys(),
            scorer=fuzz.token_set_ratio,  # whole words: « PE » is not in « coopération »
            score_cutoff=_LIKE_ENOUGH,
        )
        values = [*self.doubts.get(normalise(text), ()), *(self.known[name] for name, *_ in found)]
        labels = dict.fromkeys(self.labels[value] for value in values)
        if not labels:
            return ""
        return f" (vouliez-vous dire « {' », « '.join(list(labels)[:_MOST_NEAR])} » ?)"

    def remarks(self, text):
        if not text or normalise(text) in self.own:
            return []
        return [told(text, self.shown(self.stored(text)))]
