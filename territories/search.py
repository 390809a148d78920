"""What is searchable of who and where.

A record never lends its page the name of an actor that is not published, nor of a
person who asked for the withdrawal of theirs. Territories have their own matching.
"""

from django.db.models import Case, F, TextField, Value, When

from coopemploi.search.index import SearchSource

from .models import Actor, Network


def published_actor(path):
    """The name of the actor at the end of `path`, when its sheet is published."""
    return Case(
        When(**{f"{path}__status": Actor.Status.PUBLISHED}, then=F(f"{path}__name")),
        default=Value(""),
        output_field=TextField(),
    )


def named_people(path):
    """The names of the people at the end of `path` who let theirs be shown."""
    shown = {f"{path}__attribution_withdrawn": False}
    return tuple(
        Case(
            When(**shown, then=F(f"{path}__{field}")),
            default=Value(""),
            output_field=TextField(),
        )
        for field in ("first_name", "last_name", "known_as")
    )


class ActorSource(SearchSource):
    model = Actor
    label = "Acteurs"
    fields = (
        "name",
        "aliases",
        "siren",
        "description",
        "territories__name",
        "territories__aliases",
        "territory_links__note",
        "schemes__name",
        "schemes__acronym",
    )
    related = {
        "territories.ActorTerritory": "territory_links",
        "territories.Territory": "territories",
        "vocabulary.Scheme": "schemes",
        "territories.Actor_schemes": "schemes",
    }


class NetworkSource(SearchSource):
    model = Network
    label = "Réseaux"
    fields = (
        "name",
        "aliases",
        "description",
        "territory__name",
        "schemes__name",
        "schemes__acronym",
        "memberships__label",
        published_actor("memberships__actor"),
        *named_people("memberships__person"),
    )
    related = {
        "territories.Territory": "territory",
        "vocabulary.Scheme": "schemes",
        "territories.Network_schemes": "schemes",
        "territories.NetworkMembership": "memberships",
        "territories.Actor": "memberships__actor",
        "territories.Person": "memberships__person",
    }
