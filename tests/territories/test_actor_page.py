"""The page of an actor, and all that it takes part in."""

import pytest

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from territories.models import Territory
from tests.factories import (
    ActionPartyFactory,
    ActorFactory,
    ActorFigureFactory,
    ActorTerritoryFactory,
    AppearanceFactory,
    AttendanceFactory,
    EventActorFactory,
    EventFactory,
    InvolvementFactory,
    NeedFactory,
    NetworkMembershipFactory,
    OfferFactory,
    PersonFactory,
    PositionFactory,
    RecapFactory,
    ResourceFactory,
    RoundTableEntryFactory,
    RoundTableItemFactory,
    SchemeFactory,
    SourceFactory,
    StageChangeFactory,
    TerritoryFactory,
)

from .pages import text_of

pytestmark = pytest.mark.django_db

Kind = Territory.Kind
DRAFT = Publishable.Status.DRAFT
ACTOR_QUERIES = 3


def fill_actor(actor, rows):
    """`rows` of everything that an actor's page shows."""
    for _ in range(rows):
        actor.parents.add(ActorFactory())
        ActorFactory().parents.add(actor)
        actor.schemes.add(SchemeFactory())
        ActorTerritoryFactory(actor=actor)
        StageChangeFactory(actor=actor, source=SourceFactory())
        ActorFigureFactory(actor=actor)
        InvolvementFactory(actor=actor)
        for factory in (NeedFactory, OfferFactory):
            exchange = factory(actor=actor, person=PersonFactory(), source=SourceFactory())
            exchange.schemes.add(SchemeFactory())
        ResourceFactory(actor=actor)
        EventActorFactory(actor=actor)
        AttendanceFactory(actor=actor, territory=None)
        AttendanceFactory(actor=actor, territory=None, person=PersonFactory())
        AppearanceFactory().actors.add(actor)
        entry = RoundTableEntryFactory(actor=actor)
        RoundTableItemFactory(entry=entry)
        RecapFactory(event=entry.event)
        ActionPartyFactory(actor=actor)
        NetworkMembershipFactory(actor=actor)
        PositionFactory(actor=actor)
    return actor


@pytest.mark.parametrize("rows", [1, 30])
def test_actor_page_costs_the_same_however_rich(client, django_assert_num_queries, rows):
    actor = fill_actor(ActorFactory(source=SourceFactory(), governs=TerritoryFactory()), rows)

    with django_assert_num_queries(ACTOR_QUERIES):
        response = client.get(actor.get_absolute_url())

    for rows_of in ("involvements", "needs", "offers", "resources", "contributions", "actions"):
        assert len(response.context[rows_of]) == rows
    assert len(response.context["events"]) == 4 * rows


def test_actor_page_groups_initiatives_by_role(client):
    actor = ActorFactory()
    InvolvementFactory(actor=actor, role="funder", initiative__title="Une aide")
    InvolvementFactory(actor=actor, role="pilot", initiative__title="Un projet")
    InvolvementFactory(actor=actor, role="carrier", initiative__title="Une démarche")

    response = client.get(actor.get_absolute_url())

    assert [(row.role, row.initiative.title) for row in response.context["involvements"]] == [
        ("carrier", "Une démarche"),
        ("pilot", "Un projet"),
        ("funder", "Une aide"),
    ]


def test_actor_page_says_once_all_that_it_did_at_an_event(client):
    actor = ActorFactory()
    event = EventFactory(title="La rencontre")
    EventActorFactory(actor=actor, event=event, role="host")
    AttendanceFactory(actor=actor, territory=None, event=event, stage="emerging")
    person = PersonFactory(first_name="Ada", last_name="Byron")
    AppearanceFactory(event=event, person=person, role="opening").actors.add(actor)

    response = client.get(actor.get_absolute_url())

    assert [(row["event"], row["ways"]) for row in response.context["events"]] == [
        (event, ["accueil", "présent, émergent ce jour-là", "ouverture : Ada Byron"])
    ]


def test_actor_page_puts_undated_events_last(client):
    actor = ActorFactory()
    for title, start in (("sans date", ""), ("2019", "2019"), ("2021", "mars 2021")):
        EventActorFactory(actor=actor, event__title=title, event__start=PartialDate.parse(start))

    response = client.get(actor.get_absolute_url())

    assert [row["event"].title for row in response.context["events"]] == [
        "2021",
        "2019",
        "sans date",
    ]


def test_actor_page_shows_that_a_stage_is_deduced(client):
    change = StageChangeFactory(since=PartialDate.parse("[2019] depuis peu"))

    text = text_of(client.get(change.actor.get_absolute_url()))

    assert "(date déduite)" in text


def test_actor_page_shows_no_private_contact(client):
    position = PositionFactory(person__email="ada@example.org", person__phone="01 02 03 04 05")

    text = text_of(client.get(position.actor.get_absolute_url()))

    assert position.person.full_name in text
    assert "ada@example.org" not in text
    assert "01 02 03 04 05" not in text


def test_actor_page_shows_each_contact_that_was_agreed_to(client):
    position = PositionFactory(
        person__email="ada@example.org",
        person__phone="01 02 03 04 05",
        person__phone_is_public=True,
    )

    text = text_of(client.get(position.actor.get_absolute_url()))

    assert "ada@example.org" not in text
    assert "01 02 03 04 05" in text
