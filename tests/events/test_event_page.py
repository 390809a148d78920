"""What the page of an event shows around it, and its preview."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from coopemploi.dates import PartialDate
from events.models import Event
from tests.factories import (
    ActorFactory,
    AppearanceFactory,
    AttendanceFactory,
    CompositionFactory,
    EventFactory,
    EventFigureFactory,
    InitiativeFactory,
    KeyIdeaFactory,
    MandateFactory,
    NetworkFactory,
    ObjectiveFactory,
    RecapFactory,
    RoundTableEntryFactory,
    SeriesFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def preview_of(event):
    return reverse("event_preview", args=[event.slug])


def gironde():
    return TerritoryFactory(kind="departement", code="33", name="Gironde")


def epci_of(departement, code):
    epci = TerritoryFactory(kind="epci", code=code)
    CompositionFactory(whole=departement, part=epci)
    return epci


@pytest.mark.parametrize(
    ("start", "title"),
    [
        ("31/12/2029", "Qui est intervenu"),
        ("1/1/2030", "Qui intervient"),
        ("mars 2031", "Qui intervient"),
        ("", "Qui est intervenu"),
    ],
)
def test_speakers_are_told_as_of_today(client, time_machine, start, title):
    time_machine.move_to("2030-01-01T12:00:00Z", tick=False)
    event = EventFactory(start=PartialDate.parse(start), body="Un texte.")
    AppearanceFactory(event=event)
    ObjectiveFactory(event=event)
    EventFigureFactory(event=event)

    page = BeautifulSoup(client.get(event.get_absolute_url()).content, "html.parser")

    assert page.select_one("#intervenants h2").text == title
    assert page.select_one('.contents a[href="#intervenants"]').text == title


def shown_counts(response):
    return {
        item["shape"].code: item["count"]
        for item in response.context["map"]["items"]
        if item["count"]
    }


# Preview


@pytest.fixture
def draft():
    territory = TerritoryFactory(kind="region")
    event = EventFactory(status="draft", town=None)
    event.territories.add(territory)
    recap = RecapFactory(event=event, status="draft", standfirst="Chapô à relire.")
    KeyIdeaFactory(recap=recap, text="Une idée à relire")
    RoundTableEntryFactory(event=event, note="Un tour à relire")
    return recap


def test_preview_is_the_page_as_visitors_will_have_it(client, draft):
    secret = InitiativeFactory(status="draft", title="Initiative à taire")
    draft.event.initiatives.add(secret, InitiativeFactory(title="Initiative à dire"))
    [territory] = draft.event.territories.all()
    client.force_login(MandateFactory(role="animateur", territory=territory).user)

    text = client.get(preview_of(draft.event)).content.decode()

    said = ("Chapô à relire.", "Une idée à relire", "Un tour à relire", "Initiative à dire")
    assert [words for words in said if words not in text] == []
    assert secret.title not in text


@pytest.mark.parametrize("role", ["animateur elsewhere", "reader", "participant", "nobody"])
def test_preview_is_for_those_who_may_edit(client, draft, role):
    match role:
        case "animateur elsewhere":
            client.force_login(MandateFactory(role="animateur").user)
        case "reader":
            client.force_login(MandateFactory(role="reader", territory=None).user)
        case "participant":
            client.force_login(UserFactory())

    response = client.get(preview_of(draft.event))

    assert response.status_code == (302 if role == "nobody" else 404)


def test_preview_leaves_an_archived_recap_out(animateur_client, draft):
    draft.archive()

    response = animateur_client.get(preview_of(draft.event))

    assert response.status_code == 200
    assert "Chapô à relire." not in response.text


def test_preview_stands_beside_the_public_page(animateur_client, draft):
    url = reverse("admin:events_recap_change", args=[draft.pk])
    preview = f'<a href="{preview_of(draft.event)}#compte-rendu" class="viewsitelink">Aperçu</a>'
    public = f'href="{draft.get_absolute_url()}" class="viewsitelink"'

    html = animateur_client.get(url).content.decode()
    assert preview in html
    assert public not in html
    draft.publish()
    html = animateur_client.get(url).content.decode()
    assert html.index(preview) < html.index(public)


# Who was there


def test_those_present_are_on_the_narrowest_map(client):
    event, departement = EventFactory(), gironde()
    AttendanceFactory(event=event, territory=epci_of(departement, "243300316"))
    actor = ActorFactory()
    actor.territories.add(epci_of(departement, "243301181"))
    AttendanceFactory(event=event, territory=None, actor=actor)
    AttendanceFactory(event=event, territory=None, actor=ActorFactory())
    AttendanceFactory(event=event, territory=epci_of(departement, "243301405"), status="excused")

    response = client.get(event.get_absolute_url())

    assert shown_counts(response) == {"243300316": 1, "243301181": 1}
    assert response.context["map"]["caption"] == "Présences par intercommunalité : Gironde"
    assert "1 de plus sans lieu sur cette carte" in response.content.decode()


def test_those_of_several_departements_are_on_the_map_of_their_region(client):
    event, region = EventFactory(), TerritoryFactory(kind="region", code="75")
    for code in ("33", "40"):
        departement = TerritoryFactory(kind="departement", code=code)
        CompositionFactory(whole=region, part=departement)
        AttendanceFactory(event=event, territory=departement)

    response = client.get(event.get_absolute_url())

    assert shown_counts(response) == {"33": 1, "40": 1}


def test_no_map_where_nobody_has_a_place(client):
    event = EventFactory()
    AttendanceFactory(event=event, territory=TerritoryFactory(kind="bassin-emploi"))

    assert client.get(event.get_absolute_url()).context["map"] is None


def test_map_says_nothing_of_an_actor_that_is_a_draft(client):
    event, actor = EventFactory(), ActorFactory(status="draft")
    actor.territories.add(epci_of(gironde(), "243300316"))
    AttendanceFactory(event=event, territory=None, actor=actor)

    assert client.get(event.get_absolute_url()).context["map"] is None


# Before, after, and on the same subjects


def on(day, **fields):
    return EventFactory(start=datetime.date(2026, 3, day), **fields)


def around(response):
    return [(role, event.title) for role, event in response.context["around"]]


@pytest.mark.parametrize(
    ("make", "name", "of_it"),
    [(SeriesFactory, "series", "de la série"), (NetworkFactory, "network", "du réseau")],
)
def test_page_leads_to_the_meetings_just_before_and_after(client, make, name, of_it):
    group = {name: make()}
    on(1, title="Bien avant", **group)
    on(5, title="Juste avant", **group)
    event = on(10, **group)
    on(12, title="Annulée", state=Event.State.CANCELLED, **group)
    on(13, title="En brouillon", status="draft", **group)
    on(15, title="Juste après", **group)
    on(20, title="Bien après", **group)
    on(11, title="Ailleurs")

    assert around(client.get(event.get_absolute_url())) == [
        (f"Précédente {of_it}", "Juste avant"),
        (f"Suivante {of_it}", "Juste après"),
    ]


def test_what_somebody_named_as_next_is_said_once(client):
    series = SeriesFactory()
    event = on(10, series=series, next_event=on(20, title="La suite", series=series))

    assert around(client.get(event.get_absolute_url())) == [("Rencontre suivante", "La suite")]


def test_initiatives_on_the_same_subjects(client):
    theme, place = ThemeFactory(), TerritoryFactory()
    event = EventFactory()
    event.themes.add(theme)
    event.territories.add(place)
    far, near, shown, other = (
        InitiativeFactory(title=title)
        for title in ("Au loin", "Voisine", "Présentée", "Sans rapport")
    )
    for initiative in (far, near, shown):
        initiative.themes.add(theme)
    for initiative in (near, other):
        initiative.territories.add(place)
    InitiativeFactory(status="draft").themes.add(theme)
    event.initiatives.add(shown)

    response = client.get(event.get_absolute_url())

    assert response.context["same_subjects"] == [near, far]


def test_nothing_to_sum_up_is_no_panel(client):
    bare, held = EventFactory(town=None), EventFactory(town=None, network=NetworkFactory())
    pages = [client.get(event.get_absolute_url()) for event in (bare, held)]
    read = [BeautifulSoup(page.text, "html.parser") for page in pages]
    found = [[title.text for title in page.select(".panel h2")] for page in read]
    assert found == [["Partager, emporter"], ["En bref", "Partager, emporter"]]
