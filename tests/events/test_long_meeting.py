"""The page of a meeting of many people: everything is there, the first of it in sight."""

import pytest
from bs4 import BeautifulSoup

from coopemploi.dates import PartialDate
from tests.factories import (
    ActionFactory,
    ActorFactory,
    AppearanceFactory,
    AttendanceFactory,
    EventFactory,
    InitiativeFactory,
    PersonFactory,
    RecapFactory,
    RoundTableEntryFactory,
    RoundTableItemFactory,
    RoundTablePersonFactory,
)

pytestmark = pytest.mark.django_db


def section(client, event, anchor):
    page = BeautifulSoup(client.get(event.get_absolute_url()).content, "html.parser")
    return page.find(id=anchor)


def names_of(section):
    """Those in sight, and those that are folded, in their order."""
    links = section.select("li a, dd a")
    folded = [link.text for link in links if link.find_parent("details")]
    return [link.text for link in links if not link.find_parent("details")], folded


def names(prefix, numbers):
    return [f"{prefix} {number:02}" for number in numbers]


def fill_presences(number, **values):
    event = EventFactory()
    for n in range(number):
        AttendanceFactory(
            event=event, actor=ActorFactory(name=f"Acteur {n:02}"), territory=None, **values
        )
    return event


@pytest.mark.parametrize(("count", "shown"), [(30, 30), (31, 5)])
def test_many_presences_of_a_stage_are_folded_past_the_first(client, count, shown):
    event = fill_presences(count, status="present")

    found = names_of(section(client, event, "presences"))

    assert found == (names("Acteur", range(shown)), names("Acteur", range(shown, count)))


def test_fold_says_how_many_it_holds(client):
    event = fill_presences(31, status="present")

    [fold] = section(client, event, "presences").select("details > summary")

    assert fold.text == "Voir les 26 autres présents"


def test_many_presences_show_who_came_and_fold_the_others_under_their_heading(client):
    event = fill_presences(28, status="excused")
    for n in range(3):
        actor = ActorFactory(name=f"Venu {n:02}")
        AttendanceFactory(event=event, actor=actor, territory=None, status="present")

    presences = section(client, event, "presences")

    assert names_of(presences) == (names("Venu", range(3)), names("Acteur", range(28)))
    assert [heading.text for heading in presences.select("h3")] == ["Présents (3)", "Excusés (28)"]


def fill_round_table(count):
    event = RecapFactory().event
    for n in range(count):
        entry = RoundTableEntryFactory(event=event, actor=ActorFactory(name=f"Acteur {n:02}"))
        RoundTableItemFactory(entry=entry, text=f"Dit par {n:02}")
    return event


@pytest.mark.parametrize(("count", "is_folded"), [(8, False), (9, True)])
def test_each_of_many_contributions_is_folded_under_its_name(client, count, is_folded):
    event = fill_round_table(count)

    articles = section(client, event, "tour-de-table").select("article")

    assert len(articles) == count
    for n, article in enumerate(articles):
        assert article.h3.text == f"Acteur {n:02}"
        assert article.find("a", href=True).text.endswith(f"Acteur {n:02}")
        assert f"Dit par {n:02}" in article.dl.text
        assert bool(article.h3.find_parent("summary")) == is_folded
        assert bool(article.dl.find_parent("details")) == is_folded


def fill_actions(event, count):
    for n in range(count):
        ActionFactory(event=event, title=f"Acte {n:02}")


def fill_initiatives(event, count):
    for n in range(count):
        event.initiatives.add(InitiativeFactory(title=f"Acte {n:02}"))


def fill_parts(event, count):
    for n in reversed(range(count)):
        start = PartialDate.parse(f"{count - n:02}/01/2020")
        EventFactory(parent=event, title=f"Acte {n:02}", start=start)


@pytest.mark.parametrize(
    ("anchor", "fill", "longest", "shown"),
    [
        ("actions", fill_actions, 8, 6),
        ("initiatives", fill_initiatives, 12, 10),
        ("autour", fill_parts, 12, 10),
    ],
)
def test_what_is_past_the_first_of_a_long_section_is_folded(client, anchor, fill, longest, shown):
    event = EventFactory()
    for count, first in ((longest, longest), (longest + 1, shown)):
        fill(event, count)

        found, folded = names_of(section(client, event, anchor))

        assert (len(found), len(folded)) == (first, count - first)
        assert sorted(found + folded) == names("Acte", range(count))
        event.actions.all().delete()
        event.initiatives.clear()
        event.children.all().delete()


@pytest.mark.parametrize(("count", "shown"), [(12, 12), (13, 10)])
def test_many_who_speak_are_folded_past_the_first(client, count, shown):
    event = EventFactory()
    for n in range(count):
        AppearanceFactory(event=event, title=f"Titre {n:02}", order=n)

    speakers = section(client, event, "intervenants").select("li")

    folded = [bool(speaker.find_parent("details")) for speaker in speakers]
    assert folded == [False] * shown + [True] * (count - shown)
    assert [f"Titre {n:02}" in speakers[n].text for n in range(count)] == [True] * count


def test_contributions_of_one_actor_are_told_apart_by_their_people(client):
    event, actor = RecapFactory().event, ActorFactory(name="Région")
    for whose, name in ((actor, "Lise"), (actor, "Jean"), (ActorFactory(name="PLIE"), "Odile")):
        entry = RoundTableEntryFactory(event=event, actor=whose)
        RoundTableItemFactory(entry=entry)
        person = PersonFactory(first_name="", last_name=name)
        RoundTablePersonFactory(entry=entry, person=person)

    links = section(client, event, "tour-de-table").select(".contents a")
    page = BeautifulSoup(client.get(actor.get_absolute_url()).text, "html.parser")
    led = [link.text.split("»")[1] for link in page.select("a[href*='#contribution-']")]

    assert [link.text for link in links] == ["Région, Lise", "Région, Jean", "PLIE"]
    assert led == [", par Lise", ", par Jean"]
