"""The suggestions kept in the database: derived from needs, offers and démarches.

A pair's score depends on the two of them alone, so that saving one writes its own pairs and
no others. What somebody decided of a pair (any status but « suggéré ») is never undone.
"""

from collections import defaultdict

from django.db import transaction
from django.db.models import Case, F, Sum, When

from coopemploi.batches import batches
from coopemploi.derived import DerivedTable, registry
from coopemploi.gathering import listed
from coopemploi.publishing import Publishable
from coopemploi.search.index import sources
from coopemploi.vocabulary.models import VOCABULARIES, GlossaryTerm
from territories.models import Containment, Territory
from territories.perimeters import TOO_LARGE

from ..models import Initiative, Involvement, Match, MatchFeature, MatchProfile, Need, Offer
from .engine import LEAST, Item, Place, Profile, features_of, judge, least_substance, weigh
from .reading import reader

MODELS = {"need": Need, "offer": Offer, "initiative": Initiative}


def known_reader():
    """The reader that also knows the glossary as it now is."""
    rows = GlossaryTerm.objects.select_related("scheme").order_by("term")
    return reader(
        tuple(
            (term.term, tuple(term.forms), term.scheme.slug if term.scheme else "") for term in rows
        )
    )


# What the engine reads of records


def readable(kind):
    """The records of a kind that may be matched: published, and still of use."""
    records = MODELS[kind].objects.published()
    if kind == "initiative":
        return records.prefetch_related("steps")
    return records.filter(state=MODELS[kind].State.OPEN)


def items_of(kind, keys):
    """{key: Item} of those of the records `keys` that may be matched."""
    records = {record.pk: record for record in readable(kind).filter(pk__in=keys)}
    model = MODELS[kind]
    stated = defaultdict(lambda: defaultdict(list))
    for relation in VOCABULARIES:
        rows = model.objects.filter(pk__in=records, **{f"{relation}__isnull": False})
        for pk, slug in rows.order_by().values_list("pk", f"{relation}__slug"):
            stated[pk][relation].append(slug)
    owners, territories = _surroundings(kind, records)
    places = _places({territory for found in territories.values() for territory in found})
    items = {}
    for pk, record in records.items():
        text, details = (
            (record.title, record.summary)
            if kind == "initiative"
            else (record.text, record.details)
        )
        items[pk] = Item(
            kind=kind,
            id=str(pk),
            text=text,
            details=details,
            places=tuple(places[territory] for territory in sorted(territories[pk])),
            owners=frozenset(owners[pk]),
            since=_since(record) if kind == "initiative" else None,
            **{name: tuple(sorted(slugs)) for name, slugs in stated[pk].items()},
        )
    return items


def _since(record):
    years = [step.date.earliest.year for step in record.steps.all() if step.date.earliest]
    return min(years, default=None)


def _surroundings(kind, records):
    owners, territories = defaultdict(set), defaultdict(set)
    through = MODELS[kind].territories.through.objects
    field = MODELS[kind]._meta.model_name
    for pk, territory in through.filter(**{f"{field}__in": records}).values_list(
        f"{field}_id", "territory_id"
    ):
        territories[pk].add(territory)
    if kind == "initiative":
        led = Involvement.objects.filter(initiative__in=records, role__in=Involvement.LEADING)
        for pk, actor in led.exclude(actor=None).values_list("initiative_id", "actor_id"):
            owners[pk].add(f"a{actor}")
        return owners, territories
    for pk, record in records.items():
        owners[pk] |= {f"a{record.actor_id}"} if record.actor_id else set()
        owners[pk] |= {f"p{record.person_id}"} if record.person_id else set()
    unplaced = [pk for pk in records if pk not in territories]
    acting = (
        MODELS[kind]
        .objects.filter(pk__in=unplaced, actor__status=Publishable.Status.PUBLISHED)
        .order_by()
    )
    for lookup in ("actor__territories", "actor__governs"):
        rows = acting.filter(**{f"{lookup}__isnull": False})
        for pk, territory in rows.values_list("pk", lookup):
            territories[pk].add(territory)
    return owners, territories


def _places(keys):
    names = dict(Territory.objects.filter(pk__in=keys).values_list("pk", "name"))
    around = defaultdict(list)
    rows = Containment.objects.filter(contained__in=keys, partial=False).order_by("container")
    for pk, container, kind, name in rows.values_list(
        "contained", "container", "container__kind", "container__name"
    ):
        around[pk].append((str(container), kind, name))
    kinds = Territory.Kind
    return {
        pk: Place(
            name=name,
            key=str(pk),
            around=tuple(
                key for key, kind, _ in around[pk] if kind not in TOO_LARGE and key != str(pk)
            ),
            departements=tuple(
                (key, said) for key, kind, said in around[pk] if kind == kinds.DEPARTEMENT
            ),
            regions=tuple((key, said) for key, kind, said in around[pk] if kind == kinds.REGION),
        )
        for pk, name in names.items()
    }


