"""Who was there, proposed from who spoke and contributed, with the stage of each that day."""

import pytest
from django.urls import reverse

from coopemploi.dates import PartialDate
from events.proposed_presences import proposals_for
from tests.factories import (
    ActorFactory,
    AppearanceFactory,
    AttendanceFactory,
    EventFactory,
    MandateFactory,
    PersonFactory,
    RoundTableEntryFactory,
    StageChangeFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return EventFactory(start=PartialDate.parse("17/10/2019"))


def project(name, **stages):
    """A project, its stages given by the year it reached them."""
    actor = ActorFactory(name=name)
    for stage, year in stages.items():
        StageChangeFactory(actor=actor, stage=stage, since=PartialDate.parse(str(year)))
    return actor


def proposed(event):
    return [(each.owner.name, each.why, each.stage) for each in proposals_for(event)]


def page(event):
    return reverse("admin:events_event_proposed_presences", args=[event.pk])


def test_who_spoke_or_contributed_is_proposed_with_the_stage_of_that_day(event):
    speaker = project("Ambert", interested=2016, emerging=2018, accredited=2021)
    person = PersonFactory(first_name="Zoé", last_name="Partie")
    AppearanceFactory(event=event, person=person).actors.add(speaker)
    RoundTableEntryFactory(event=event, actor=ActorFactory(name="Billom"))
    AppearanceFactory(event=EventFactory()).actors.add(ActorFactory(name="Ailleurs"))

    assert proposed(event) == [
        ("Ambert", "intervention de Zoé Partie", "emerging"),
        ("Billom", "contribution au tour de table", ""),
    ]


def test_a_territory_takes_the_stage_of_its_only_project(event):
    alone, shared = TerritoryFactory(name="Thiers"), TerritoryFactory(name="Vichy")
    project("Un", emerging=2018).territories.add(alone, shared)
    project("Deux", accredited=2018).territories.add(shared)
    for territory in (alone, shared):
        AttendanceFactory(event=event, territory=territory)

    assert proposed(event) == [("Thiers", "noté « présent », sans étape", "emerging")]


def test_what_is_noted_is_not_proposed_again(event):
    actor = project("Ambert", emerging=2018)
    AppearanceFactory(event=event).actors.add(actor)
    attendance = AttendanceFactory(event=event, territory=None, actor=actor, stage="emerging")

    assert proposed(event) == []
    for status, count in (("excused", 0), ("registered", 1)):
        attendance.status = status
        attendance.save()
        assert len(proposed(event)) == count


def test_what_is_kept_is_noted_and_the_rest_is_not(client, event):
    territory = TerritoryFactory(kind="region")
    event.territories.add(territory)
    kept, left = project("Ambert", emerging=2018), project("Billom")
    expected = project("Cusset")
    AttendanceFactory(event=event, territory=None, actor=expected, status="registered")
    for actor in (kept, left, expected):
        AppearanceFactory(event=event).actors.add(actor)
    client.force_login(MandateFactory(role="animateur", territory=territory).user)
    assert event.attendances.count() == 1

    client.post(
        page(event),
        {
            f"keep-actor-{kept.pk}": "on",
            f"stage-actor-{kept.pk}": "candidate",
            f"stage-actor-{left.pk}": "",
            f"keep-actor-{expected.pk}": "on",
            f"stage-actor-{expected.pk}": "",
            "keep-actor-0": "on",
        },
    )

    noted = event.attendances.order_by("actor__name").values_list("actor__name", "status", "stage")
    assert list(noted) == [("Ambert", "present", "candidate"), ("Cusset", "present", "")]


def test_proposals_are_for_those_who_may_change_the_event(client, event):
    actor = project("Ambert")
    AppearanceFactory(event=event).actors.add(actor)
    client.force_login(MandateFactory(role="animateur").user)

    assert client.get(page(event)).status_code == 403
    assert client.post(page(event), {f"keep-actor-{actor.pk}": "on"}).status_code == 403
    assert event.attendances.count() == 0


def test_unknown_stage_is_refused(animateur_client, event):
    actor = project("Ambert")
    AppearanceFactory(event=event).actors.add(actor)
    sent = {f"keep-actor-{actor.pk}": "on", f"stage-actor-{actor.pk}": "inventée"}

    assert animateur_client.post(page(event), sent).status_code == 400
    assert event.attendances.count() == 0


@pytest.mark.parametrize("rows", [1, 30])
def test_proposals_cost_the_same_at_any_length(django_assert_num_queries, event, rows):
    for number in range(rows):
        actor = project(f"Projet {number}", emerging=2018)
        actor.territories.add(TerritoryFactory())
        AppearanceFactory(event=event).actors.add(actor)
        RoundTableEntryFactory(event=event, territory=TerritoryFactory())
        AttendanceFactory(event=event, territory=TerritoryFactory())

    with django_assert_num_queries(6):
        proposals_for(event)
