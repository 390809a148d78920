"""The home page of the admin: what awaits the animateur each morning, panel by panel.

A panel counts exactly the records of the lists it links to: both ask the `follow_up` of the
ModelAdmin. All panels are counted by one query; each then reads five rows at most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Count, F, Model, OuterRef, Prefetch, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from events.models import (
    Action,
    Attendance,
    Campaign,
    Event,
    EventFigure,
    Recap,
    Registration,
)
from initiatives.models import Initiative, Introduction, Need, Offer, Resource
from territories.models import Actor, Network, Person, Territory

from ..admin import FollowUpFilter
from ..figures import format_number, row_count
from ..participation.models import Belonging, Proposal
from ..permissions import editing_rule
from ..vocabulary.models import Audience, GlossaryTerm, Obstacle, Scheme, Sector, Theme

ROWS = 5


def editable(queryset, user):
    """What of `queryset` lies in the perimeter of `user`."""
    return editing_rule().editable(queryset, user)


def admin_url(model, page, *args):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, args=[quote(arg) for arg in args])


@dataclass(frozen=True)
class FollowUp:
    """One value of the follow-up filter of a model."""

    model: type[Model]
    value: str
    label: str = ""

    @property
    def model_admin(self):
        return admin.site.get_model_admin(self.model)

    @property
    def url(self):
        query = urlencode({FollowUpFilter.parameter_name: self.value})
        return f"{admin_url(self.model, 'changelist')}?{query}"

    def is_visible(self, request):
        return self.model_admin.has_view_permission(request)

    def queryset(self, request):
        records = editable(self.model_admin.get_queryset(request), request.user)
        _, method = self.model_admin.follow_up[self.value]
        return getattr(records, method)()


@dataclass(frozen=True)
class Duplicates(FollowUp):
    """The likely duplicates of a model: counted in pairs, on a page of their own."""

    value: str = "doublons"

    @property
    def url(self):
        return admin_url(self.model, "duplicates")

    def is_visible(self, request):
        return self.model_admin.has_change_permission(request)

    def queryset(self, request):
        return self.model_admin.likely_duplicates(request)


@dataclass(frozen=True)
class Panel:
    """A figure, the first records behind it, and the lists that show them all.

    Without a `head`, the figure is the sum of the `details`.
    """

    key: str
    title: str
    hint: str
    head: FollowUp | None = None
    details: tuple = ()
    # The records to show first, with what their notes read.
    first: Callable[[QuerySet], QuerySet] | None = None
    note: Callable[[Model], str] | None = None
    # Where a record is dealt with; its own sheet when None.
    address: Callable | None = None

    def follow_ups(self, request):
        """The parts of the panel that the user may see, its head first."""
        parts = [self.head] if self.head else []
        return [part for part in [*parts, *self.details] if part.is_visible(request)]

    def show(self, request, counts):
        """What the page shows, given the `counts` of the follow-ups; None when nothing awaits."""
        parts = [part for part in self.follow_ups(request) if counts[part]]
        if not parts:
            return None
        details = [part for part in parts if part is not self.head]
        total = counts[self.head] if self.head else sum(counts[part] for part in details)
        return {
            "key": self.key,
            "title": self.title,
            "hint": self.hint,
            "count": format_number(total),
            "url": self.head and self.head.url,
            "rows": self.rows(request),
            "details": [
                {
                    "label": part.label,
                    "count": format_number(counts[part]),
                    "url": part.url,
                }
                for part in details
            ],
        }

    def rows(self, request):
        if self.first is None:
            return []
        return [
            {
                "label": str(record),
                "url": self._address(request, record),
                "note": self.note(record),
            }
            for record in self.first(self.head.queryset(request))[:ROWS]
        ]

    def _address(self, request, record):
        if self.address and (url := self.address(request, record)):
            return url
        return admin_url(self.head.model, "change", record.pk)


def context(request):
    """The panels of the home page, and the titles of those where nothing awaits."""
    panels = [panel for panel in PANELS if panel.follow_ups(request)]
    counts = count_all(request, [part for panel in panels for part in panel.follow_ups(request)])
    shown = {panel.title: panel.show(request, counts) for panel in panels}
    return {
        "panels": [panel for panel in shown.values() if panel],
        "quiet_panels": [title.lower() for title, panel in shown.items() if not panel],
    }


def count_all(request, follow_ups):
    """{follow-up: number of records}, by a single query."""
    if not follow_ups:
        return {}
    queries = [
        part.queryset(request)
        .order_by()
        .annotate(part=Value(number))
        .values("part")
        .annotate(total=Count("pk"))
        .values_list("part", "total")
        for number, part in enumerate(follow_ups)
    ]
    found = dict(queries[0].union(*queries[1:], all=True))
    return {part: found.get(number, 0) for number, part in enumerate(follow_ups)}


def duration(days):
    """A wait in words: "12 jours", "4 mois", "3 ans"."""
    if days < 60:
        return f"{days} jour{'s' if days > 1 else ''}"
    if days < 730:
        return f"{days // 30} mois"
    return f"{days // 365} ans"


def joined(*parts):
    return " · ".join(part for part in parts if part)


# Meetings to come


def first_to_come(events):
    attendances = Attendance.objects.filter(event=OuterRef("pk"))
    registrations = Registration.objects.filter(event=OuterRef("pk"))
    status = Attendance.Status
    return (
        events.select_related("town")
        .annotate(
            invited=row_count(attendances.filter(status=status.INVITED)),
            registered=row_count(attendances.filter(status=status.REGISTERED)),
            confirmed=row_count(registrations.confirmed()),
            waiting=row_count(registrations.waiting()),
        )
        .order_by("start_earliest", "start_time", "pk")
    )


def note_to_come(event):
    town = event.town and event.town.name
    invited = event.invited
    registered = event.confirmed if event.needs_registration else event.registered
    return joined(
        event.start.label if event.start else event.end.label,
        town,
        f"{invited} invité{'s' if invited > 1 else ''}" if invited else "",
        f"{registered} inscrit{'s' if registered > 1 else ''}" if registered else "",
        f"{event.waiting} en attente" if event.waiting else "",
        "" if event.is_published else event.get_status_display(),
    )


# Recaps to write


def first_without_recap(events):
    latest = F("start_latest").desc(nulls_last=True)
    return events.select_related("recap").order_by(latest, "-pk")


def note_without_recap(event):
    begun = "à finir" if hasattr(event, "recap") else "à écrire"
    return joined((event.start or event.end).label, begun)


def recap_address(request, event):
    """Where to write the recap, for who may."""
    recaps = admin.site.get_model_admin(Recap)
    if hasattr(event, "recap"):
        return admin_url(Recap, "change", event.recap.pk)
    if recaps.has_add_permission(request):
        return f"{admin_url(Recap, 'add')}?{urlencode({'event': event.pk})}"
    return None


# Actions, needs, initiatives


def first_overdue(actions):
    return actions.select_related("event").order_by("due_latest", "pk")


def note_overdue(action):
    return joined(f"échéance : {action.due.label}", action.event and action.event.title)


def note_unfollowed(action):
    return joined(action.event and action.event.title)


def first_unanswered(needs):
    waiting = needs.with_waiting_since().select_related("actor", "person")
    return waiting.order_by("waiting_since", "pk")


def note_unanswered(need):
    days = (timezone.localdate() - need.waiting_since).days
    age = f"depuis {duration(days)}" if days > 0 else "depuis aujourd'hui"
    who = need.actor or need.person
    return joined(age, who and str(who))


def matches_address(request, need):
    """Where what could answer a need is listed, below its long sheet."""
    return f"{admin_url(Need, 'change', need.pk)}#matches-group"


def first_proposed(proposals):
    return proposals.select_related("actor", "user").order_by("created_at", "pk")


def note_proposed(proposal):
    return joined(proposal.get_kind_display(), str(proposal.user or proposal.name))


def first_reported(introductions):
    people = introductions.select_related(*Introduction.RECORDS, "asked_by")
    return people.order_by("reported_at", "pk")


def note_reported(introduction):
    return joined(f"le {introduction.reported_at:%d/%m/%Y}", str(introduction.asked_by or ""))


def first_untouched(initiatives):
    return initiatives.order_by("updated_at", "pk")


def note_untouched(initiative):
    days = (timezone.now() - initiative.updated_at).days
    return f"inchangée depuis {duration(days)}"


# Figures, territories


def first_doubtful(events):
    figures = Prefetch("figures", EventFigure.objects.doubtful(), to_attr="doubtful_figures")
    return events.prefetch_related(figures)


def note_doubtful(event):
    return joined(
        *(f"{figure} (compté : {format_number(figure.known)})" for figure in event.doubtful_figures)
    )


def first_never_met(territories):
    return territories.order_by(F("population").desc(nulls_last=True), "pk")


def note_never_met(territory):
    people = territory.population
    return joined(territory.kind_label, f"{format_number(people)} habitants" if people else "")


DEDUPLICATED = (
    Initiative,
    Actor,
    Person,
    Action,
    Theme,
    Scheme,
    Sector,
    Audience,
    Obstacle,
    GlossaryTerm,
)
REVIEWED = (Event, Recap, Action, Campaign, Initiative, Need, Offer, Resource, Actor, Network)

PANELS = [
    Panel(
        key="a-venir",
        title="Rencontres à venir",
        hint="La prochaine d'abord.",
        head=FollowUp(Event, "a-venir"),
        first=first_to_come,
        note=note_to_come,
    ),
    Panel(
        key="en-retard",
        title="Actions en retard",
        hint="L'échéance est passée : prendre des nouvelles, ou changer la date.",
        head=FollowUp(Action, "en-retard"),
        first=first_overdue,
        note=note_overdue,
    ),
    Panel(
        key="sans-suivi",
        title="Actions sans personne à interroger",
        hint="Le site n'en demandera de nouvelles à personne : nommez qui, dans sa fiche.",
        head=FollowUp(Action, "sans-suivi"),
        first=first_overdue,
        note=note_unfollowed,
    ),
    Panel(
        key="sans-compte-rendu",
        title="Comptes rendus à écrire",
        hint="Ces rencontres ont eu lieu.",
        head=FollowUp(Event, "sans-compte-rendu"),
        first=first_without_recap,
        note=note_without_recap,
        address=recap_address,
    ),
    Panel(
        key="propositions",
        title="Propositions à relire",
        hint="Venues du site : rien n'en est public avant.",
        head=FollowUp(Proposal, "a-relire"),
        details=(FollowUp(Belonging, "a-decider", "Demandes à rejoindre un acteur"),),
        first=first_proposed,
        note=note_proposed,
    ),
    Panel(
        key="a-relire",
        title="Fiches à relire",
        hint="Proposées, ou en brouillon depuis plus d'une semaine.",
        details=tuple(
            FollowUp(model, "a-relire", capfirst(model._meta.verbose_name_plural))
            for model in REVIEWED
        ),
    ),
    Panel(
        key="sans-reponse",
        title="Besoins sans réponse",
        hint="Le plus ancien d'abord.",
        head=FollowUp(Need, "sans-reponse"),
        details=(FollowUp(Need, "sans-reponse-depuis-longtemps", "Depuis plus de 90 jours"),),
        first=first_unanswered,
        note=note_unanswered,
    ),
    Panel(
        key="pistes",
        title="Besoins avec une piste non traitée",
        hint="Une offre ou une démarche pourrait y répondre : mettre en relation, ou écarter.",
        head=FollowUp(Need, "piste-non-traitee"),
        first=first_unanswered,
        note=note_unanswered,
        address=matches_address,
    ),
    Panel(
        key="signalees",
        title="Mises en relation signalées",
        hint="Quelqu'un s'est plaint du message reçu : le lire, et parler aux personnes.",
        head=FollowUp(Introduction, "signalees"),
        first=first_reported,
        note=note_reported,
    ),
    Panel(
        key="a-completer",
        title="Initiatives à compléter",
        hint="Publiées, mais difficiles à trouver ou à comprendre.",
        head=FollowUp(Initiative, "a-completer"),
        details=(
            FollowUp(Initiative, "sans-resume", "Sans résumé"),
            FollowUp(Initiative, "sans-avancement", "Sans avancement"),
            FollowUp(Initiative, "sans-territoire", "Sans territoire"),
            FollowUp(Initiative, "sans-porteur", "Sans porteur"),
        ),
    ),
    Panel(
        key="inchangees",
        title="Initiatives sans nouvelles",
        hint="Personne n'y a touché depuis un an : sont-elles encore vraies ?",
        head=FollowUp(Initiative, "inchangees"),
        first=first_untouched,
        note=note_untouched,
    ),
    Panel(
        key="liens-morts",
        title="Liens morts",
        hint="Trois jours de suite, l'adresse n'a pas répondu, ou plus rien n'y est.",
        details=tuple(
            FollowUp(model, "liens-morts", capfirst(model._meta.verbose_name_plural))
            for model in (Initiative, Resource, Actor)
        ),
    ),
    Panel(
        key="doublons",
        title="Doublons probables",
        hint="Peut-être deux fois la même fiche : comparer, puis fusionner ou écarter.",
        details=tuple(
            Duplicates(model, label=capfirst(model._meta.verbose_name_plural))
            for model in DEDUPLICATED
        ),
    ),
    Panel(
        key="chiffres-a-verifier",
        title="Chiffres de rencontres à vérifier",
        hint="Le nombre annoncé n'est pas celui que le site compte.",
        head=FollowUp(Event, "chiffres-a-verifier"),
        first=first_doubtful,
        note=note_doubtful,
    ),
    Panel(
        key="chiffres-d-operations",
        title="Chiffres d'opérations à vérifier",
        hint="Le nombre annoncé de rencontres n'est pas celui que le site compte.",
        details=(FollowUp(Campaign, "chiffres-a-verifier", "Opérations"),),
    ),
    Panel(
        key="jamais-rencontres",
        title="Territoires jamais rencontrés",
        hint="EPCI et départements sans rencontre, ni présence, ni initiative.",
        head=FollowUp(Territory, "jamais-rencontres"),
        first=first_never_met,
        note=note_never_met,
    ),
]
