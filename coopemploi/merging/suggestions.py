"""Pairs of records that are likely to be one, with the reasons to think so.

Records are never all compared: those are that share a proof, a name, half of a name, or
two of their rarest words.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from ..batches import batches
from ..search.text import normalise

# What more records share tells nothing of any two of them.
LARGEST_BLOCK = 12
SHORTEST = 8  # letters; in shorter names, one letter makes another word
RAREST_WORDS = 3
NEAR = 88  # of 100, for rapidfuzz
SMALL_WORDS = frozenset(
    [
        "a",
        "au",
        "aux",
        "d",
        "de",
        "des",
        "du",
        "en",
        "et",
        "l",
        "la",
        "le",
        "les",
        "ou",
        "par",
        "pour",
        "sur",
        "un",
        "une",
    ]
)

PROVED, SAME, ALIAS, ONE_LETTER, CLOSE = 1.0, 0.9, 0.85, 0.75, 0.6
SURROUNDED, ELSEWHERE, HINT_ALONE = 0.08, 0.3, 0.5


@dataclass
class Suggestion:
    first: int
    second: int
    likelihood: float = 0.0  # from 0, and past 1 when more than one proof
    reasons: list = field(default_factory=list)


class _Names:
    """The forms of the names of a profile that are compared."""

    def __init__(self, profile):
        self.own = normalise(profile.name)
        self.others = {normalise(name) for name in profile.other_names} - {"", self.own}
        words = self.own.split()
        self.words = [word for word in words if word not in SMALL_WORDS] or words
        self.squashed = "".join(self.words)
        self.in_order = " ".join(sorted(self.words))
        self.numbers = {word for word in self.words if word.isdigit()}


def suggest(declaration, records):
    """The likely duplicates among `records`, the likeliest first."""
    profiles = {profile.pk: profile for profile in declaration.profiles(records)}
    names = {pk: _Names(profile) for pk, profile in profiles.items()}
    found = _judged(declaration, _candidates(profiles, names), profiles, names)
    found.sort(key=lambda each: (-each.likelihood, each.first, each.second))
    return found


def judge(declaration, pairs):
    """Those of the `pairs` of keys that are likely duplicates as the records now are."""
    keys = {key for pair in pairs for key in pair}
    profiles = {
        profile.pk: profile
        for batch in batches(keys)
        for profile in declaration.profiles(declaration.model._base_manager.filter(pk__in=batch))
    }
    names = {pk: _Names(profile) for pk, profile in profiles.items()}
    known = [pair for pair in pairs if profiles.keys() >= set(pair)]
    return _judged(declaration, known, profiles, names)


def _judged(declaration, pairs, profiles, names):
    found = []
    for first, second in pairs:
        suggestion = Suggestion(first, second)
        _judge(suggestion, declaration, profiles, names)
        if suggestion.reasons:
            found.append(suggestion)
    return found


def _candidates(profiles, names):
    """The pairs worth comparing, as (smaller key, greater key)."""
    pairs = set()
    for block in _blocks(profiles, names):
        members = sorted(set(block))
        if len(members) <= LARGEST_BLOCK:
            pairs.update(combinations(members, 2))
    for block in _certain_blocks(profiles, names):
        members = sorted(set(block))
        # Of a great many alike, each is shown with the next.
        few = len(members) <= LARGEST_BLOCK
        pairs.update(combinations(members, 2) if few else pairwise(members))
    return pairs


def _certain_blocks(profiles, names):
    """The records that share a proof, or a whole name."""
    blocks = defaultdict(list)
    for pk, profile in profiles.items():
        for reason, value in (*profile.proofs.items(), *profile.hints.items()):
            if value:
                blocks[reason, value].append(pk)
        for name in {names[pk].own, *names[pk].others}:
            if name:
                blocks["name", name].append(pk)
    return blocks.values()


def _blocks(profiles, names):
    """The records that share half of a name, or two of their rarest words."""
    frequency = Counter(word for each in names.values() for word in set(each.words))
    blocks = defaultdict(list)
    for pk, each in names.items():
        blocks["words", each.in_order].append(pk)
        # A word that no other record has, perhaps misspelt, brings none near.
        shared = [word for word in set(each.words) if frequency[word] > 1]
        shared.sort(key=lambda word: (frequency[word], word))
        for pair in combinations(sorted(shared[:RAREST_WORDS]), 2):
            blocks[pair].append(pk)
        if len(each.squashed) >= SHORTEST:
            for half in _halves(each.squashed):
                blocks[half].append(pk)
    return blocks.values()


def _halves(text):
    """One edit leaves a half of a name intact, at one of these places."""
    size = len(text)
    for length in (size - 1, size, size + 1):
        yield "first", length, text[: length // 2]
        yield "last", length, text[-(length - length // 2) :]


def _judge(suggestion, declaration, profiles, names):
    one, other = profiles[suggestion.first], profiles[suggestion.second]
    likelihood, likeness = _likeness(
        one, other, names[one.pk], names[other.pk], declaration.said_of_names
    )
    proofs, hints = _shared(one.proofs, other.proofs), _shared(one.hints, other.hints)
    if not (likelihood or proofs or hints):
        return
    around, is_elsewhere = _surroundings(one, other)
    if proofs:
        likelihood = PROVED
    elif hints:
        likelihood = max(likelihood, SAME) + SURROUNDED if likelihood else HINT_ALONE
    elif not around:
        sure = likelihood >= ALIAS and not (one.is_vague or other.is_vague)
        if not sure and (is_elsewhere or declaration.is_often_homonymous):
            return
        likelihood -= ELSEWHERE if is_elsewhere else 0
    suggestion.likelihood = likelihood + SURROUNDED * len(around)
    suggestion.reasons = [*proofs, *hints, *filter(None, [likeness]), *around]


def _shared(own, others):
    if not (own and others):
        return []
    return [reason for reason, value in own.items() if value and others.get(reason) == value]


def _surroundings(one, other):
    """The reasons of what surrounds both, and whether known surroundings set them apart."""
    known = [
        (reason, around, other.surroundings[reason])
        for reason, around in one.surroundings.items()
        if around and other.surroundings.get(reason)
    ]
    shared = [reason for reason, around, others in known if around & others]
    return shared, bool(known) and not shared


def _likeness(one, other, own, others, noun):
    """How two names are alike: (likelihood, reason), or (0, "")."""
    if own.own and own.own == others.own:
        if one.name == other.name:
            return SAME, f"même {noun}"
        if one.name.casefold() == other.name.casefold():
            return SAME, f"même {noun} aux majuscules près"
        return SAME, f"même {noun} aux accents près"
    if (own.others or others.others) and (
        own.own in others.others or others.own in own.others or own.others & others.others
    ):
        return ALIAS, "l'un porte l'autre nom de l'autre"
    if own.in_order == others.in_order:
        order = "aux petits mots près" if own.words == others.words else "dans un autre ordre"
        return ALIAS, f"même {noun} {order}"
    if own.squashed == others.squashed:
        return ALIAS, f"même {noun} aux espaces près"
    # « Forum 2021 » and « Forum 2022 » are two, however alike.
    if own.numbers != others.numbers:
        return 0, ""
    if min(len(own.squashed), len(others.squashed)) < SHORTEST:
        return 0, ""
    if OSA.distance(own.squashed, others.squashed, score_cutoff=1) == 1:
        return ONE_LETTER, f"{noun}s proches à une lettre"
    share = fuzz.ratio(own.in_order, others.in_order, score_cutoff=NEAR)
    return (CLOSE * share / 100, f"{noun}s proches") if share else (0, "")
