"""Pages of actors, and all that each takes part in.

Initiatives and events are reached by the reverse relations of ours, as in `views`.
"""

from collections import defaultdict

from django.contrib.auth.decorators import login_not_required
from django.db.models import Case, Prefetch, When
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coopemploi.gathering import first_or_404, gathered, listed
from coopemploi.public_cache import kept_for_visitors
from coopemploi.publishing import whose

from .exports import ActorExport
from .filters import ActorFilter
from .lists import answer
from .models import Actor, Position

# Shown of the matches of an actor, the likeliest first.
MOST_MATCHES = 6


@listed(Actor)
def actor_cards(user):
    return Actor.objects.visible_to(user).with_card().prefetch_related("schemes")


@login_not_required
@kept_for_visitors
@require_safe
def actor_list(request):
    return answer(
        request,
        ActorFilter(request, actor_cards),
        ActorExport,
        "territories/actor_list.html",
        section="actors",
    )


def who(person):
    """ " : Ada Byron", nothing for nobody or for a name that was withdrawn."""
    return "" if person is None or person.attribution_withdrawn else f" : {person.public_name}"


def events_of(actor):
    """The events an actor took part in, each with how, the latest first."""
    ways, naming = defaultdict(list), set()
    for party in actor.eventactors.all():
        ways[party.event].append(party.get_role_display())
    for attendance in actor.attendances.all():
        stage = f", {attendance.get_stage_display()} ce jour-là" if attendance.stage else ""
        ways[attendance.event].append(
            attendance.get_status_display() + stage + who(attendance.person)
        )
        if attendance.person:
            naming.add(attendance.event)
    for speech in actor.appearances.all():
        ways[speech.event].append(speech.get_role_display() + who(speech.person))
        naming.add(speech.event)
    events = sorted(ways, key=lambda event: (str(event.start.latest or ""), event.pk), reverse=True)
    return [
        {
            "event": event,
            "ways": list(dict.fromkeys(ways[event])),
            "names_people": event in naming,
        }
        for event in events
    ]


@gathered(actor=int)
def matches_of(user, actor):
    """The likeliest matches of what an actor seeks, and of what it offers."""
    needs = Actor._meta.get_field("needs").related_model
    matches = needs._meta.get_field("matches").related_model.objects.of_actor(actor)
    return matches.shown().visible_to(user).with_candidates()[:MOST_MATCHES]


@gathered(slug=str)
def actor_record(user, slug):
    """An actor, with all that it takes part in and that `user` may read."""
    visible = Actor.objects.visible_to(user)
    named = Position.objects.filter(person__attribution_withdrawn=False)
    return (
        visible.with_stage_label()
        .filter(slug=slug)
        .select_related("source", "governs")
        .prefetch_related(
            "schemes",
            "figures",
            "stage_changes__source",
            "territory_links__territory",
            Prefetch("parents", visible),
            Prefetch("children", visible),
            Prefetch("positions", named.select_related("person")),
            *taking_part(user),
        )
    )


def taking_part(user):
    """The prefetches of what actors do, seek, offer and say, and that `user` may read."""

    def rows(relation):
        return Actor._meta.get_field(relation).related_model.objects

    def links(relation, field):
        return Prefetch(relation, whose(field, rows(relation), user))

    involvements = whose("initiative", rows("involvements"), user)
    roles = Case(*[When(role=role, then=n) for n, role in enumerate(involvements.model.Role)])
    entries = rows("round_table_entries").model
    told = entries._meta.get_field("items").related_model.objects.told_to(user)
    said = rows("round_table_entries").filter(pk__in=told.values("entry")).select_related("event")
    attendances = whose("event", rows("attendances"), user).select_related("person")
    appearances = whose("event", rows("appearances"), user).select_related("person")
    return [
        Prefetch("involvements", involvements.order_by(roles, "initiative__sort_name", "pk")),
        Prefetch("needs", rows("needs").visible_to(user).with_card(user)),
        Prefetch("offers", rows("offers").visible_to(user).with_card(user)),
        Prefetch("resources", rows("resources").visible_to(user)),
        Prefetch("attendances", attendances),
        Prefetch("appearances", appearances),
        Prefetch("round_table_entries", said.prefetch_related("person_links__person")),
        links("eventactors", "event"),
        links("actionpartys", "action"),
        links("memberships", "network"),
    ]


@login_not_required
@kept_for_visitors
@require_safe
def actor_detail(request, slug):
    actor = first_or_404(actor_record(request.user, slug=slug))
    needs, offers, events = actor.needs.all(), actor.offers.all(), events_of(actor)
    matches = matches_of(request.user, actor=actor.pk)
    return render(
        request,
        "territories/actor_detail.html",
        {
            "section": "actors",
            "actor": actor,
            "involvements": actor.involvements.all(),
            "needs": needs,
            "offers": offers,
            "answers": [match for match in matches if match.need.actor_id == actor.pk],
            "askers": [match for match in matches if match.need.actor_id != actor.pk],
            "resources": actor.resources.all(),
            "events": events,
            "contributions": actor.round_table_entries.all(),
            "actions": actor.actionpartys.all(),
            "memberships": actor.memberships.all(),
            "names_people": bool(actor.positions.all())
            or any(row["names_people"] for row in events)
            or any(entry.person_links.all() for entry in actor.round_table_entries.all())
            or any(record.person_id for record in [*needs, *offers]),
        },
    )
