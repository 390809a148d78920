from coopemploi.merging.declarations import Mergeable, Profile, surroundings_of

from .models import Initiative, Involvement


class InitiativeMerging(Mergeable):
    model = Initiative
    name_field = "title"
    said_of_names = "titre"
    page = "initiative_detail"
    watched = {
        "initiatives.Initiative_territories": "initiative_id",
        "initiatives.Involvement": "initiative_id",
    }

    def profiles(self, records):
        places = surroundings_of(
            Initiative.territories.through.objects.filter(initiative__in=records).values_list(
                "initiative_id", "territory_id"
            )
        )
        carriers = surroundings_of(
            Involvement.objects.filter(
                initiative__in=records, role=Involvement.Role.CARRIER
            ).values_list("initiative_id", "actor_id")
        )
        rows = records.order_by("pk").values_list("pk", "title")
        return [
            Profile(
                pk,
                title,
                surroundings={
                    "même territoire": places.get(pk),
                    "même porteur": carriers.get(pk),
                },
            )
            for pk, title in rows
        ]
