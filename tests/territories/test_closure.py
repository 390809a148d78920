import datetime
import random

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from territories.closure import ContainmentTable
from territories.models import Composition, Containment, Territory
from tests.factories import CompositionFactory, TerritoryFactory

pytestmark = pytest.mark.django_db

Kind = Territory.Kind


def make(kind, name, *parts, pieces=(), official=False):
    """A territory named `name`, made of `parts` and of `pieces` of others."""
    whole = TerritoryFactory(kind=kind, name=name)
    for part in parts:
        CompositionFactory(whole=whole, part=part, is_official=official)
    for part in pieces:
        CompositionFactory(whole=whole, part=part, partial=True)
    return whole


def lies_in(territory):
    """What a territory lies in, by name, « ~ » before what it lies partly in."""
    rows = Containment.objects.filter(contained=territory).exclude(container=territory)
    return {("~" if row.partial else "") + row.container.name for row in rows}


def test_new_territory_lies_in_itself():
    commune = TerritoryFactory()

    rows = Containment.objects.values_list("container", "contained", "partial")

    assert list(rows) == [(commune.pk, commune.pk, False)]


def test_commune_lies_in_all_that_is_above_and_in_nothing_else():
    soyaux, royan = TerritoryFactory(name="Soyaux"), TerritoryFactory(name="Royan")
    charente = make(Kind.DEPARTEMENT, "Charente", soyaux)
    charente_maritime = make(Kind.DEPARTEMENT, "Charente-Maritime", royan)
    make(Kind.REGION, "Nouvelle-Aquitaine", charente, charente_maritime)

    assert lies_in(soyaux) == {"Charente", "Nouvelle-Aquitaine"}
    assert lies_in(royan) == {"Charente-Maritime", "Nouvelle-Aquitaine"}


def test_partial_composition_makes_a_partial_containment():
    qpv = TerritoryFactory(kind=Kind.QPV, name="Le Toulon")
    make(Kind.COMMUNE, "Périgueux", qpv)
    make(Kind.OTHER, "Projet", pieces=[qpv])

    assert lies_in(qpv) == {"Périgueux", "~Projet"}


def test_piece_of_a_qpv_lies_wherever_the_qpv_does():
    qpv = TerritoryFactory(kind=Kind.QPV, name="Le Toulon")
    make(Kind.COMMUNE, "Périgueux", qpv)
    project = make(Kind.OTHER, "Projet", pieces=[qpv])

    assert lies_in(project) == {"Le Toulon", "Périgueux"}


def test_partial_composition_says_nothing_of_the_parts_of_its_part():
    communes = TerritoryFactory.create_batch(2)
    epci = make(Kind.EPCI, "EPCI", *communes)
    make(Kind.OTHER, "Projet", pieces=[epci])

    assert lies_in(epci) == {"~Projet"}
    assert lies_in(communes[0]) == {"EPCI"}


def test_full_path_wins_over_a_partial_one():
    qpv = TerritoryFactory(kind=Kind.QPV)
    commune = make(Kind.COMMUNE, "Commune", qpv)
    make(Kind.OTHER, "Projet", commune, pieces=[qpv])

    assert lies_in(qpv) == {"Commune", "Projet"}


def test_ended_composition_does_not_count():
    commune = TerritoryFactory(name="Commune")
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    former, present = TerritoryFactory(name="Ancien"), TerritoryFactory(name="Actuel")
    CompositionFactory(whole=former, part=commune, until=PartialDate.day(yesterday))
    CompositionFactory(whole=present, part=commune, until=PartialDate.day(datetime.date.today()))

    assert lies_in(commune) == {"Actuel"}


def test_epci_astride_two_departements_lies_partly_in_both():
    here = TerritoryFactory.create_batch(3)
    there = TerritoryFactory.create_batch(3)
    departements = [
        make(Kind.DEPARTEMENT, "Haute-Loire", *here),
        make(Kind.DEPARTEMENT, "Loire", *there),
    ]
    make(Kind.REGION, "Auvergne-Rhône-Alpes", *departements)
    epci = make(Kind.EPCI, "EPCI", here[0], there[0])

    assert lies_in(epci) == {"~Haute-Loire", "~Loire", "Auvergne-Rhône-Alpes"}
    assert lies_in(here[0]) == {"Haute-Loire", "EPCI", "Auvergne-Rhône-Alpes"}
    assert lies_in(departements[0]) == {"Auvergne-Rhône-Alpes"}


def test_petr_of_epci_of_one_region_lies_in_it():
    communes = TerritoryFactory.create_batch(4)
    make(Kind.REGION, "Région", *communes)
    epcis = [make(Kind.EPCI, "A", *communes[:2]), make(Kind.EPCI, "B", communes[2])]
    petr = make(Kind.PETR, "PETR", *epcis)

    assert lies_in(petr) == {"Région"}


def test_commune_is_more_than_its_qpv():
    qpv = TerritoryFactory(kind=Kind.QPV)
    make(Kind.COMMUNE, "Commune", qpv)
    make(Kind.CONTRAT_DE_VILLE, "Contrat de ville", qpv)

    assert lies_in(Territory.objects.get(name="Commune")) == set()


def test_qpv_of_an_official_epci_lies_where_the_epci_does():
    communes = TerritoryFactory.create_batch(3)
    make(Kind.DEPARTEMENT, "Charente", *communes, official=True)
    epci = make(Kind.EPCI, "Grand Angoulême", *communes[:2], official=True)
    qpv = TerritoryFactory(kind=Kind.QPV)

    CompositionFactory(whole=epci, part=qpv)

    assert lies_in(epci) == {"Charente"}
    assert lies_in(qpv) == {"Grand Angoulême", "Charente"}


