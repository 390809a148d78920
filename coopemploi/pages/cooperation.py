"""Who cooperates with whom: actors that share an initiative, a meeting, an introduction.

The picture is a ring: names stand outside, a line joins two actors, thicker for more ties.
Neighbours in the network stand near one another. It is as large as its names ask: 200 stay
legible, without a computation that grows faster than the ties.
"""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

from events.models import EventActor
from initiatives.models import Involvement, Match
from territories.models import Actor

MOST_ACTORS = 200
# Everybody meets everybody in a big meeting: that says nothing of any two of them.
MOST_AT_ONCE = 12
ACCEPTED = [Match.Status.INTRODUCED, Match.Status.UNDER_WAY, Match.Status.HELPED]
# In the units of the drawing, which are pixels as long as the screen is wide enough.
SMALLEST_RING, LARGEST_RING = 120, 430
LINE, LETTER, GAP = 13.5, 7.5, 12
NAME_LENGTH = 44
# So few names do not touch when none is turned.
FEW = 12
# What two actors share, in the singular, then in the plural.
INITIATIVE, EVENT, INTRODUCTION = "initiative", "rencontre", "mise en relation"
PLURALS = {
    INITIATIVE: "initiatives",
    EVENT: "rencontres",
    INTRODUCTION: "mises en relation",
}


@dataclass
class Node:
    """An actor on the ring."""

    actor: Actor
    x: int
    y: int
    turn: float  # degrees, of its name
    is_left: bool
    partners: list  # (actor, "2 initiatives, 1 rencontre"), the closest first

    @property
    def label(self):
        name = self.actor.name
        return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"

    @property
    def name_x(self):
        """Just outside the ring; once turned, to the side where the name goes."""
        return f"{self.x + self._outward(math.cos):.1f}"

    @property
    def name_y(self):
        return f"{self.y + self._outward(math.sin):.1f}"

    @property
    def rotation(self):
        return f"rotate({self.turn:.1f} {self.name_x} {self.name_y})"

    def _outward(self, part):
        return (-GAP if self.is_left else GAP) * part(math.radians(self.turn))

    def reach(self, part):
        """How far from the centre its name goes, across (`math.cos`) or up (`math.sin`)."""
        length = GAP + LETTER * len(self.label)
        along = self.x if part is math.cos else self.y
        return abs(along) + length * abs(part(math.radians(self.turn))) + LINE


@dataclass
class Tie:
    path: str
    weight: int  # 1 to 3, how thick
    label: str


def together(rows):
    """Pairs of actors found in the same group, from (group, actor) rows."""
    groups = defaultdict(set)
    for group, actor in rows:
        groups[group].add(actor)
    for actors in groups.values():
        if len(actors) <= MOST_AT_ONCE:
            yield from combinations(sorted(actors), 2)


def ties(user):
    """{(actor, actor): Counter of the ways they cooperate}, of what `user` may read."""
    found = defaultdict(Counter)
    readable = Actor.objects.visible_to(user).order_by().values("pk")
    involved = Involvement.objects.visible_to(user).filter(actor__in=readable)
    initiatives = Involvement._meta.get_field("initiative").related_model
    involved = involved.filter(initiative__in=initiatives.objects.visible_to(user))
    events = EventActor._meta.get_field("event").related_model.objects.visible_to(user)
    parties = EventActor.objects.filter(actor__in=readable, event__in=events)
    for way, rows in {
        INITIATIVE: involved.values_list("initiative", "actor"),
        EVENT: parties.values_list("event", "actor"),
    }.items():
        for pair in together(rows.order_by()):
            found[pair][way] += 1
    accepted = Match.objects.visible_to(user).filter(
        status__in=ACCEPTED, need__actor__in=readable, offer__actor__in=readable
    )
    for pair in accepted.order_by().values_list("need__actor", "offer__actor"):
        if pair[0] != pair[1]:
            found[tuple(sorted(pair))][INTRODUCTION] += 1
    return found


