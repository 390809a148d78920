"""Whom to invite to a meeting: actors, people and territories, each with the reasons why."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Case, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from coopemploi.formats.printable import printable
from initiatives.models import Need
from territories.models import (
    Actor,
    ActorTerritory,
    Containment,
    NetworkMembership,
    Person,
    Position,
    Territory,
)

from .models import Attendance, Event, RoundTableEntry

# What each source of suggestions reads at most, the latest first.
LIMIT = 300
# How much each reason weighs: who came before is likelier to come than a neighbour.
TOOK_PART, SEEKS, BELONGS, ACTS_HERE = 4, 3, 2, 1
# Beyond, a reason is one more of the same kind.
REASONS_OF_A_KIND = 3


@dataclass
class Invitee:
    """An actor, a person or a territory, and why it should come."""

    record: Actor | Person | Territory
    reasons: dict = field(default_factory=lambda: defaultdict(list))  # weight → sentences
    positions: list = field(default_factory=list)

    @property
    def name(self):
        return str(self.record)

    @property
    def url(self):
        """Its sheet in the admin."""
        options = self.record._meta
        return reverse(
            f"admin:{options.app_label}_{options.model_name}_change", args=[self.record.pk]
        )

    @property
    def kind(self):
        match self.record:
            case Actor():
                return self.record.get_kind_display()
            case Territory():
                return self.record.kind_label
        return "personne"

    @property
    def why(self):
        """Its reasons in words, the weightiest first, a few of each kind."""
        return [
            reason
            for weight in sorted(self.reasons, reverse=True)
            for reason in self.reasons[weight][:REASONS_OF_A_KIND]
        ]

    @property
    def functions(self):
        """For a person: "chargée de mission, PLIE de Dax"."""
        if not isinstance(self.record, Person):
            return []
        return [
            ", ".join(str(part) for part in (position.title, position.actor) if part)
            for position in self.positions
        ]

    @property
    def contacts(self):
        """What the people concerned agree to show of their e-mail and telephone."""
        people = {position.person_id: position.person for position in self.positions}
        if isinstance(self.record, Person):
            people = {self.record.pk: self.record}
        shown = []
        for person in people.values():
            ways = [way for way in (person.public_email, person.public_phone) if way]
            if ways:
                who = [] if person == self.record else [person.full_name]
                shown.append(", ".join([*who, *ways]))
        return shown


class Invitations:
    """The suggestions for `event`, drawn from what the user may see.

    `actors`, `people` and `needs` are the querysets of what they may see; None for what
    they may not see at all. Those already noted at the event are left out, and so are the
    people who asked that their name be withdrawn.
    """

    def __init__(self, event, *, actors, people, needs):
        self.event = event
        self.actors = Actor.objects.none() if actors is None else actors.unarchived()
        people = Person.objects.none() if people is None else people
        self.people = people.filter(attribution_withdrawn=False)
        self.needs = Need.objects.none() if needs is None else needs
        self.found = {}
        self.places = self._places()

    def _places(self):
        """The territories of the event, or else where it takes place, or its network does."""
        network = self.event.network
        return (
            list(self.event.territories.all())
            or [place for place in [self.event.town] if place]
            or [place for place in [network and network.territory] if place]
        )

    def suggest(self):
        """The invitees, those with the best reasons first."""
        self._add_past_participants()
        self._add_members()
        self._add_seekers()
        self._add_neighbours()
        self._leave_out_those_noted()
        self._read_positions()
        invitees = list(self.found.values())
        return sorted(
            invitees,
            key=lambda invitee: (-sum(invitee.reasons), invitee.record.sort_name, invitee.kind),
        )

    def _add(self, record, weight, reason):
        key = (type(record), record.pk)
        reasons = self.found.setdefault(key, Invitee(record)).reasons[weight]
        if reason not in reasons:
            reasons.append(reason)

    def _sisters(self):
        """The past events of the same series, network or campaign."""
        ties = Q()
        for name in ("series", "network", "campaign"):
            if tie := getattr(self.event, f"{name}_id"):
                ties |= Q(**{name: tie})
        if not ties:
            return Event.objects.none()
        return Event.objects.filter(ties).past().unarchived().exclude(pk=self.event.pk).order_by()

    def _add_past_participants(self):
        sisters = self._sisters().values("pk")
        came = [Attendance.Status.PRESENT, Attendance.Status.REPRESENTED]
        attendances = Attendance.objects.filter(
            self._somebody_visible(territory=True), event__in=sisters, status__in=came
        ).select_related("event", "actor", "person", "territory")
        for attendance in attendances.order_by("-event__start_latest", "pk")[:LIMIT]:
            record = attendance.person or attendance.actor or attendance.territory
            was_there = attendance.status == Attendance.Status.PRESENT
            how = "présence" if was_there else "représentation"
            self._add(record, TOOK_PART, f"{how} à {named(attendance.event)}")
        entries = RoundTableEntry.objects.filter(event__in=sisters, actor__in=self.actors)
        entries = entries.select_related("event", "actor").order_by("-event__start_latest", "pk")
        for entry in entries[:LIMIT]:
            self._add(entry.actor, TOOK_PART, f"tour de table de {named(entry.event)}")
        speakers = self.people.filter(appearances__event__in=sisters).order_by("sort_name", "pk")
        for person in speakers.distinct()[:LIMIT]:
            self._add(person, TOOK_PART, "intervention à une rencontre précédente")

    def _somebody_visible(self, territory=False):
        """The condition that a row names somebody the user may see."""
        visible = Q(person__in=self.people.values("pk")) | Q(
            person=None, actor__in=self.actors.values("pk")
        )
        if territory:
            visible |= Q(person=None, actor=None)
        return visible

    def _add_members(self):
        if self.event.network is None:
            return
        today = timezone.localdate()
        members = NetworkMembership.objects.filter(
            self._somebody_visible(),
            Q(until_latest=None) | Q(until_latest__gte=today),
            network=self.event.network,
        ).select_related("actor", "person")
        for member in members.order_by("role", "pk")[:LIMIT]:
            verb = "anime" if member.role == NetworkMembership.Role.COORDINATOR else "membre de"
            self._add(member.person or member.actor, BELONGS, f"{verb} {self.event.network}")

    def _add_seekers(self):
        """Those whose open needs are about the themes or the schemes of the event."""
        themes = {theme.pk: theme for theme in self.event.themes.all()}
        schemes = {scheme.pk: scheme for scheme in self.event.schemes.all()}
        if not themes and not schemes:
            return
        concerned = Need.objects.filter(Q(themes__in=themes) | Q(schemes__in=schemes))
        needs = (
            self.needs.unanswered()
            .filter(self._somebody_visible(), pk__in=concerned.values("pk"))
            .with_waiting_since()
            .select_related("actor", "person")
            .prefetch_related("themes", "schemes")
            .order_by("-waiting_since", "pk")
        )
        for need in needs[:LIMIT]:
            shared = [str(theme) for theme in need.themes.all() if theme.pk in themes]
            shared += [str(scheme) for scheme in need.schemes.all() if scheme.pk in schemes]
            reason = f"cherche : « {need.text} » ({', '.join(shared)})"
            self._add(need.person or need.actor, SEEKS, reason)

    def _add_neighbours(self):
        """The actors of the territories in the places of the event, and of those around.

        The actors already found come first, so that the limit leaves out none of them.
        """
        if not self.places:
            return
        inside = Containment.objects.filter(container__in=self.places).values("contained")
        around = Containment.objects.filter(contained__in=self.places).values("container")
        known = [pk for model, pk in self.found if model is Actor]
        links = (
            ActorTerritory.objects.filter(Q(territory__in=inside) | Q(territory__in=around))
            .filter(actor__in=self.actors.values("pk"))
            .select_related("actor", "territory")
            .order_by(Case(When(actor__in=known, then=0), default=Value(1)), "actor__sort_name")
        )
        for link in links[:LIMIT]:
            self._add(link.actor, ACTS_HERE, f"agit sur le territoire {link.territory}")
        governing = (
            self.actors.filter(Q(governs__in=inside) | Q(governs__in=around))
            .select_related("governs")
            .order_by(Case(When(pk__in=known, then=0), default=Value(1)), "sort_name")
        )
        for actor in governing[:LIMIT]:
            self._add(actor, ACTS_HERE, f"administre le territoire {actor.governs}")

    def _leave_out_those_noted(self):
        noted = Attendance.objects.filter(event=self.event)
        for person, actor, territory in noted.values_list("person", "actor", "territory"):
            for key in ((Person, person), (Actor, actor), (Territory, territory)):
                self.found.pop(key, None)

    def _read_positions(self):
        """Who holds which office today, for all invitees at once."""
        people = [pk for model, pk in self.found if model is Person]
        actors = [pk for model, pk in self.found if model is Actor]
        held = (
            Position.objects.filter(Q(person__in=people) | Q(actor__in=actors))
            .filter(Q(until_latest=None) | Q(until_latest__gte=timezone.localdate()))
            .filter(person__in=self.people.values("pk"))
            .select_related("person", "actor")
            .order_by("pk")
        )
        for position in held:
            for key in ((Person, position.person_id), (Actor, position.actor_id)):
                if key in self.found:
                    self.found[key].positions.append(position)


def named(event):
    """ "« Rencontre régionale » (17 octobre 2019)"."""
    return f"« {event} » ({event.start.label})" if event.start else f"« {event} »"


class InviteeTable:
    """The suggestions as a table for a spreadsheet."""

    all_columns = ("qui", "type", "fonctions", "pourquoi", "coordonnées publiques")

    def __init__(self, event, invitees):
        self.event = event
        self.invitees = invitees

    def file_name(self, extension):
        return f"inviter-{self.event.slug}.{extension}"

    def stream(self):
        return self.invitees

    def row(self, invitee):
        values = (
            invitee.name,
            invitee.kind,
            invitee.functions,
            invitee.why,
            invitee.contacts,
        )
        return {
            column: [printable(item) for item in value]
            if isinstance(value, list)
            else printable(value)
            for column, value in zip(self.all_columns, values, strict=True)
        }