def test_moving_a_composition_moves_what_lies_below():
    qpv = TerritoryFactory(kind=Kind.QPV)
    commune = make(Kind.COMMUNE, "Commune", qpv)
    others = TerritoryFactory.create_batch(2)
    make(Kind.EPCI, "Ancien", commune, others[0])
    link = Composition.objects.get(part=commune)
    new = make(Kind.EPCI, "Nouveau", others[1])

    link.whole = new
    link.save()

    assert lies_in(qpv) == {"Commune", "Nouveau"}
    link.delete()
    assert lies_in(qpv) == {"Commune"}


def test_change_of_kind_changes_what_is_implied():
    commune = TerritoryFactory()
    make(Kind.DEPARTEMENT, "Département", commune)
    whole = make(Kind.COMMUNE, "Ensemble", commune)
    assert "Département" not in lies_in(whole)

    whole.kind = Kind.EPCI
    whole.save()

    assert "Département" in lies_in(whole)


KINDS = [Kind.COMMUNE, Kind.COMMUNE, Kind.QPV, Kind.EPCI, Kind.PETR, Kind.DEPARTEMENT, Kind.OTHER]


def some_link(chance, territories):
    """A composition of a later territory of the list in an earlier one: no loop."""
    low, high = sorted(chance.sample(range(len(territories)), 2))
    return Composition(
        whole=territories[low],
        part=territories[high],
        partial=chance.random() < 0.25,
        is_official=chance.random() < 0.4,
    )


def change_something(chance, territories):
    links = list(Composition.objects.all())
    action = chance.choice(["add", "add", "edit", "move", "remove", "end", "recast", "delete"])
    if action == "add" or not links:
        link = some_link(chance, territories)
        if not Composition.objects.filter(whole=link.whole, part=link.part).exists():
            link.save()
        return
    link = chance.choice(links)
    if action == "edit":
        link.partial = not link.partial
        link.save()
    elif action == "move":
        moved = some_link(chance, territories)
        taken = Composition.objects.filter(whole=moved.whole, part=moved.part)
        if not taken.exclude(pk=link.pk).exists():
            link.whole, link.part = moved.whole, moved.part
            link.save()
    elif action == "end":
        link.until = PartialDate() if link.until else PartialDate.parse("2020")
        link.save()
    elif action == "recast":
        territory = chance.choice(territories)
        territory.kind = chance.choice(KINDS)
        territory.save()
    elif action == "delete" and len(territories) > 4:
        territory = territories.pop(chance.randrange(len(territories)))
        territory.delete()
    else:
        link.delete()


def check_random_changes(seed):
    chance = random.Random(seed)  # noqa: S311
    territories = [TerritoryFactory(kind=chance.choice(KINDS)) for _ in range(chance.randint(4, 9))]
    # As on commit: several changes at once, and deletions seen when they are done.
    history = []
    for _ in range(10):
        for _ in range(chance.choice([1, 1, 1, 3])):
            change_something(chance, territories)
        registry.flush()
        history.append(ContainmentTable().drift())
    assert history == [0] * 10, f"seed {seed}"


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(6, 60))]
)
def test_refreshed_closure_is_the_rebuilt_one(seed):
    check_random_changes(seed)


def test_rebuild_restores_what_was_tampered_with():
    commune = TerritoryFactory()
    epci = make(Kind.EPCI, "EPCI", commune, TerritoryFactory())
    expected = set(Containment.objects.values_list("container", "contained", "partial"))
    Containment.objects.filter(container=epci, contained=epci).delete()
    Containment.objects.filter(container=epci, contained=commune).update(partial=True)
    Containment.objects.create(container=commune, contained=epci)
    assert ContainmentTable().drift() == 3

    count = ContainmentTable().rebuild()

    rows = set(Containment.objects.values_list("container", "contained", "partial"))
    assert (rows, count) == (expected, len(expected))
    assert ContainmentTable().drift() == 0


def test_first_fill_gives_what_refreshing_gives():
    make(Kind.EPCI, "EPCI", *TerritoryFactory.create_batch(3))
    expected = set(Containment.objects.values_list("container", "contained", "partial"))
    Containment.objects.all().delete()

    ContainmentTable().rebuild()

    assert set(Containment.objects.values_list("container", "contained", "partial")) == expected


def test_check_derived_fails_on_drift_and_repairs(capsys):
    make(Kind.EPCI, "EPCI", TerritoryFactory())
    call_command("check_derived")
    assert "contenances : à jour." in capsys.readouterr().out.splitlines()
    Containment.objects.first().delete()

    with pytest.raises(CommandError, match=r"^Des tables ont dérivé"):
        call_command("check_derived")
    assert "contenances : 1 écart(s)." in capsys.readouterr().out.splitlines()

    call_command("check_derived", "--repair")
    lines = capsys.readouterr().out.splitlines()
    assert "contenances : 1 écart(s), table refaite (4 lignes)." in lines
    assert ContainmentTable().drift() == 0


def count_queries_of_a_move(others):
    communes = TerritoryFactory.create_batch(3)
    for commune in TerritoryFactory.create_batch(others):
        make(Kind.EPCI, "Ailleurs", commune)
    epci = make(Kind.EPCI, "EPCI", *communes[:2])
    link = Composition(whole=epci, part=communes[2])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        link.save()
    return len(queries)


def test_refresh_makes_the_same_queries_whatever_lies_elsewhere():
    alone = count_queries_of_a_move(others=1)

    assert count_queries_of_a_move(others=30) == alone
