"""How the cells of spreadsheets name places, and what tells them apart."""

import re
from functools import cached_property

from coopemploi.batches import batches
from coopemploi.imports.lookups import Lookup
from coopemploi.imports.surroundings import Said

from ..models import Territory
from ..reconciliation import Reconciler
from ..reconciliation.geography import AREAS
from ..reconciliation.resolution import IN_CONTEXT, MOST_CANDIDATES, SAME_NAME

_CODE = re.compile(r"\d[\dABab](?:\d{1,3})?")
_BETWEEN_NAMES = re.compile(r"[,/+&]|\s-\s|\bet\b")
_BETWEEN_CODES = re.compile(r"[\s,./·–-]+")

# How tables head the places where somebody acts, or that something is about.
CONCERNED_TERRITORIES = (
    "territoire concerné",
    "territoires concernés",
    "territoire d'intervention",
    "territoires d'intervention",
    "zone d'intervention",
    "zone géographique",
    "localisation",
)
# Of those, the ones that a table has beside each other: the place, and what it is of.
PLACES = (
    "territoire",
    "territoires",
    "territoire concerné",
    "territoires concernés",
    "commune",
    "communes",
    "ville",
    "EPCI",
    "intercommunalité",
)
# What tells where a place is, in columns of their own.
SURROUNDINGS = (
    Said(
        "département",
        2,
        (
            "département",
            "départements",
            "dépt",
            "dpt",
            "dép",
            "nom du département",
            "code département",
            "code du département",
            "n° département",
            "n° de département",
            "numéro de département",
            "numéro du département",
        ),
    ),
    Said("région", 2, ("région", "régions", "nom de la région", "code région")),
    Said("code postal", 5, ("code postal", "codes postaux", "CP")),
    Said("code Insee", 5, ("code Insee", "Insee", "code commune", "code Insee de la commune")),
)


