"""Names resolved to territories, one at a time."""

from django.utils import timezone

from ..naming import readings
from .attempts import attempts
from .choice import Choice, unmatched
from .context import inside, places_in, splits, why_outside
from .gazetteer import Gazetteer, stamp
from .recognition import by_resemblance
from .resolution import LONGEST_NAME, OUT_OF_CONTEXT


class Reconciler:
    """Resolves many names, by those of the territories at a moment."""

    _shared = (None, None)  # stamp, reconciler

    @classmethod
    def shared(cls):
        """The reconciler of this process, loaded again once the referential has changed, and
        each day: territories end."""
        today = timezone.localdate()
        current = today, stamp()
        kept, reconciler = cls._shared
        if kept != current:
            reconciler = cls(today)
            cls._shared = (current, reconciler)
        return reconciler

    def __init__(self, today=None):
        self._gazetteer = Gazetteer(today or timezone.localdate())

    def resolve(self, name, context="", kinds=None):
        """The territory that `name` means, in the light of `context`, among `kinds`.

        `context` is free text that tells homonyms apart: « Drôme », « (26) ».
        """
        name, context = name[:LONGEST_NAME], context[:LONGEST_NAME]
        wanted = frozenset(kinds or ())
        gazetteer = self._gazetteer
        places = places_in(gazetteer, context)
        outside, near = {}, []
        for text, inner, needs_place in splits(name):
            inner_places = places_in(gazetteer, inner) if inner else []
            if needs_place and not inner_places:
                continue
            around = places + inner_places
            found = [among for reading in readings(text) if (among := reading.among(wanted))]
            for hits, reading, choose in attempts(gazetteer, found):
                if kept := inside(gazetteer.geography, hits, around):
                    return choose(Choice(gazetteer, kept, reading, bool(around)))
                outside = {**hits, **outside}
            near += found
        return self._out_of_context(outside) if outside else self._resembling(near)

    def places(self, text):
        """The territories that a text names, either of which will do: « Isère et Drôme »."""
        return set().union(*places_in(self._gazetteer, text))

    @property
    def geography(self):
        return self._gazetteer.geography

    def _out_of_context(self, hits):
        geography = self._gazetteer.geography
        return unmatched(
            geography,
            [
                (pk, OUT_OF_CONTEXT, f"{hit.reason}, mais {why_outside(geography, pk)}")
                for pk, hit in hits.items()
            ],
        )

    def _resembling(self, found):
        hits = by_resemblance(self._gazetteer, found)
        return unmatched(
            self._gazetteer.geography,
            [(pk, hit.quality, hit.reason) for pk, hit in hits.items()],
        )
