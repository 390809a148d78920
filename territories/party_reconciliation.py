"""Free-text names meet the sheets of actors and of people.

People are never guessed: a homonym in another organisation, a near first name
(« Céline », « Cécile ») are candidates, which somebody confirms.
"""

import re
from collections import defaultdict
from difflib import SequenceMatcher

from coopemploi.search.text import normalise

from .models import Actor, Person, Position
from .naming import Kind, TypoIndex, is_one_edit_away, key_of, readings, words_of
from .reconciliation.resolution import (
    AMBIGUOUS,
    CODE,
    LONGEST_NAME,
    MOST_CANDIDATES,
    ONE_LETTER,
    SAME_KEY,
    SAME_NAME,
    SAME_WORDS,
    SHORT_NAME,
    Candidate,
    Resolution,
)

# The territory that a collectivité administers is of the kind its name says.
_TERRITORY_KINDS = {
    Actor.Kind.EPCI: Kind.EPCI,
    Actor.Kind.PETR: Kind.PETR,
    Actor.Kind.COMMUNE: Kind.COMMUNE,
    Actor.Kind.DEPARTEMENT: Kind.DEPARTEMENT,
    Actor.Kind.REGION: Kind.REGION,
}
_TITLES = frozenset(["m", "mr", "mme", "mlle", "dr", "me", "monsieur", "madame", "mademoiselle"])
_LIKE_FIRST_NAME = 0.6  # of SequenceMatcher: « Céline » and « Cécile » are at 0.67


class ActorReconciler:
    """The names of `actors`: the published ones, or those that a user may see."""

    def __init__(self, actors=None):
        actors = Actor.objects.published() if actors is None else actors
        self._actors = {}
        self._by_siren = {}
        self._names = defaultdict(set)
        self._bare_names = defaultdict(set)  # « bazadais » → the CC
        for actor in actors.select_related("governs").order_by("pk"):
            self._learn(actor)
        self._squashed = defaultdict(set)
        for key, found in self._names.items():
            self._squashed[key.replace(" ", "")] |= found
        self._typos = TypoIndex(self._squashed)

    def _learn(self, actor):
        self._actors[actor.pk] = actor
        if actor.siren:
            self._by_siren[actor.siren] = actor.pk
        names = [actor.name, *actor.aliases]
        for name in names:
            self._names[key_of(words_of(name))].add(actor.pk)
        if actor.governs:
            names += [actor.governs.name, *actor.governs.aliases]
        kind = _TERRITORY_KINDS.get(actor.kind)
        if kind:
            for name in names:
                for reading in readings(name):
                    if not reading.kinds or kind in reading.kinds:
                        self._bare_names[reading.key].add(actor.pk)

    def resolve(self, name):
        name = name[:LONGEST_NAME]
        for found, confidence, reason in self._attempts(name):
            if len(found) == 1:
                [pk] = found
                return _matched(self._actors[pk], confidence, reason)
            if found:
                share = AMBIGUOUS / len(found)
                return _unmatched([(self._actors[pk], share, reason) for pk in sorted(found)])
        return self._resembling(name)

    def named(self, name):
        """The keys of those that a name says whole, none for one that only resembles it."""
        for found, confidence, _ in self._attempts(name[:LONGEST_NAME]):
            if confidence <= ONE_LETTER:
                break
            if found:
                return set(found)
        return set()

    def longer(self, name):
        """Those whose name has all the words of `name` and more: « Mission locale »."""
        words = set(key_of(words_of(name[:LONGEST_NAME])).split())
        found = (pks for key, pks in self._names.items() if words and words < set(key.split()))
        return [self._actors[pk] for pk in sorted(set().union(*found))]

    def _attempts(self, name):
        """Those a name may mean, the surest way of recognising it first."""
        digits = re.sub(r"\D", "", name)
        # A SIRET begins with the SIREN.
        if len(digits) in {9, 14} and digits[:9] in self._by_siren:
            yield {self._by_siren[digits[:9]]}, CODE, f"SIREN {digits[:9]}"
        found = readings(name)
        if not found:
            return
        literal = found[0]
        yield self._names.get(literal.key, ()), SAME_WORDS, SAME_NAME
        for reading in found:
            among = {
                pk
                for pk in self._bare_names.get(reading.key, ())
                if not reading.kinds or _TERRITORY_KINDS[self._actors[pk].kind] in reading.kinds
            }
            yield among, SAME_KEY, "même collectivité, nommée autrement"
        squashed = literal.squashed
        yield self._squashed.get(squashed, ()), ONE_LETTER, "même nom, aux espaces près"
        near = set().union(*(self._squashed[other] for other in self._typos.near(squashed)))
        yield near, ONE_LETTER, "même nom, à une lettre près"

    def _resembling(self, name):
        words = set(key_of(words_of(name)).split())
        scores = defaultdict(float)
        for key, found in self._names.items():
            own = set(key.split())
            share = len(words & own) / len(words | own) if words else 0
            for pk in found if share >= 0.5 else ():
                scores[pk] = max(scores[pk], share)
        return _unmatched(
            [(self._actors[pk], AMBIGUOUS * share, "noms proches") for pk, share in scores.items()]
        )


