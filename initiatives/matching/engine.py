"""Which offers and démarches may answer a need, and why, in words. Pure.

A text becomes weighted features (`reading`); a pair's score adds the products of the weights
of what both hold. Weights are whole numbers, so that a database adds them as Python does.
"""

from collections import Counter
from dataclasses import dataclass, field

from coopemploi.search.text import normalise

from .reading import Feature, reader

MOST = 5
# Chosen on the pairs to tune on, in `benchmarks/`, never on those held out.
LEAST = 210
SCALE = 100
HALF = 26_000  # the sum of products that makes a score of one half
LENGTH_EXPONENT = 0.6
TYPICAL_NORM = 3.0
MOST_REASONS = 4
LEAST_SHARE_OF_REASON = 0.09


@dataclass(frozen=True)
class Place:
    """Where somebody is: a territory, what it lies in, its département and its région."""

    name: str
    key: str = ""
    around: tuple = ()  # keys of the perimeters it lies in, neither département nor larger
    departements: tuple = ()  # (key, name)
    regions: tuple = ()

    @property
    def identity(self):
        return self.key or normalise(self.name)


@dataclass
class Item:
    """A need, an offer or a démarche, as the engine reads it."""

    kind: str
    id: str
    text: str
    details: str = ""
    schemes: tuple = ()
    themes: tuple = ()
    sectors: tuple = ()
    audiences: tuple = ()
    obstacles: tuple = ()
    places: tuple = ()
    owners: frozenset = frozenset()  # the actors and people it belongs to
    since: int | None = None  # the year a démarche began
    stated: int | None = None  # the year it was said


@dataclass
class Profile:
    """An item, with what each of its features weighs: whole numbers."""

    item: Item
    weights: dict
    said: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    need: str
    candidate: str
    kind: str
    score: int  # thousandths
    reasons: tuple


def features_of(item, read):
    features = read.read(item.text, item.details, is_offer=item.kind != "need")
    stated = {
        "dispositifs": item.schemes,
        "thématiques": item.themes,
        "filières": item.sectors,
        "publics": item.audiences,
        "freins": item.obstacles,
    }
    for kind, values in stated.items():
        for key, feature in read.read_stated(kind, values).items():
            known = features.get(key)
            if known is None or known.weight < feature.weight:
                features[key] = Feature(feature.weight, known.said if known else "")
    return features


def weigh(item, features, read, counts, size):
    """The profile of an item, given in how many of `size` items each feature is."""
    rough = {
        key: feature.weight * read.rarity(key, counts, size) for key, feature in features.items()
    }
    norm = sum(weight * weight for weight in rough.values()) ** 0.5
    length = max(norm / TYPICAL_NORM, 0.6) ** LENGTH_EXPONENT
    weights = {
        key: value for key, weight in rough.items() if (value := round(weight / length * SCALE))
    }
    return Profile(item, weights, {key: features[key].said for key in weights})


def profiles_of(items, read):
    """The profiles of items that are weighed together."""
    read_items = [(item, features_of(item, read)) for item in items]
    counts = Counter(key for _, features in read_items for key in features)
    return [weigh(item, features, read, counts, len(items)) for item, features in read_items]


def substance(one, other):
    """The sum of the products of what two profiles share."""
    if len(one.weights) > len(other.weights):
        one, other = other, one
    return sum(
        weight * other.weights[key] for key, weight in one.weights.items() if key in other.weights
    )


def base_score(total):
    """A sum of products as a score, in thousandths."""
    return total * 1000 // (total + HALF)


def least_substance(score):
    """The smallest sum of products that makes a score."""
    return -(-score * HALF // (1000 - score))


def nearness(need, candidate):
    """(thousandths to add to a score, the reason in words) of two lists of places."""
    best = (0, "")
    for one in need.places:
        for other in candidate.places:
            best = max(best, _nearness(one, other))
    return best


def _nearness(one, other):
    if one.identity == other.identity:
        return 60, f"même territoire : {one.name}"
    if other.identity in one.around:
        return 50, f"{one.name} est dans {other.name}"
    if one.identity in other.around:
        return 50, f"{other.name} est dans {one.name}"
    for points, label, ours, theirs in (
        (35, "même département", one.departements, other.departements),
        (15, "même région", one.regions, other.regions),
    ):
        shared = sorted(set(ours) & set(theirs), key=lambda pair: pair[1])
        if shared:
            return points, f"{label} : {shared[0][1]}"
    return 0, ""


def freshness(candidate):
    """(thousandths to add to a score, the reason in words) of when it was done or said."""
    item = candidate.item
    if item.kind == "initiative" and item.since:
        return 10, f"mène cette démarche depuis {item.since}"
    return 0, ""


def judge(need, candidate, read):
    """The Pair of two profiles; None when what they share is too little."""
    if need.item.owners & candidate.item.owners:
        return None
    score = base_score(substance(need, candidate))
    if score < LEAST:
        return None
    near, near_said = nearness(need.item, candidate.item)
    fresh, fresh_said = freshness(candidate)
    reasons = (*shared_reasons(need, candidate, read), *filter(None, (near_said, fresh_said)))
    total = min(999, score + near + fresh)
    return Pair(need.item.id, candidate.item.id, candidate.item.kind, total, reasons)


def shared_reasons(need, candidate, read):
    """What both speak of, the weightiest first: « même dispositif : GPECT »."""
    products = {
        key: weight * candidate.weights[key]
        for key, weight in need.weights.items()
        if key in candidate.weights
    }
    least = sum(products.values()) * LEAST_SHARE_OF_REASON
    ranked = sorted(products, key=lambda key: (-products[key], key))
    told, reasons = [], []
    for key in ranked:
        if products[key] < least and reasons:
            continue
        said = [normalise(profile.said.get(key, "")) for profile in (need, candidate)]
        stems = set(" ".join(said).split())
        covered = any(stems and stems <= other for other in told)
        if key[0] in "wpg" and covered:
            continue
        reason = _reason(key, need, candidate, read, products)
        if reason and reason not in reasons:
            reasons.append(reason)
            told.append(stems)
        if len(reasons) == MOST_REASONS:
            break
    return reasons


def _reason(key, need, candidate, read, products):
    kind, _, name = key.partition(":")
    if kind == "d":
        return f"même dispositif : {read.schemes.get(name, name)}"
    if kind == "v":
        vocabulary, _, label = name.partition(":")
        return f"{'même public' if vocabulary == 'publics' else 'même sujet'} : {label}"
    ours, theirs = need.said.get(key, ""), candidate.said.get(key, "")
    if kind == "s":
        children = [child for child in read.subjects.values() if child.parent == name]
        if any(f"s:{child.key}" in products for child in children):
            return ""
        subject = read.subjects[name].name
        if ours and theirs and normalise(ours) != normalise(theirs):
            return f"même sujet, {subject} : « {ours} » et « {theirs} »"
        return f"même sujet : {subject}"
    return f"vous parlez tous deux de « {ours or theirs or name} »"


def match(items, glossary=()):
    """The pairs of each need with what may answer it: at most `MOST`, the best first.

    A need that nothing answers has none. Nobody is matched with themselves.
    """
    read = reader(tuple(glossary))
    profiles = profiles_of(items, read)
    needs = [profile for profile in profiles if profile.item.kind == "need"]
    candidates = [profile for profile in profiles if profile.item.kind != "need"]
    pairs = []
    for need in needs:
        found = filter(None, (judge(need, candidate, read) for candidate in candidates))
        pairs += sorted(found, key=lambda pair: (-pair.score, pair.kind, pair.candidate))[:MOST]
    return pairs
