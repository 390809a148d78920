"""A merge is undone to the letter, or refused."""

import pytest

from coopemploi.merging.journal import UndoError, obstacles_to
from coopemploi.merging.merge import merge, undo
from initiatives.models import Involvement
from territories.models import Actor, Person
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    InvolvementFactory,
    PersonFactory,
    SourceFactory,
    StepFactory,
)

from .stored import dump

pytestmark = pytest.mark.django_db


def test_undo_of_two_merges_in_turn_puts_all_back():
    first, second, third = ActorFactory.create_batch(3)
    InvolvementFactory(actor=third)
    before = dump()
    inner, outer = merge(second, third), merge(first, second)

    undo(outer)
    undo(inner)

    assert dump() == before


def test_undo_of_the_inner_merge_first_is_refused():
    first, second, third = ActorFactory.create_batch(3)
    InvolvementFactory(actor=third)
    inner = merge(second, third)
    merge(first, second)
    before = dump()

    with pytest.raises(UndoError):
        undo(inner)

    assert dump() == before


def test_undo_lists_what_was_changed_since_and_does_nothing():
    survivor, loser = ActorFactory(name="A"), ActorFactory(name="B", description="Du perdant.")
    moved, gone = InvolvementFactory.create_batch(2, actor=loser)
    done = merge(survivor, loser, values={"description": "Du perdant."})
    Involvement.objects.filter(pk=moved.pk).update(actor=ActorFactory())
    gone.delete()
    Actor.objects.filter(pk=survivor.pk).update(description="Autre.")
    before = dump()

    with pytest.raises(UndoError) as refusal:
        undo(done)

    assert sorted(refusal.value.obstacles) == sorted(
        [
            f"Partie prenante n° {moved.pk} mène maintenant à une autre fiche.",
            f"Partie prenante n° {done.journal[0][3][1]} n'existe plus.",
            "« A » (acteur) : « description » a changé.",
        ]
    )
    assert dump() == before


def test_undo_keeps_what_was_changed_since_elsewhere():
    survivor, loser = ActorFactory(), ActorFactory(name="Nom perdu")
    done = merge(survivor, loser)
    survivor.refresh_from_db()
    survivor.website = "https://example.org/"
    survivor.save()

    undo(done)

    survivor.refresh_from_db()
    assert (survivor.website, survivor.aliases) == ("https://example.org/", [])
    assert "perdu" not in survivor.lookup


@pytest.mark.parametrize("taken", ["slug", "siren", "source"])
def test_undo_is_refused_when_the_loser_cannot_come_back(taken):
    source = SourceFactory()
    survivor = ActorFactory()
    loser = ActorFactory(name="Revenant", siren="200043974", source=source)
    done = merge(survivor, loser)
    if taken == "source":
        source.delete()
    else:
        ActorFactory(**{taken: getattr(loser, taken)})
    before = dump()

    with pytest.raises(UndoError):
        undo(done)

    assert dump() == before


def test_undo_forgets_what_was_kept_for_it():
    done = merge(*PersonFactory.create_batch(2))

    undo(done)

    done.refresh_from_db()
    assert done.journal == []


def test_name_withdrawn_since_the_merge_stays_withdrawn_for_both():
    survivor = PersonFactory()
    loser = PersonFactory(email_is_public=True)
    done = merge(survivor, loser)
    survivor.refresh_from_db()
    survivor.attribution_withdrawn = True
    survivor.save()

    assert undo(done) == {"attribution_withdrawn": True}

    people = Person.objects.in_bulk([survivor.pk, done.loser_id]).values()
    assert [person.attribution_withdrawn for person in people] == [True, True]
    # What the two merged had each said is theirs again.
    assert Person.objects.get(pk=done.loser_id).email_is_public


def test_name_withdrawn_before_the_merge_is_its_own_again():
    done = merge(PersonFactory(attribution_withdrawn=True), PersonFactory())

    assert undo(done) == {}

    assert not Person.objects.get(pk=done.loser_id).attribution_withdrawn


def test_undo_twice_is_refused():
    done = merge(*ActorFactory.create_batch(2))
    undo(done)

    with pytest.raises(UndoError) as refusal:
        undo(done)

    assert refusal.value.obstacles == ["Cette fusion est déjà annulée."]


def test_nothing_prevents_undoing_right_after():
    survivor, loser = InitiativeFactory.create_batch(2)
    StepFactory(initiative=loser)

    assert obstacles_to(merge(survivor, loser).journal) == []