class TerritoryLookup(Lookup):
    """« commune:33063 », an official code, or a name written freely, reconciled."""

    has_surroundings = True

    def prepare(self, texts):
        slugs = {self.reference_in(text).rpartition(":")[2].lower() for text in texts}
        for batch in batches(slugs):
            for territory in self.queryset.filter(slug__in=batch).order_by("pk"):
                self.keys[territory.reference] = territory.pk
                self.label(territory)

    def reference_of(self, territory):
        return territory.reference

    def key_of(self, reference):
        kind, separator, slug = reference.partition(":")
        if not separator:
            return None
        key = self.keys.get(f"{kind}:{slug.lower()}")
        if key is None:
            try:
                today = Territory.objects.get_by_reference(reference)
            except Territory.DoesNotExist:
                return None
            return self._kept(today)
        return key

    @cached_property
    def reconciler(self):
        """The one of this process, asked once: each time, it would look for changes."""
        return Reconciler.shared()

    def listed(self, text):
        """« 01 02 03 » too: codes of départements or of communes, however they are parted."""
        names = _BETWEEN_CODES.split(text.strip())
        return names if all(map(_CODE.fullmatch, names)) else super().listed(text)

    def find_in(self, text, around):
        """The one that `text` names, in the places that `around` it are said.

        Raise ValueError, in French, for one that is elsewhere.
        """
        reference = self.reference_in(text)
        key = self.key_of(reference)
        if key is None and reference != text:
            self.refuse_reference(reference)
        if key is None:
            key = self.find_by_name(text, around)
        self._refuse_outside(text, [key], around)
        return key

    def find_by_name(self, text, around=()):
        resolution = self.reconciler.resolve(text, context=" ; ".join(around))
        if around and resolution.match is None:
            # Where it is may not be known: that of a pays that nobody composed.
            alone = self.reconciler.resolve(text)
            known = [alone.match] if alone.match else [each.record for each in alone.candidates]
            self._refuse_outside(text, [each.pk for each in known], around)
            resolution = alone if alone.match else resolution
        if resolution.match is not None and (key := self._kept(resolution.match)) is not None:
            return key
        if (key := self._homonym_here(resolution)) is not None:
            return key
        choices = [self.text_of(candidate.record) for candidate in resolution.candidates[:4]]
        if not choices:
            raise ValueError(f"« {text} » n'est aucun territoire connu.")
        told = " ; ".join(choices)
        if resolution.is_ambiguous:
            raise ValueError(f"« {text} » peut être : {told}. Écrivez l'un d'eux, avec sa réf.")
        raise ValueError(f"« {text} » n'est pas reconnu (vouliez-vous dire {told} ?).")

    def _refuse_outside(self, text, pks, around):
        """Raise ValueError for what is not in one of the places said around it."""
        outside = [place for place in around if all(self._is_out(pk, place) for pk in pks)]
        if pks and outside:
            raise ValueError(
                f"« {text} » et « {' », « '.join(outside)} » se contredisent : corrigez l'un ou "
                "l'autre, ou ne lisez pas la colonne qui ne convient pas."
            )

    def _is_out(self, pk, place):
        geography = self.reconciler.geography
        is_placed = geography.departements_of(pk) or geography.kind(pk) in AREAS
        places = self.reconciler.places(place)
        return bool(is_placed and places) and not geography.lies_in(pk, places)

    def places_of(self, around):
        """The narrowest of the places said around none: « département 40 » of a région.

        Raise ValueError, in French.
        """
        named = {}
        for place in around:
            try:
                named[place] = self._named(place)
            except ValueError:
                # What only tells where it is: the code of several communes, a région of old.
                if (place == around[-1] and not named) or not self.reconciler.places(place):
                    raise
        narrowest = min(named, key=lambda place: self._wider_than(named[place], named))
        for pk in named[narrowest]:
            self._refuse_outside(narrowest, [pk], around)
        return named[narrowest]

    def _wider_than(self, pks, named):
        """How many of the `named`, {text: territories}, lie in those: none, of the narrowest."""
        is_inside = self.reconciler.geography.is_inside
        return sum(
            all(is_inside(pk, pks) for pk in others)
            and not all(is_inside(pk, others) for pk in pks)
            for others in named.values()
        )

    def _named(self, place):
        """The territories that a text names, all of them. Raise ValueError, in French."""
        if match := self.reconciler.resolve(place).match:
            return {self._kept(match)}
        names = [name.strip() for name in _BETWEEN_NAMES.split(place)]
        return {self.find_by_name(name) for name in names if name}

    def find_beside(self, text, others, around=()):
        """The one of this very name that is in, or around, one of the places `others`."""
        if len(self.reconciler.resolve(text).candidates) < 2:  # no homonym to tell apart
            return None
        beside = self.reconciler.resolve(text, context=" ; ".join([*others, *around]))
        reason = f"{SAME_NAME}, {IN_CONTEXT}"
        is_sure = beside.match is not None and beside.candidates[0].reason == reason
        if not is_sure:
            return None
        self._refuse_outside(text, [beside.match.pk], around)
        return self._kept(beside.match)

    def doubts(self, pks):
        """[what to say of communes that are in none of the EPCI told with them]."""
        geography = self.reconciler.geography
        epci = {pk for pk in pks if geography.kind(pk) == Territory.Kind.EPCI}
        told = " ; ".join(sorted(self.labels[pk] for pk in epci))
        return [
            f"{self.labels[pk]} n'est pas dans {told} : est-ce voulu ?"
            for pk in pks
            if epci and geography.kind(pk) == Territory.Kind.COMMUNE
            if not geography.lies_in(pk, epci)
        ]

    def _homonym_here(self, resolution):
        """The only one of this very name in the perimeter of who writes."""
        candidates = resolution.candidates
        if len(candidates) == MOST_CANDIDATES:  # others were left out
            return None
        named = [each.record for each in candidates if each.reason == SAME_NAME]
        here = [territory for territory in named if territory.pk in self.preferred_keys]
        return self._kept(here[0]) if len(here) == 1 else None

    @cached_property
    def preferred_keys(self):
        return set() if self.preferred is None else set(self.preferred.values_list("pk", flat=True))

    def _kept(self, territory):
        self.label(territory)
        return territory.pk