class PersonReconciler:
    """The names of people, and the actors where each holds or held a position.

    For those who may read people's sheets: it tells withdrawn names too.
    """

    def __init__(self, people=None):
        people = Person.objects.all() if people is None else people
        self._actors = defaultdict(set)
        positions = Position.objects.exclude(actor=None)
        for person, actor in positions.values_list("person_id", "actor_id"):
            self._actors[person].add(actor)
        # A service and the region it belongs to are one organisation to who writes.
        self._related = defaultdict(set)
        for child, parent in Actor.parents.through.objects.values_list(
            "from_actor_id", "to_actor_id"
        ):
            self._related[child].add(parent)
            self._related[parent].add(child)
        self._people = [
            (person, normalise(person.first_name), normalise(person.last_name))
            for person in people.order_by("pk")
        ]

    def resolve(self, name, actor=None):
        """A match: the one person of this full name, at this actor if one is given."""
        said = _person_words(name[:LONGEST_NAME])
        if not said:
            return Resolution()
        found = [
            (person, *likeness)
            for person, first, last in self._people
            if (likeness := _likeness(said, person, first, last))
        ]
        same = [
            (person, reason) for person, confidence, reason in found if confidence == SAME_WORDS
        ]
        here = [
            (person, reason)
            for person, reason in same
            # A function names nobody, outside of an organisation.
            if (self._belongs(person, actor) if actor else not person.known_as)
        ]
        if len(here) == 1:
            [(person, reason)] = here
            confidence = SHORT_NAME
            if actor is not None:
                confidence, reason = SAME_WORDS, f"{reason}, chez {actor}"
            others = [self._as_candidate(*item, actor) for item in found if item[0] != person]
            return _matched(person, confidence, reason, others)
        return _unmatched([self._as_candidate(*item, actor) for item in found])

    def _belongs(self, person, actor):
        own = self._actors.get(person.pk, set())
        return bool(own & {actor.pk, *self._related.get(actor.pk, ())})

    def _as_candidate(self, person, confidence, reason, actor):
        confidence = min(confidence, AMBIGUOUS)
        if actor is not None and not self._belongs(person, actor):
            confidence /= 2
            elsewhere = "dans une autre organisation"
            unknown = "sans organisation connue"
            reason += f", {elsewhere if self._actors.get(person.pk) else unknown}"
        elif actor is not None:
            reason += f", chez {actor}"
        return person, confidence, reason


def _person_words(name):
    """ "Mme BECHON Cécile, directrice" → bechon, cecile."""
    words = normalise(re.split(r"[,;(]", name)[0]).split()
    while words and words[0] in _TITLES:
        words = words[1:]
    return words


def _likeness(said, person, first, last):
    """How the words said are the name of a person: (confidence, reason), or None."""
    text = " ".join(said)
    if person.known_as and text == normalise(person.known_as):
        return SAME_WORDS, "même fonction, sans nom connu"
    if first and last and text in {f"{first} {last}", f"{last} {first}"}:
        return SAME_WORDS, "même nom"
    rest = _around(text, last)
    if rest is not None:
        if not rest or not first:
            return AMBIGUOUS * 0.8, "même nom de famille, sans prénom"
        if rest[0] == first[0] and all(len(word) == 1 for word in rest.split()):
            return AMBIGUOUS, "même nom de famille et même initiale"
        if any(_is_like(word, first) for word in {rest, *rest.split()}):
            return AMBIGUOUS, f"même nom de famille, prénom voisin : {person.first_name}"
    rest = _around(text, first)
    if rest and len(last) > 3 and is_one_edit_away(rest, last):
        return AMBIGUOUS, f"même prénom, nom voisin : {person.last_name}"
    return None


def _around(text, part):
    """What is left of `text` when it begins or ends with the words `part`; None otherwise."""
    if part and f"{text} ".startswith(f"{part} "):
        return text[len(part) :].strip()
    if part and f" {text}".endswith(f" {part}"):
        return text[: -len(part)].strip()
    return None


def _is_like(one, other):
    return SequenceMatcher(None, one, other).ratio() >= _LIKE_FIRST_NAME


def _matched(record, confidence, reason, others=()):
    match = Candidate(record, confidence, reason)
    return Resolution(record, [match, *_unmatched(others).candidates], confidence)


def _unmatched(found):
    candidates = [
        Candidate(record, round(confidence, 2), reason) for record, confidence, reason in found
    ]
    candidates.sort(key=lambda candidate: (-candidate.confidence, candidate.record.pk))
    return Resolution(candidates=candidates[:MOST_CANDIDATES])
