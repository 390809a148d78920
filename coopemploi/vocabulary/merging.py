from ..merging.declarations import Mergeable, Profile
from .models import Audience, GlossaryTerm, Obstacle, Scheme, Sector, Theme


class ThemeMerging(Mergeable):
    model = Theme
    filters = ("theme",)


class SectorMerging(Mergeable):
    model = Sector
    filters = ("filiere",)


class AudienceMerging(Mergeable):
    model = Audience
    filters = ("public",)


class ObstacleMerging(Mergeable):
    model = Obstacle
    filters = ("frein",)


class SchemeMerging(Mergeable):
    model = Scheme
    filters = ("dispositif",)

    def profiles(self, records):
        rows = records.order_by("pk").values_list("pk", "name", "acronym")
        return [Profile(pk, name, [acronym]) for pk, name, acronym in rows]


class GlossaryMerging(Mergeable):
    model = GlossaryTerm
    name_field = "term"
    said_of_names = "terme"
    page = "glossary_term"

    def profiles(self, records):
        rows = records.order_by("pk").values_list("pk", "term", "expansions", "aliases")
        return [
            Profile(pk, term, [*expansions, *aliases]) for pk, term, expansions, aliases in rows
        ]
