"""A tour de table is written whole, once, and as it was seen."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from events.models import RoundTableBatch, RoundTableEntry
from territories.models import Actor, Person, Position
from tests.factories import ActorFactory, PersonFactory, TerritoryFactory

from .pages import TABLE, animateur_of, page, received, sent, write

pytestmark = pytest.mark.django_db


WORKSHOP = Path(__file__).with_name("workshop.txt")


def test_workshop_is_written_whole(animateur_client, event):
    url = reverse("admin:events_event_round_table", args=[event.pk])
    file = SimpleUploadedFile("atelier.txt", WORKSHOP.read_bytes())
    animateur_client.post(url, {"file": file})
    batch = RoundTableBatch.objects.get()

    shown = animateur_client.get(page("review", batch))
    assert "8 contributions, 9 personnes" in shown.content.decode()
    assert RoundTableEntry.objects.count() == 0

    response = write(animateur_client, batch)
    assert "Tour de table enregistré : 8 contributions." in response.content.decode()
    entries = event.round_table_entries.all()
    assert [entry.people.count() for entry in entries] == [1, 1, 1, 1, 1, 2, 1, 1]
    assert Person.objects.count() == 9
    assert [item.text for item in entries[4].items.all()] == ["Convention avec les clubs"]
    assert set(Actor.objects.values_list("status", flat=True)) == {"draft"}


def test_no_position_takes_a_person_out_of_the_perimeter_of_who_writes(client, event):
    here, elsewhere = TerritoryFactory(), TerritoryFactory()
    event.territories.add(here)
    actor = ActorFactory(name="CC du Diois", kind="epci")
    actor.territories.add(elsewhere)
    client.force_login(animateur_of(here))

    write(client, received(client, event))

    assert {entry.actor for entry in event.round_table_entries.all()} == {actor}
    assert Person.objects.count() == 2
    assert Position.objects.count() == 0


def test_homonym_elsewhere_is_to_choose_before_anything_is_written(animateur_client, event):
    PersonFactory(first_name="Lise", last_name="Armandou")
    batch = received(animateur_client, event)

    refused = write(animateur_client, batch)

    assert "Nom à choisir : « Lise Armandou » (contribution 1)." in refused.text
    assert RoundTableEntry.objects.count() == 0
    assert Actor.objects.count() == 0
    batch.refresh_from_db()
    assert batch.state == "review"

    draft = batch.drafts.first()
    form = animateur_client.get(page("edit", batch, draft)).context["form"]
    animateur_client.post(page("edit", batch, draft), {**sent(form), "person_0_choice": "new"})
    write(animateur_client, batch)
    assert Person.objects.filter(last_name="Armandou").count() == 2


def test_every_name_to_choose_is_told_and_one_click_away(animateur_client, event):
    PersonFactory(first_name="Lise", last_name="Armandou")
    PersonFactory(first_name="Zoé", last_name="Autre")
    batch = received(animateur_client, event, TABLE + "Zoé Autre / CC du Diois\t\t\t\tun toit\n")
    first, second, third = batch.drafts.all()
    animateur_client.post(page("leave_out", batch, second))

    refused = write(animateur_client, batch)

    said = "« Lise Armandou » (contribution 1), « Zoé Autre » (contribution 3)."
    assert f"Rien n&#x27;est enregistré. Noms à choisir : {said}" in refused.text
    links = {
        a.get_text(): a["href"]
        for a in BeautifulSoup(refused.content, "html.parser").select("p.errornote a")
    }
    assert links == {
        "contribution 1 (Lise Armandou)": f"#contribution-{first.pk}",
        "contribution 3 (Zoé Autre)": f"#contribution-{third.pk}",
    }


def test_left_out_contribution_is_not_written(animateur_client, event):
    batch = received(animateur_client, event)
    animateur_client.post(page("leave_out", batch, batch.drafts.first()))

    write(animateur_client, batch)

    assert [str(entry) for entry in event.round_table_entries.all()] == [
        "Paul Morin, élu / CC du Diois"
    ]


def test_what_changed_since_it_was_seen_is_not_written(animateur_client, event):
    batch = received(animateur_client, event)
    animateur_client.post(page("leave_out", batch, batch.drafts.first()))

    stale = animateur_client.post(page("write", batch), {"version": 0}, follow=True)

    assert "a changé depuis" in stale.content.decode()
    assert RoundTableEntry.objects.count() == 0


def test_contribution_added_and_left_empty_is_not_written(animateur_client, event):
    batch = received(animateur_client, event)
    animateur_client.post(page("add", batch))
    assert batch.drafts.count() == 3
    write(animateur_client, batch)
    assert RoundTableEntry.objects.count() == 2


def test_nothing_is_written_twice(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    write(animateur_client, batch)
    assert event.round_table_entries.count() == 2


def test_choice_deleted_meanwhile_leaves_nothing_written(animateur_client, event):
    actor = ActorFactory(name="CC du Diois", kind="epci")
    batch = received(
        animateur_client, event, TABLE.replace("Lise Armandou / CC du Diois", "Lise Armandou")
    )
    actor.delete()

    refused = write(animateur_client, batch)

    assert "n&#x27;existe plus" in refused.content.decode()
    assert (RoundTableEntry.objects.count(), Person.objects.count()) == (0, 0)


def test_page_says_what_is_recorded_as_done(animateur_client, event):
    batch = received(animateur_client, event)
    before = animateur_client.get(page("review", batch)).text
    after = write(animateur_client, batch).text

    said = ("Relire le tour de table", "Tour de table enregistré", "à créer", "fiche créée")
    assert [each in before for each in said] == [True, False, True, False]
    assert [each in after for each in said] == [False, True, False, True]
