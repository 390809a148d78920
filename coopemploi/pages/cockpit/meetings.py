"""The meetings that await: to prepare, to tell, to count right, to hold at last."""

from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import F, OuterRef, Prefetch

from events.models import Attendance, Campaign, Event, EventFigure, Recap, Registration
from territories.models import Territory

from ...figures import format_number, row_count
from .notes import joined
from .panel import FollowUp, Panel, admin_url


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


TO_COME = Panel(
    key="a-venir",
    title="Rencontres à venir",
    hint="La prochaine d'abord.",
    head=FollowUp(Event, "a-venir"),
    first=first_to_come,
    note=note_to_come,
)


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


WITHOUT_RECAP = Panel(
    key="sans-compte-rendu",
    title="Comptes rendus à écrire",
    hint="Ces rencontres ont eu lieu.",
    head=FollowUp(Event, "sans-compte-rendu"),
    first=first_without_recap,
    note=note_without_recap,
    address=recap_address,
)


def first_doubtful(events):
    figures = Prefetch("figures", EventFigure.objects.doubtful(), to_attr="doubtful_figures")
    return events.prefetch_related(figures)


def note_doubtful(event):
    return joined(
        *(f"{figure} (compté : {format_number(figure.known)})" for figure in event.doubtful_figures)
    )


DOUBTFUL_FIGURES = Panel(
    key="chiffres-a-verifier",
    title="Chiffres de rencontres à vérifier",
    hint="Le nombre annoncé n'est pas celui que le site compte.",
    head=FollowUp(Event, "chiffres-a-verifier"),
    first=first_doubtful,
    note=note_doubtful,
)

DOUBTFUL_CAMPAIGNS = Panel(
    key="chiffres-d-operations",
    title="Chiffres d'opérations à vérifier",
    hint="Le nombre annoncé de rencontres n'est pas celui que le site compte.",
    details=(FollowUp(Campaign, "chiffres-a-verifier", "Opérations"),),
)


def first_never_met(territories):
    return territories.order_by(F("population").desc(nulls_last=True), "pk")


def note_never_met(territory):
    people = territory.population
    inhabitants = f"{format_number(people)}\N{NO-BREAK SPACE}habitants" if people else ""
    return joined(territory.kind_label, inhabitants)


NEVER_MET = Panel(
    key="jamais-rencontres",
    title="Territoires jamais rencontrés",
    hint="EPCI et départements sans rencontre, ni présence, ni initiative.",
    head=FollowUp(Territory, "jamais-rencontres"),
    first=first_never_met,
    note=note_never_met,
)
