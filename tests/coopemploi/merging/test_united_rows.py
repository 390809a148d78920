"""Rows of both records that say the same become one."""

import pytest

from coopemploi.dates import PartialDate
from coopemploi.merging.merge import merge, undo
from events.models import Attendance
from initiatives.models import Involvement
from territories.models import ActorTerritory, NetworkMembership, Position
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    AttendanceFactory,
    EventFactory,
    InitiativeFactory,
    InvolvementFactory,
    NetworkMembershipFactory,
    PersonFactory,
    PositionFactory,
    RoundTableEntryFactory,
    TerritoryFactory,
    ThemeFactory,
)

from .stored import dump

pytestmark = pytest.mark.django_db


def test_the_same_involvement_twice_becomes_one():
    survivor, loser = ActorFactory.create_batch(2)
    initiative = InitiativeFactory()
    kept = InvolvementFactory(actor=survivor, initiative=initiative, order=1)
    InvolvementFactory(actor=loser, initiative=initiative, order=2)
    other = InvolvementFactory(
        actor=loser, initiative=initiative, role=Involvement.Role.FUNDER, amount=1000
    )
    before = dump()

    done = merge(survivor, loser)

    assert set(initiative.involvements.all()) == {kept, other}
    undo(done)
    assert dump() == before


def test_undo_gives_back_dates_and_amounts_to_the_letter():
    survivor, loser = ActorFactory.create_batch(2)
    initiative, person = InitiativeFactory(), PersonFactory()
    for actor in (survivor, loser):
        InvolvementFactory(actor=actor, initiative=initiative, amount="1000.50")
        PositionFactory(
            actor=actor, person=person, since=PartialDate.parse("[17/10/2019] en octobre")
        )
    before = dump()

    done = merge(survivor, loser)

    assert (Involvement.objects.count(), Position.objects.count()) == (1, 1)
    undo(done)
    assert dump() == before


def test_the_same_membership_twice_becomes_one():
    survivor, loser = PersonFactory.create_batch(2)
    kept = NetworkMembershipFactory(actor=None, person=survivor)
    NetworkMembershipFactory(actor=None, person=loser, network=kept.network)

    merge(survivor, loser)

    assert list(NetworkMembership.objects.all()) == [kept]


def test_rows_that_must_be_unique_are_united_with_what_each_says():
    survivor, loser = ActorFactory.create_batch(2)
    territory = TerritoryFactory()
    kept = ActorTerritoryFactory(actor=survivor, territory=territory, note="rive droite")
    ActorTerritoryFactory(actor=loser, territory=territory, note="11 communes")
    before = dump()

    done = merge(survivor, loser)

    assert list(ActorTerritory.objects.values_list("pk", "note")) == [
        (kept.pk, "rive droite ; 11 communes")
    ]
    undo(done)
    assert dump() == before


def test_a_united_row_takes_what_the_other_lacked():
    survivor, loser = PersonFactory.create_batch(2)
    event, actor = EventFactory(), ActorFactory()
    AttendanceFactory(event=event, territory=None, person=survivor)
    AttendanceFactory(event=event, territory=None, person=loser, actor=actor, wording="Mme B.")

    merge(survivor, loser)

    assert list(Attendance.objects.values_list("person", "actor", "wording")) == [
        (survivor.pk, actor.pk, "Mme B.")
    ]


def test_a_condition_of_uniqueness_is_respected():
    """Two people of one actor at one event are two attendances."""
    survivor, loser = ActorFactory.create_batch(2)
    event = EventFactory()
    for actor in (survivor, loser):
        AttendanceFactory(event=event, territory=None, actor=actor, person=PersonFactory())

    merge(survivor, loser)

    assert survivor.attendances.count() == 2


def test_what_hangs_on_a_united_row_follows_too():
    survivor, loser = PersonFactory.create_batch(2)
    actor = ActorFactory()
    kept = PositionFactory(person=survivor, actor=actor)
    initiative = InitiativeFactory(contact=PositionFactory(person=loser, actor=actor))
    before = dump()

    done = merge(survivor, loser)

    initiative.refresh_from_db()
    assert initiative.contact == kept
    assert Position.objects.count() == 1
    undo(done)
    assert dump() == before


def test_people_of_one_round_table_entry_are_united():
    survivor, loser = PersonFactory.create_batch(2)
    entry = RoundTableEntryFactory()
    entry.people.add(survivor, loser)
    before = dump()

    done = merge(survivor, loser)

    assert list(entry.people.all()) == [survivor]
    undo(done)
    assert dump() == before


def test_terms_that_both_records_have_are_kept_once():
    survivor, loser = InitiativeFactory.create_batch(2)
    shared, other = ThemeFactory.create_batch(2)
    survivor.themes.add(shared)
    loser.themes.add(shared, other)

    merge(survivor, loser)

    assert set(survivor.themes.all()) == {shared, other}


@pytest.mark.parametrize("winner", ["survivor", "loser"])
def test_one_of_the_lists_may_be_kept_alone(winner):
    survivor, loser = InitiativeFactory.create_batch(2)
    themes = {"survivor": ThemeFactory(), "loser": ThemeFactory()}
    survivor.themes.add(themes["survivor"])
    loser.themes.add(themes["loser"])
    before = dump()

    done = merge(survivor, loser, relations={"themes": winner})

    assert list(survivor.themes.all()) == [themes[winner]]
    undo(done)
    assert dump() == before


def test_records_that_point_to_one_another_do_not_end_up_pointing_to_themselves():
    survivor, loser, parent = ActorFactory.create_batch(3)
    survivor.parents.add(loser, parent)
    loser.parents.add(survivor, parent, loser)
    before = dump()

    done = merge(survivor, loser)

    assert list(survivor.parents.all()) == [parent]
    assert list(survivor.children.all()) == []
    undo(done)
    assert dump() == before
