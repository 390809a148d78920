"""Whom and what the words of a text may mean, among what the site knows."""

from collections import Counter
from functools import cache, cached_property

from coopemploi.search.analysis import read_words
from coopemploi.vocabulary.models import Obstacle
from territories.party_reconciliation import ActorReconciler, PersonReconciler
from territories.reconciliation import Reconciler

FEW = 4  # territories: fewer tell nothing of where a meeting is


class KnownNames:
    """The people, actors and territories that a name may mean, and the obstacles.

    `around` are the names of the regions by which homonyms are told apart; `may_change_person`
    says of one of the people whether they may be given a function.
    """

    def __init__(self, people, actors, *, may_add_people, may_change_person, around=()):
        self.may_add_people = may_add_people
        self._may_change_person = may_change_person
        self._shown = people
        self._people = PersonReconciler(people)
        self._actors = ActorReconciler(actors)
        self._territories = Reconciler.shared()
        self._around = " et ".join(around)
        # Asked by what is proposed, then by each form.
        self.person, self.actor = cache(self._people.resolve), cache(self._actors.resolve)

    def territory(self, name):
        return self._territories.resolve(name, self._around)

    def people_called(self, name):
        return _choices(self.person(name))

    def obstacle(self, wording):
        """The one of the vocabulary whose words a text has all: « problème de mobilités »."""
        said = _read_stems(wording)
        found = [each for each, stems in self._obstacles.items() if stems and stems <= said]
        longest = [
            each
            for each in found
            if all(self._obstacles[other] <= self._obstacles[each] for other in found)
        ]
        return longest[0] if len(longest) == 1 else None

    def all_obstacles(self):
        return [(str(each.pk), each.name) for each in self._obstacles]

    @cached_property
    def _obstacles(self):
        """{obstacle: the stems of its name}"""
        return {each: _read_stems(each.name) for each in Obstacle.objects.all()}

    def may_have_function(self, person, **said):
        """Whether the person of this key has this function, or may be given it."""
        found = self._shown.get(pk=person)
        return found.positions.filter(**said).exists() or self._may_change_person(found)

    def actors_called(self, name):
        return _choices(self.actor(name))

    def territories_called(self, name):
        """Those of around, then those of elsewhere."""
        if not name.strip():
            return []
        found = [self.territory(name), self._territories.resolve(name)]
        choices = {}
        for resolution in found:
            for key, label in _choices(resolution, _told_by_kind):
                choices.setdefault(key, label)
        return list(choices.items())


def _read_stems(text):
    return {word.stem for word in read_words(text)}


def regions_around(event, reading):
    """The names of the regions of an event; or of the one of most of those that a text names."""
    reconciler = Reconciler.shared()
    regions_of = reconciler.geography.regions_of
    own = {name for each in event.territories.all() for name in regions_of(each.pk)}
    if own:
        return sorted(own)
    found = [reconciler.resolve(each.name).match for each in reading.territories]
    regions = [name for match in found if match for name in regions_of(match.pk)[:1]]
    if not regions:
        return []
    name, count = Counter(regions).most_common(1)[0]
    return [name] if count >= FEW and count * 3 >= len(regions) * 2 else []


def _told_by_kind(territory):
    return f"{territory} ({territory.get_kind_display()})"


def _choices(resolution, label=str):
    return [
        (str(each.record.pk), f"{label(each.record)} – {each.reason}")
        for each in resolution.candidates
    ]
