"""All that the page of a territory shows: what lies in it, and what is done there.

Initiatives and events stand above this app: their records are reached by the reverse
relations of ours, never by import.
"""

from collections import defaultdict

from django.db.models import Case, Count, F, Prefetch, Q, When, Window

from coopemploi.gathering import gathered
from coopemploi.publishing import readable, whose

from .chronicle import chronicle
from .models import Actor, Containment, FormerCode, Network, StageChange, Territory
from .time_zones import DAYS, days_around

# A section shows so many cards, then a link to the whole list.
SECTION_SIZE = 6
# The stages that it tells, the latest first.
MOST_STAGES = 60
# Above this number of territories of a kind, they are only counted.
LISTED_PARTS = 60
MAYOTTE = "region:06"
# How the heading of a list of parts names their kind, where an "s" does not do.
KIND_PLURALS = {
    Territory.Kind.COM: "collectivités d'outre-mer",
    Territory.Kind.EPCI: "EPCI",
    Territory.Kind.EPT: "EPT",
    Territory.Kind.PETR: "PETR",
    Territory.Kind.PAYS: "pays",
    Territory.Kind.QPV: "quartiers prioritaires (QPV)",
    Territory.Kind.CONTRAT_DE_VILLE: "contrats de ville",
    Territory.Kind.BASSIN_EMPLOI: "bassins d'emploi",
    Territory.Kind.ZONE_EMPLOI: "zones d'emploi",
    Territory.Kind.OTHER: "autres périmètres",
}
# Those that have records.
SECTIONS = (
    "projects",
    "actors",
    "initiatives",
    "needs",
    "offers",
    "upcoming",
    "past",
    "actions",
    "networks",
)


def sheet_of(territory, user):
    """What the template of the page is given, of a territory that `territory_record` read."""
    inside = sections_of(user, territory=territory.pk, **days_around())
    sections = {name: section(inside[name]) for name in SECTIONS}
    parts = parts_by_kind(territory, user)
    moments = chronicle(
        upcoming=inside["upcoming"],
        past=inside["past"],
        attendances=inside["presences"],
        changes=inside["stage_changes"],
    )
    shown = contents(sections)
    return {
        "territory": territory,
        "contents": shown,
        # A network of the whole region says nothing of each of its communes.
        "is_untold": not moments and all(anchor == "reseaux" for anchor, *_ in shown),
        "population_label": population_label(territory, territory.around),
        "former": territory.former,
        "around": territory.around,
        "parts": parts,
        "part_count": sum(part["count"] for part in parts),
        "moments": moments,
        "names_people": any(record.person_id for record in [*inside["needs"], *inside["offers"]]),
        **sections,
    }


@gathered(kind=str, slug=str)
def territory_record(user, kind, slug):
    """A territory, with what it lies in, the largest first."""
    rank = Case(*[When(container__kind=kind, then=n) for n, kind in enumerate(Territory.Kind)])
    containers = Containment.objects.exclude(container=F("contained")).select_related("container")
    former = FormerCode.objects.exclude(name="").order_by("kind", "code")
    return (
        Territory.objects.filter(kind=kind, slug=slug)
        .select_related("source")
        .prefetch_related(
            "figures",
            "follow_up_bodies",
            Prefetch("former_codes", former, to_attr="former"),
            Prefetch(
                "containers",
                containers.order_by(rank, "container__sort_name", "pk"),
                to_attr="around",
            ),
        )
    )