# Profiles, as they are kept


def content_of(profile):
    item = profile.item
    return {
        "weights": profile.weights,
        "said": {key: said for key, said in profile.said.items() if said},
        "owners": sorted(item.owners),
        "since": item.since,
        "places": [
            [
                place.name,
                place.key,
                list(place.around),
                [list(pair) for pair in place.departements],
                [list(pair) for pair in place.regions],
            ]
            for place in item.places
        ],
    }


def profile_of(kind, pk, content):
    places = tuple(
        Place(name, key, tuple(around), tuple(map(tuple, departements)), tuple(map(tuple, regions)))
        for name, key, around, departements, regions in content["places"]
    )
    item = Item(
        kind,
        str(pk),
        "",
        places=places,
        owners=frozenset(content["owners"]),
        since=content["since"],
    )
    return Profile(item, content["weights"], content["said"])


def profiles_made(kind, keys, read):
    """{key: Profile}, each weighed by itself: what others say changes nothing to it."""
    return {
        pk: weigh(item, features_of(item, read), read, {}, 0)
        for pk, item in items_of(kind, keys).items()
    }


class MatchTable(DerivedTable):
    """The suggestions. Keys: (kind, key of the record)."""

    name = "rapprochements"
    can_wait = True

    @classmethod
    def register(cls):
        table = cls()
        watched = dict.fromkeys(
            label for model in MODELS.values() for label in sources[model].watched
        )
        table.watched = (*watched, "initiatives.Step", "territories.Composition")
        table.watched = tuple(dict.fromkeys(table.watched))
        registry.register(table)

    def affected_by(self, instance):
        return self.affected_by_all([instance])

    def affected_by_all(self, instances):
        """What the index of search says is touched; a composition, what lies in its part."""
        if instances[0]._meta.label == "territories.Composition":
            parts = Containment.objects.filter(container__in=[each.part_id for each in instances])
            moved = {each.part_id for each in instances} | {each.whole_id for each in instances}
            moved |= set(parts.values_list("contained", flat=True))
            return {
                (kind, pk)
                for kind, model in MODELS.items()
                for pk in sources[model].leading_to(_places_of(kind), moved)
            }
        return {
            (kind, pk)
            for kind, model in MODELS.items()
            if instances[0]._meta.label in sources[model].watched
            for pk in sources[model].affected_by_all(instances)
        }

    def refresh(self, keys):
        by_kind = defaultdict(set)
        for kind, pk in keys:
            by_kind[kind].add(pk)
        read = known_reader()
        with transaction.atomic():
            made = {kind: {} for kind in by_kind}
            for kind, pks in by_kind.items():
                for batch in batches(pks):
                    made[kind] |= profiles_made(kind, batch, read)
                self._keep(kind, pks, made[kind])
            for kind, pks in by_kind.items():
                for pk in sorted(pks):
                    self._write(kind, pk, pairs_of(kind, pk, made[kind].get(pk), read))

    def _keep(self, kind, pks, made):
        for batch in batches(pks):
            MatchProfile.objects.filter(kind=kind, object_id__in=batch).delete()
        kept = MatchProfile.objects.bulk_create(
            [
                MatchProfile(kind=kind, object_id=pk, content=content_of(profile))
                for pk, profile in sorted(made.items())
            ],
            batch_size=200,
        )
        MatchFeature.objects.bulk_create(
            [
                MatchFeature(profile=row, is_need=kind == "need", key=key[:150], weight=weight)
                for row in kept
                for key, weight in row.content["weights"].items()
            ],
            batch_size=200,
        )

    def _write(self, kind, pk, pairs):
        """Make the suggestions of a record those `pairs`, by (need, kind, candidate)."""
        rows = Match.objects.filter(**{kind: pk})
        stored = {_key(match): match for match in rows}
        gone = [
            match.pk
            for key, match in stored.items()
            if key not in pairs and match.status == Match.Status.SUGGESTED
        ]
        Match.objects.filter(pk__in=gone).delete()
        new, changed = [], []
        for (need, other, candidate), pair in sorted(pairs.items()):
            match = stored.get((need, other, candidate))
            if match is None:
                match = Match(need_id=need, **{f"{other}_id": candidate})
                new.append(match)
            elif (match.score, match.reasons) != (pair.score, list(pair.reasons)):
                changed.append(match)
            match.score, match.reasons = pair.score, list(pair.reasons)
        Match.objects.bulk_create(new, batch_size=200)
        Match.objects.bulk_update(changed, ["score", "reasons"], batch_size=200)

    def rebuild(self):
        with transaction.atomic():
            MatchProfile.objects.all().delete()
            for kind in MODELS:
                keys = set(readable(kind).values_list("pk", flat=True))
                self._keep_all(kind, keys)
            expected = self._expected()
            stale = Match.objects.suggested()
            Match.objects.filter(
                pk__in=[match.pk for match in stale if _key(match) not in expected]
            ).delete()
            by_need = defaultdict(dict)
            for key, pair in expected.items():
                by_need[key[0]][key] = pair
            for need, pairs in sorted(by_need.items()):
                self._write("need", need, pairs)
        return len(expected)

    def _keep_all(self, kind, keys):
        read = known_reader()
        for batch in batches(sorted(keys)):
            self._keep(kind, batch, profiles_made(kind, batch, read))

    def _expected(self):
        read = known_reader()
        return {
            key: pair
            for need, content in MatchProfile.objects.filter(kind="need").values_list(
                "object_id", "content"
            )
            for key, pair in pairs_of("need", need, profile_of("need", need, content), read).items()
        }

    def drift(self):
        read = known_reader()
        wrong = 0
        stored = {
            (kind, pk): content
            for kind, pk, content in MatchProfile.objects.values_list(
                "kind", "object_id", "content"
            )
        }
        for kind in MODELS:
            keys = readable(kind).order_by("pk").values_list("pk", flat=True)
            for batch in batches(keys):
                for pk, profile in profiles_made(kind, batch, read).items():
                    wrong += stored.pop((kind, pk), None) != content_of(profile)
        expected = self._expected()
        for match in Match.objects.all():
            pair = expected.pop(_key(match), None)
            if match.status == Match.Status.SUGGESTED or pair:
                wrong += pair is None or (match.score, match.reasons) != (
                    pair.score,
                    list(pair.reasons),
                )
        return wrong + len(stored) + len(expected)


