"""Taking a tour de table back: what it made goes, what serves stays."""

import pytest

from events.models import RoundTableEntry, RoundTableItem
from territories.models import Actor, Person, Position
from tests.factories import NeedFactory, PositionFactory

from .pages import page, received, write

pytestmark = pytest.mark.django_db


def test_batch_is_taken_back_whole(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)

    response = animateur_client.post(page("take_back", batch), follow=True)

    assert "Tour de table retiré." in response.content.decode()
    left = [
        model.objects.count()
        for model in (RoundTableEntry, RoundTableItem, Person, Actor, Position)
    ]
    assert left == [0, 0, 0, 0, 0]


def test_taking_back_is_asked_with_what_goes_and_what_stays(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    RoundTableItem.objects.filter(text="un guide").update(text="un guide de plus")
    address = page("take_back", batch)
    review = animateur_client.get(page("review", batch)).text

    asked = animateur_client.get(address)

    assert (f'href="{address}"' in review, f'action="{address}"' in review) == (True, False)
    assert asked.context["gone"] == ["1 contribution", "1 personne"]
    assert asked.context["kept"] == [
        "la contribution « Lise Armandou / CC du Diois », modifiée depuis",
        "la fiche « Lise Armandou », qui sert ailleurs",
        "la fiche « CC du Diois », qui sert ailleurs",
    ]
    assert (event.round_table_entries.count(), Person.objects.count()) == (2, 2)
    batch.refresh_from_db()
    assert (batch.state, batch.drafts.filter(is_left_out=True).count()) == ("written", 0)


def test_what_was_taken_back_is_recorded_again(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    enrich(Actor.objects.get(), description="Deux heures de travail")
    RoundTableItem.objects.filter(text="une salle").update(text="une salle chauffée")
    animateur_client.post(page("take_back", batch))

    batch.refresh_from_db()
    assert batch.state == "review"
    assert [draft.is_left_out for draft in batch.drafts.all()] == [False, True]
    write(animateur_client, batch)

    assert [str(entry) for entry in event.round_table_entries.all()] == [
        "Paul Morin, élu / CC du Diois",
        "Lise Armandou / CC du Diois",
    ]
    # Kept the first time, they are not created twice.
    assert {entry.actor for entry in event.round_table_entries.all()} == {Actor.objects.get()}
    assert Person.objects.count() == 2


def test_what_a_first_taking_back_kept_goes_with_the_second(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    item = RoundTableItem.objects.get(text="une salle")
    RoundTableItem.objects.filter(pk=item.pk).update(text="une salle chauffée")
    animateur_client.post(page("take_back", batch))
    assert [entry.items.get() for entry in event.round_table_entries.all()] == [item]
    RoundTableItem.objects.filter(pk=item.pk).update(text="une salle")
    write(animateur_client, batch)
    assert event.round_table_entries.count() == 2

    animateur_client.post(page("take_back", batch))

    models = (RoundTableEntry, Person, Actor, Position)
    assert [model.objects.count() for model in models] == [0, 0, 0, 0]
    batch.refresh_from_db()
    assert batch.written == {"actors": [], "people": [], "positions": [], "entries": {}}


def test_what_has_no_more_drafts_is_taken_back_for_good(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    batch.drafts.all().delete()

    assert "ne pourra pas" in animateur_client.get(page("take_back", batch)).text
    animateur_client.post(page("take_back", batch))

    batch.refresh_from_db()
    assert (batch.state, event.round_table_entries.count()) == ("taken_back", 0)


def test_a_page_shown_before_a_batch_was_taken_back_records_nothing(animateur_client, event):
    batch = received(animateur_client, event)
    shown = animateur_client.get(page("review", batch)).context["version"].initial
    write(animateur_client, batch)
    animateur_client.post(page("take_back", batch))

    animateur_client.post(page("write", batch), shown)

    assert event.round_table_entries.count() == 0


def test_what_serves_or_changed_since_is_kept_and_said(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    NeedFactory(actor=Actor.objects.get(), person=None)
    RoundTableItem.objects.filter(text="un guide").update(text="un guide de plus")

    response = animateur_client.post(page("take_back", batch), follow=True)

    assert [str(entry) for entry in RoundTableEntry.objects.all()] == [
        "Lise Armandou / CC du Diois"
    ]
    assert [str(person) for person in Person.objects.all()] == ["Lise Armandou"]
    assert Actor.objects.count() == 1
    said = response.content.decode()
    assert "la contribution « Lise Armandou / CC du Diois », modifiée depuis" in said
    assert "la fiche « CC du Diois », qui sert ailleurs" in said


def enrich(record, **values):
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


def test_what_was_worked_on_since_is_kept_and_said(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    enrich(Actor.objects.get(), description="Deux heures de travail", status="published")
    enrich(Person.objects.get(last_name="Armandou"), phone="0475000000")
    enrich(Position.objects.get(title="élu"), is_elected=True)

    response = animateur_client.post(page("take_back", batch), follow=True)

    assert RoundTableEntry.objects.count() == 0
    assert Actor.objects.get().description == "Deux heures de travail"
    lise, paul = Person.objects.all()
    assert (lise.phone, lise.positions.count()) == ("0475000000", 1)
    assert paul.positions.get().is_elected
    for kept in ("Lise Armandou", "CC du Diois", "Paul Morin, élu, CC du Diois"):
        assert f"la fiche « {kept} », modifiée depuis" in response.text
    assert "la fiche « Paul Morin », qui sert ailleurs" in response.text


def test_person_given_another_position_since_keeps_both(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    paul = Person.objects.get(last_name="Morin")
    PositionFactory(person=paul)

    animateur_client.post(page("take_back", batch))

    assert (Person.objects.get(), paul.positions.count()) == (paul, 2)


@pytest.mark.parametrize("note", [None, "État trouvé"])
def test_what_nobody_can_tell_unchanged_is_kept(animateur_client, event, note):
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    versions = Actor.history.all()
    versions.update(history_change_reason=note) if note else versions.delete()

    response = animateur_client.post(page("take_back", batch), follow=True)

    assert (Actor.objects.count(), Person.objects.count()) == (1, 0)
    assert "la fiche « CC du Diois », modifiée depuis" in response.text