@gathered(territory=int, **DAYS)
def sections_of(user, territory, **days):
    """The first records of each section, and how many there are."""

    def inside(relation):
        model = Territory._meta.get_field(relation).related_model
        return model.objects.in_territory(territory).visible_to(user)

    # Who governs the territory comes first, projects apart.
    acting = inside("actors")
    governing_first = Case(When(governs=territory, then=0), default=1)
    others = acting.exclude(kind=Actor.Kind.TZCLD).order_by(governing_first, "sort_name", "pk")
    # Networks of the territory, of what lies in it and of what it lies in.
    covering = Containment.objects.filter(contained=territory).values("container")
    about = Network.objects.lying_in(territory) | Q(territory__in=covering)
    networks = Network.objects.visible_to(user).filter(about)
    events = inside("events").select_related("source", "town")
    sections = {
        "projects": acting.filter(kind=Actor.Kind.TZCLD).with_card(),
        "actors": others.with_card(),
        "initiatives": inside("initiatives").with_card(user),
        "networks": networks.with_card(),
        "actions": inside("actions"),
        "needs": inside("needs").with_card(user),
        "offers": inside("offers").with_card(user),
        "upcoming": events.upcoming_there(**days),
        "past": events.past_there(**days),
    }
    changes = StageChange.objects.filter(actor__in=acting.values("pk")).select_related("actor")
    return {
        "presences": presences_of(territory, user),
        "stage_changes": changes[:MOST_STAGES],
        # Each row says how many there are: counting apart would look for them twice.
        **{
            name: records.annotate(total=Window(Count("pk")))[:SECTION_SIZE]
            for name, records in sections.items()
        },
    }


def presences_of(territory, user):
    """At the meetings that `user` may read, but of an actor that they may not."""
    attendances = Territory._meta.get_field("attendances").related_model.objects
    attendances = attendances.filter(territory=territory, person=None)
    present = whose("event", attendances, user)
    present = present.filter(Q(actor=None) | readable(user, "actor__"))
    return present.select_related("event__source", "event__town")


def section(records):
    """The first records of a section, and how many there are: see `sections_of`."""
    return {"records": records, "count": records[0].total if records else 0}


def parts_by_kind(territory, user):
    """What lies in `territory`, a kind after the other: counted, and listed when few."""
    counts = dict(counts_of_parts(user, territory=territory.pk))
    listed = [kind for kind, count in counts.items() if count <= LISTED_PARTS]
    parts = defaultdict(list)
    for link in parts_of(user, territory=territory.pk, kinds=listed) if listed else ():
        parts[link.contained.kind].append(link)
    return [
        {
            "kind": kind,
            "label": label if counts[kind] == 1 else KIND_PLURALS.get(kind, f"{label}s"),
            "count": counts[kind],
            "links": parts[kind],
        }
        for kind, label in Territory.Kind.choices
        if kind in counts
    ]


def contained(territory):
    return Containment.objects.filter(container=territory).exclude(contained=territory)


@gathered(territory=int)
def counts_of_parts(user, territory):
    return contained(territory).order_by().values_list("contained__kind").annotate(Count("pk"))


@gathered(territory=int, kinds=[str])
def parts_of(user, territory, kinds):
    links = contained(territory).filter(contained__kind__in=kinds).select_related("contained")
    return links.only("partial", "contained__kind", "contained__slug", "contained__name").order_by(
        "contained__sort_name", "contained__pk"
    )


def population_label(territory, containers):
    """Official populations are the Insee's of 2023; Mayotte's are of its census of 2017."""
    if not territory.vintage:
        return "Population"
    places = {territory.reference, *(link.container.reference for link in containers)}
    return f"Population municipale {2017 if MAYOTTE in places else 2023}"


def contents(sections):
    """The parts of the page that are not empty, as (anchor, label, count), in its order."""
    counts = {name: section["count"] for name, section in sections.items()}
    counts["meetings"] = counts["upcoming"] + counts["past"]
    parts = [
        ("projets", "projet TZCLD", "projets TZCLD", "projects"),
        ("acteurs", "acteur", "acteurs", "actors"),
        ("initiatives", "initiative", "initiatives", "initiatives"),
        ("besoins", "besoin", "besoins", "needs"),
        ("offres", "offre", "offres", "offers"),
        ("fil", "rencontre", "rencontres", "meetings"),
        ("actions", "action retenue", "actions retenues", "actions"),
        ("reseaux", "réseau", "réseaux", "networks"),
    ]
    return [
        (anchor, one if counts[name] == 1 else several, counts[name])
        for anchor, one, several, name in parts
        if counts[name]
    ]