def _places_of(kind):
    own = ("territories",)
    return own if kind == "initiative" else (*own, "actor__territories", "actor__governs")


def _key(match):
    if match.offer_id:
        return match.need_id, "offer", match.offer_id
    return match.need_id, "initiative", match.initiative_id


def akin_to(profile, *, among):
    """[(kind, key, Profile)] of what shares enough with a profile, found by the index.

    `among` says whether needs, or what may answer them, are looked for.
    """
    shared = defaultdict(int)
    for key, weight in profile.weights.items():
        shared[key[:150]] += weight
    if not shared:
        return []
    asked = Case(*(When(key=key, then=weight) for key, weight in sorted(shared.items())), default=0)
    near = list(
        MatchFeature.objects.filter(key__in=shared, is_need=among == "need")
        .order_by()
        .values("profile_id")
        .annotate(total=Sum(F("weight") * asked))
        .filter(total__gte=least_substance(LEAST))
        .values_list("profile_id", flat=True)
    )
    return [
        (kind, pk, profile_of(kind, pk, content))
        for batch in batches(sorted(near))
        for kind, pk, content in MatchProfile.objects.filter(pk__in=batch).values_list(
            "kind", "object_id", "content"
        )
    ]


def pairs_of(kind, pk, profile, read):
    """{(need, kind, candidate): Pair} of a record, whichever side it is on."""
    if profile is None:
        return {}
    pairs = {}
    among = "candidate" if kind == "need" else "need"
    for other_kind, other, found in akin_to(profile, among=among):
        need, candidate = (profile, found) if kind == "need" else (found, profile)
        if pair := judge(need, candidate, read):
            key = (pk, other_kind, other) if kind == "need" else (other, kind, pk)
            pairs[key] = pair
    return pairs


@listed(Need)
def needs_shown(user):
    needs = Need.objects.visible_to(user).select_related("actor", "person", "source")
    return needs.prefetch_related("schemes", "themes")


def needs_alike(need, user):
    """[(Need, reasons)] of those who seek the same, to look together."""
    row = MatchProfile.objects.filter(kind="need", object_id=need.pk).first()
    if row is None:
        return []
    profile = profile_of("need", need.pk, row.content)
    read = known_reader()
    found = []
    for _, pk, other in akin_to(profile, among="need"):
        if pk != need.pk and (pair := judge(profile, other, read)):
            found.append((pair.score, pk, pair.reasons))
    found = sorted(found, key=lambda row: (-row[0], row[1]))[:5]
    rows = needs_shown.rows(user, [pk for _, pk, _ in found])
    visible = {each.pk: each for each in rows}
    return [(visible[pk], reasons) for _, pk, reasons in found if pk in visible]
