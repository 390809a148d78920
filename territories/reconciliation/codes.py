"""The codes by which territories are told: Insee, SIREN, postal, and those of areas."""

from collections import defaultdict

from .geography import AREAS, Kind


class Codes:
    def __init__(self):
        self._official = defaultdict(dict)  # code → {pk: reason}
        self._postal = defaultdict(set)
        self._areas = {}  # (kind, code) → pk

    def learn(self, territory):
        code = territory.code.casefold()
        if territory.kind in AREAS:
            self._areas[territory.kind, code] = territory.pk
        elif code and territory.kind != Kind.ARRONDISSEMENT:
            self._official[code][territory.pk] = f"code officiel {territory.code}"
        for postal_code in territory.postal_codes:
            self._postal[postal_code].add(territory.pk)

    def learn_former(self, former):
        reason = f"ancien code {former.code}"
        self._official[former.code.casefold()].setdefault(former.territory_id, reason)

    def learn_siren(self, actor):
        """That of the collectivité which governs a territory."""
        if actor.siren:
            reason = f"SIREN {actor.siren}"
            self._official[actor.siren].setdefault(actor.governs_id, reason)

    def official(self, code):
        """{pk: reason} of the territories that have or had this code, areas apart."""
        return self._official.get(code, {})

    def postal(self, code):
        return self._postal.get(code, set())

    def area(self, kind, code):
        return self._areas.get((kind, code))

    def regions(self):
        """The (code, pk) of each."""
        for (kind, code), pk in self._areas.items():
            if kind == Kind.REGION:
                yield code, pk
