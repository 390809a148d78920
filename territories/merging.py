from coopemploi.merging.declarations import Mergeable, Profile, surroundings_of
from coopemploi.search.text import normalise

from .models import Actor, ActorTerritory, Person, Position


class ActorMerging(Mergeable):
    model = Actor
    page = "actor_detail"
    filters = ("porteur", "financeur")
    watched = {"territories.ActorTerritory": "actor_id"}

    def profiles(self, records):
        places = surroundings_of(
            [
                *ActorTerritory.objects.filter(actor__in=records).values_list(
                    "actor_id", "territory_id"
                ),
                *records.order_by().values_list("pk", "governs_id"),
            ]
        )
        rows = records.order_by("pk").values_list("pk", "name", "aliases", "siren")
        return [
            Profile(
                pk,
                name,
                aliases,
                proofs={"même SIREN": siren},
                surroundings={"même territoire": places.get(pk)},
            )
            for pk, name, aliases, siren in rows
        ]


class PersonMerging(Mergeable):
    """People: a homonym elsewhere is another, unless a proof says not."""

    model = Person
    name_field = "last_name"
    is_often_homonymous = True
    watched = {"territories.Position": "person_id"}
    restrictive = {
        "email_is_public": False,
        "phone_is_public": False,
        "attribution_withdrawn": True,
    }

    def profiles(self, records):
        positions = Position.objects.filter(person__in=records).exclude(actor=None)
        actors = surroundings_of(positions.values_list("person_id", "actor_id"))
        return [
            Profile(
                person.pk,
                person.full_name,
                hints={
                    "même adresse e-mail": person.email.casefold(),
                    "même téléphone": normalise(person.phone).replace(" ", ""),
                },
                surroundings={"chez le même acteur": actors.get(person.pk)},
                is_vague=not (person.first_name and person.last_name),
            )
            for person in records.order_by("pk").only(
                "first_name", "last_name", "known_as", "email", "phone"
            )
        ]
