from coopemploi.merging.declarations import Mergeable, Profile, surroundings_of

from .models import Action, ActionParty


class ActionMerging(Mergeable):
    """Actions: the same promise may be written twice, from one meeting or from two."""

    model = Action
    name_field = "title"
    said_of_names = "titre"
    page = "action_detail"
    watched = {"events.Action_territories": "action_id", "events.ActionParty": "action_id"}

    def profiles(self, records):
        places = surroundings_of(
            Action.territories.through.objects.filter(action__in=records).values_list(
                "action_id", "territory_id"
            )
        )
        carriers = surroundings_of(
            ActionParty.objects.filter(
                action__in=records, role=ActionParty.Role.CARRIER
            ).values_list("action_id", "actor_id")
        )
        rows = records.order_by("pk").values_list("pk", "title", "event_id")
        return [
            Profile(
                pk,
                title,
                surroundings={
                    "même rencontre": {event} if event else None,
                    "même porteur": carriers.get(pk),
                    "même territoire": places.get(pk),
                },
            )
            for pk, title, event in rows
        ]
