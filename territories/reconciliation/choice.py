"""Which territory is meant, among those recognised in a name; with its reasons."""

from .geography import AREAS, Kind
from .recognition import allowed, by_beginning
from .resolution import (
    AMBIGUOUS,
    ENDED,
    FORMER_NAME,
    IN_CONTEXT,
    MOST_CANDIDATES,
    ONE_LETTER,
    Candidate,
    Resolution,
)

# A homonym this many times more populated, and a town, is the one meant.
DOMINANT_RATIO = 10
DOMINANT_POPULATION = 20_000
# Under these, a bare word is as likely to mean something else.
VILLAGE = 5_000
SHORTEST_MISSPELT_WORD = 10
# « Bretagne », « Creuse »: the area, not the village of the same name.
AREA_RATIO = 100


class Choice:
    """The choice to make among the `hits`, {pk: Hit}, of a reading."""

    def __init__(self, gazetteer, hits, reading, has_context):
        self._gazetteer = gazetteer
        self._geography = gazetteer.geography
        self._hits = hits
        self._reading = reading
        self._has_context = has_context

    # Ways of choosing

    def make(self, dominance=True):
        """The one meant, or none: where a town dominates its homonyms, it is."""
        current = {pk: hit for pk, hit in self._hits.items() if not self._geography.has_ended(pk)}
        if not current:
            return unmatched(
                self._geography,
                [
                    (pk, ENDED, f"{hit.reason}, mais n'existe plus")
                    for pk, hit in self._hits.items()
                ],
            )
        chosen = self._best(self._preferred(current))
        if len(chosen) > 1 and dominance:
            chosen = self._dominant(chosen)
        if len(chosen) != 1:
            return self._ambiguous(current)
        [pk] = chosen
        if not self._has_context and self._is_doubtful(pk, current[pk]):
            return self._ambiguous(current)
        return self._matched(pk, current)

    def make_without_dominance(self):
        return self.make(dominance=False)

    def make_in_context(self):
        """For what says too little by itself."""
        return self.make() if self._has_context else self.leave_open()

    def leave_open(self):
        return self._ambiguous(self._hits)

    # Narrowing

    def _preferred(self, hits):
        """A bare name means the commune, rather than the intercommunalité called after it."""
        if self._reading.said:
            natures = self._reading.natures
            of_nature = {
                pk: hit for pk, hit in hits.items() if self._geography[pk].nature in natures
            }
            return of_nature or hits
        communes = {pk for pk in hits if self._geography.kind(pk) == Kind.COMMUNE}
        areas = {pk for pk in hits if self._geography.kind(pk) in AREAS}
        if communes and areas:
            return {pk: hits[pk] for pk in self._communes_or_areas(communes, areas)}
        return {pk: hits[pk] for pk in communes} if communes else hits

    def _communes_or_areas(self, communes, areas):
        largest = max(map(self._geography.population, communes))
        smallest = min(map(self._geography.population, areas))
        if largest == smallest:  # Paris is both, on the same ground
            return communes
        if smallest >= AREA_RATIO * max(largest, 1):
            return areas
        return communes | areas

    def _best(self, hits):
        best = max(hit.quality for hit in hits.values())
        return {pk: hit for pk, hit in hits.items() if hit.quality == best}

    def _dominant(self, hits):
        """The town among villages called so, or all of them."""
        if {self._geography.kind(pk) for pk in hits} != {Kind.COMMUNE}:
            return hits
        population = self._geography.population
        largest = max(hits, key=population)
        called_so = {*hits, *self._communes_starting()} - {largest}
        second = max(map(population, called_so))
        limit = max(DOMINANT_POPULATION, DOMINANT_RATIO * second)
        return {largest: hits[largest]} if population(largest) >= limit else hits

    def _communes_starting(self):
        return self._gazetteer.names.communes_starting(self._reading)

    # Doubting

    def _is_doubtful(self, pk, hit):
        if self._geography.kind(pk) != Kind.COMMUNE:
            return False
        # That of a former commune is not known.
        population = 0 if hit.quality == FORMER_NAME else self._geography.population(pk)
        return self._is_overshadowed(pk, population) or self._is_common_word(hit, population)

    def _is_overshadowed(self, pk, population):
        """« Romans » is a village, and how people call Romans-sur-Isère."""
        longer = set(self._communes_starting()) - {pk}
        return sum(map(self._geography.population, longer)) >= max(population, VILLAGE)

    def _is_common_word(self, hit, population):
        """« SEM » is an acronym before it is a village, « Commerce » no misspelt Commercy."""
        reading = self._reading
        if reading.kinds or len(reading.words) > 1:
            return False
        is_village = population < VILLAGE
        if hit.quality == ONE_LETTER:
            return is_village or len(reading.key) < SHORTEST_MISSPELT_WORD
        return is_village and reading.is_acronym

    # Answering

    def _matched(self, pk, hits):
        hit = hits[pk]
        homonyms = len(hits) > 1 and not self._reading.said
        confidence = hit.quality - (0.1 if homonyms and not self._has_context else 0)
        reason = hit.reason
        if homonyms:
            reason += ", préféré à ses homonymes"
        if self._has_context:
            reason += f", {IN_CONTEXT}"
        match = Candidate(self._geography[pk], round(confidence, 2), reason)
        others = [
            (other, min(AMBIGUOUS, 1 - confidence) / 2, f"{hit.reason}, moins probable")
            for other, hit in hits.items()
            if other != pk
        ]
        candidates = [match, *ranked(self._geography, others)]
        return Resolution(match.record, candidates, match.confidence)

    def _ambiguous(self, hits):
        kinds = {self._geography.kind(pk) for pk in hits}
        if Kind.COMMUNE in kinds and not self._has_context:
            longer = by_beginning(self._gazetteer, self._reading)
            hits = {**allowed(self._gazetteer, longer, self._reading), **hits}
        # Populations compare homonyms of one kind only: a PETR declares none.
        same_kind = len({self._geography.kind(pk) for pk in hits}) == 1
        weights = {pk: self._geography.population(pk) + 1000 if same_kind else 1 for pk in hits}
        total = sum(weights.values())
        return unmatched(
            self._geography,
            [
                (pk, AMBIGUOUS * hit.quality * weights[pk] / total, hit.reason)
                for pk, hit in hits.items()
            ],
        )


def unmatched(geography, found):
    """Candidates only, of (pk, confidence, reason) tuples."""
    return Resolution(candidates=ranked(geography, found))


def ranked(geography, found):
    order = sorted(found, key=lambda item: (-item[1], -geography.population(item[0]), item[0]))
    return [
        Candidate(geography[pk], round(confidence, 2), reason)
        for pk, confidence, reason in order[:MOST_CANDIDATES]
    ]