def in_words(ways):
    """Counter → "2 initiatives, 1 rencontre", each with its count."""
    said = [(count, way if count == 1 else PLURALS[way]) for way, count in sorted(ways.items())]
    return ", ".join(f"{count}\N{NO-BREAK SPACE}{way}" for count, way in said)


def ring_order(actors, neighbours):
    """Actors in the order of the ring: each group from its busiest, its partners after it."""
    ordered, seen = [], set()
    busiest_first = sorted(actors, key=lambda pk: (-len(neighbours[pk]), pk))
    for start in busiest_first:
        waiting = [start]
        while waiting:
            actor = waiting.pop()
            if actor in seen:
                continue
            seen.add(actor)
            ordered.append(actor)
            waiting += sorted(neighbours[actor] - seen, key=lambda pk: (len(neighbours[pk]), pk))
    return ordered


def picture(user):
    """The nodes and ties of the ring, the busiest actors when there are too many."""
    found = ties(user)
    neighbours = defaultdict(set)
    for one, other in found:
        neighbours[one].add(other)
        neighbours[other].add(one)
    busiest = sorted(neighbours, key=lambda pk: (-len(neighbours[pk]), pk))[:MOST_ACTORS]
    shown = set(busiest)
    pairs = sorted(pair for pair in found if shown.issuperset(pair))
    drawn = {pair: found[pair] for pair in pairs}
    order = ring_order(busiest, {pk: neighbours[pk] & shown for pk in busiest})
    nodes = _placed(order, drawn)
    return {
        "nodes": list(nodes.values()),
        "ties": [line(nodes[one], nodes[other], ways) for (one, other), ways in drawn.items()],
        "left_out": len(neighbours) - len(nodes),
        "box": box_around(nodes.values()),
    }


def box_around(nodes):
    """The left, the top, the width and the height of the drawing, names included."""
    across, up = (
        math.ceil(max((node.reach(part) for node in nodes), default=0))
        for part in (math.cos, math.sin)
    )
    return {"left": -across, "top": -up, "width": 2 * across, "height": 2 * up}


def ring_of(count):
    """The radius of the ring of so many names: the largest still holds `MOST_ACTORS`."""
    return min(max(SMALLEST_RING, 12 * count), LARGEST_RING)


def _placed(order, drawn):
    """{actor: its Node}, at equal distances around the ring, whose centre is 0, 0."""
    actors = Actor.objects.only("name", "slug", "status").in_bulk(order)
    partners = defaultdict(list)
    for (one, other), ways in drawn.items():
        partners[one].append((ways.total(), other, ways))
        partners[other].append((ways.total(), one, ways))
    nodes, radius = {}, ring_of(len(order))
    for number, pk in enumerate(order):
        # From the top; two stand side by side.
        angle = 2 * math.pi * number / len(order) - (len(order) > 2) * math.pi / 2
        is_left = math.cos(angle) < 0
        closest = sorted(partners[pk], key=lambda row: (-row[0], actors[row[1]].name))
        nodes[pk] = Node(
            actor=actors[pk],
            x=round(radius * math.cos(angle)),
            y=round(radius * math.sin(angle)),
            turn=math.degrees(angle) + (180 if is_left else 0) if len(order) > FEW else 0,
            is_left=is_left,
            partners=[(actors[other], in_words(ways)) for _, other, ways in closest],
        )
    return nodes


def line(one, other, ways):
    """A curve between two names, drawn toward the centre of the ring."""
    pull = 0.35  # a straight line between neighbours would follow the ring and hide
    x, y = (one.x + other.x) / 2 * pull, (one.y + other.y) / 2 * pull
    return Tie(
        path=f"M{one.x} {one.y}Q{x:.1f} {y:.1f} {other.x} {other.y}",
        weight=min(ways.total(), 3),
        label=f"{one.actor.name}, {other.actor.name} : {in_words(ways)}",
    )
