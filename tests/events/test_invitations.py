"""Whom to invite to a meeting, and why; what is never shown of them."""

import csv
import datetime
import io
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from events.models import Attendance
from initiatives.models import Need
from territories.models import NetworkMembership, Territory
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    AppearanceFactory,
    AttendanceFactory,
    CampaignFactory,
    CompositionFactory,
    EventFactory,
    NeedFactory,
    NetworkFactory,
    NetworkMembershipFactory,
    PersonFactory,
    PositionFactory,
    RoundTableEntryFactory,
    SchemeFactory,
    SeriesFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return EventFactory(title="La prochaine", start=PartialDate.parse("2119"))


@pytest.fixture
def past_event(event):
    event.series = SeriesFactory()
    event.save()
    return EventFactory(title="La 1re", start=PartialDate.parse("17/10/2019"), series=event.series)


def page(event):
    return reverse("admin:events_event_invitees", args=[event.pk])


def suggested(client, event):
    """{name: its reasons}, in the order of the page."""
    response = client.get(page(event))
    assert response.status_code == 200
    return {invitee.name: invitee.why for invitee in response.context["invitees"]}


def test_actor_of_a_place_inside_or_around_is_suggested(animateur_client, event):
    link = CompositionFactory(whole__name="Le Grand Dax", part__name="Dax")
    CompositionFactory(whole=link.whole)
    departement = TerritoryFactory(kind=Territory.Kind.DEPARTEMENT, name="Les Landes")
    for part in (link.whole, TerritoryFactory(kind=Territory.Kind.EPCI)):
        CompositionFactory(whole=departement, part=part)
    event.territories.add(link.whole)
    ActorTerritoryFactory(actor__name="Mission locale", territory=link.part)
    ActorTerritoryFactory(actor__name="Conseil", territory=departement)
    ActorFactory(name="Agglo", governs=link.whole)
    ActorTerritoryFactory(actor__name="Ailleurs")
    archived = ActorFactory(name="Disparu", status=Publishable.Status.ARCHIVED)
    ActorTerritoryFactory(actor=archived, territory=link.part)

    assert suggested(animateur_client, event) == {
        "Agglo": ["administre le territoire Le Grand Dax"],
        "Conseil": ["agit sur le territoire Les Landes"],
        "Mission locale": ["agit sur le territoire Dax"],
    }


@pytest.mark.parametrize("source", ["town", "network"])
def test_place_of_an_event_without_territory_is_its_town_or_network(
    animateur_client, event, source
):
    place = TerritoryFactory(name="Dax")
    if source == "town":
        event.town = place
    else:
        event.network = NetworkFactory(territory=place)
    event.save()
    ActorTerritoryFactory(actor__name="Mission locale", territory=place)

    assert suggested(animateur_client, event) == {
        "Mission locale": ["agit sur le territoire Dax"],
    }


@pytest.mark.parametrize(
    ("tie", "factory"),
    [("series", SeriesFactory), ("network", NetworkFactory), ("campaign", CampaignFactory)],
)
def test_past_participants_of_the_same_frame_are_suggested(animateur_client, event, tie, factory):
    setattr(event, tie, factory())
    event.save()
    past = EventFactory(
        title="La 1re", start=PartialDate.parse("17/10/2019"), **{tie: getattr(event, tie)}
    )
    AttendanceFactory(event=past, territory=None, actor__name="Le PLIE", actor=ActorFactory())
    AttendanceFactory(event=EventFactory(start=PartialDate.parse("2019")))

    assert list(suggested(animateur_client, event).values()) == [
        ["présence à « La 1re » (17 octobre 2019)"]
    ]


def test_each_way_to_take_part_has_its_reason(animateur_client, event, past_event):
    status = Attendance.Status
    AttendanceFactory(event=past_event, territory__name="Dax")
    represented = ActorFactory(name="B")
    AttendanceFactory(
        event=past_event, territory=None, actor=represented, status=status.REPRESENTED
    )
    RoundTableEntryFactory(event=past_event, actor__name="C")
    AppearanceFactory(event=past_event, person__last_name="D", person__first_name="")
    AttendanceFactory(event=past_event, territory__name="Excusé", status=status.EXCUSED)

    assert suggested(animateur_client, event) == {
        "B": ["représentation à « La 1re » (17 octobre 2019)"],
        "C": ["tour de table de « La 1re » (17 octobre 2019)"],
        "D": ["intervention à une rencontre précédente"],
        "Dax": ["présence à « La 1re » (17 octobre 2019)"],
    }


def test_who_comes_to_another_event_to_come_did_not_take_part(animateur_client, event, past_event):
    later = EventFactory(series=event.series, start=PartialDate.parse("2120"))
    AttendanceFactory(event=later)
    AppearanceFactory(event=later)

    assert suggested(animateur_client, event) == {}


def test_members_of_the_network_are_suggested_while_they_are(animateur_client, event):
    event.network = NetworkFactory(name="la grappe")
    event.save()
    NetworkMembershipFactory(network=event.network, actor__name="Le PLIE")
    coordinator = NetworkMembership.Role.COORDINATOR
    NetworkMembershipFactory(network=event.network, actor__name="Agence", role=coordinator)
    NetworkMembershipFactory(network=event.network, until=PartialDate.parse("2020"))
    NetworkMembershipFactory()

    assert suggested(animateur_client, event) == {
        "Agence": ["anime la grappe"],
        "Le PLIE": ["membre de la grappe"],
    }


def test_open_needs_about_its_themes_or_schemes_are_suggested(animateur_client, event):
    theme, scheme = ThemeFactory(name="Mobilité"), SchemeFactory(name="GPECT")
    event.themes.add(theme)
    event.schemes.add(scheme)
    both = NeedFactory(text="Un minibus", actor__name="Dax")
    both.themes.add(theme, ThemeFactory(name="Logement"))
    both.schemes.add(scheme)
    NeedFactory(text="Autre chose").themes.add(ThemeFactory())
    NeedFactory(state=Need.State.ANSWERED).themes.add(theme)
    NeedFactory(status=Publishable.Status.DRAFT).themes.add(theme)
    NeedFactory(actor=None).themes.add(theme)

    assert suggested(animateur_client, event) == {
        "Dax": ["cherche : « Un minibus » (Mobilité, GPECT)"]
    }


def test_best_reasons_come_first(animateur_client, event, past_event):
    place = TerritoryFactory(name="Dax")
    event.territories.add(place)
    ActorTerritoryFactory(actor__name="Voisin", territory=place)
    faithful = ActorTerritoryFactory(actor__name="Zélé", territory=place).actor
    AttendanceFactory(event=past_event, territory=None, actor=faithful)

    assert suggested(animateur_client, event) == {
        "Zélé": ["présence à « La 1re » (17 octobre 2019)", "agit sur le territoire Dax"],
        "Voisin": ["agit sur le territoire Dax"],
    }


def test_who_is_already_noted_is_left_out(animateur_client, event, past_event):
    attendance = AttendanceFactory(event=past_event, territory=None, actor=ActorFactory())
    AttendanceFactory(event=event, territory=None, actor=attendance.actor)

    assert suggested(animateur_client, event) == {}


def contact_of_an_actor(past_event, **person):
    position = PositionFactory(
        person=PersonFactory(
            last_name="Lesecret", email="secret@example.org", phone="0600000000", **person
        )
    )
    AttendanceFactory(event=past_event, territory=None, actor=position.actor)
    AttendanceFactory(event=past_event, territory=None, person=position.person)


@pytest.mark.parametrize(
    ("consents", "shown"),
    [
        ({}, set()),
        ({"email_is_public": True}, {"secret@example.org"}),
        ({"phone_is_public": True}, {"0600000000"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("form", ["", "?format=csv"])
def test_contact_is_shown_with_consent_only(
    animateur_client, event, past_event, consents, shown, form
):
    contact_of_an_actor(past_event, **consents)

    response = animateur_client.get(page(event) + form)
    text = b"".join(response).decode()

    assert "Lesecret" in text
    assert {way for way in ("secret@example.org", "0600000000") if way in text} == shown


@pytest.mark.parametrize("form", ["", "?format=csv"])
def test_person_who_withdrew_their_name_is_never_named(animateur_client, event, past_event, form):
    contact_of_an_actor(
        past_event, attribution_withdrawn=True, email_is_public=True, phone_is_public=True
    )

    text = b"".join(animateur_client.get(page(event) + form)).decode()

    assert "Acteur" in text
    assert not {"Lesecret", "secret@example.org", "0600000000"} & set(
        text.replace(",", " ").split()
    )
    assert "Lesecret" not in text


def test_former_position_is_not_told(animateur_client, event, past_event):
    position = PositionFactory(until=PartialDate.parse("2020"), title="ancienne cheffe")
    AttendanceFactory(event=past_event, territory=None, person=position.person)

    text = animateur_client.get(page(event)).text

    assert position.person.full_name in text
    assert "ancienne cheffe" not in text


def test_table_holds_no_formula(animateur_client, event, past_event):
    AttendanceFactory(event=past_event, territory=None, actor=ActorFactory(name="=1+1"))

    response = animateur_client.get(page(event) + "?format=csv")
    text = b"".join(response).decode("utf-8-sig")

    assert response["Content-Disposition"] == (f'attachment; filename="inviter-{event.slug}.csv"')
    assert list(csv.reader(io.StringIO(text), delimiter=";")) == [
        ["qui", "type", "fonctions", "pourquoi", "coordonnées publiques"],
        ["'=1+1", "association", "", "présence à « La 1re » (17 octobre 2019)", ""],
    ]


def populate(event, past_event, count):
    theme, place = ThemeFactory(), TerritoryFactory()
    event.themes.add(theme)
    event.territories.add(place)
    for _ in range(count):
        PositionFactory(
            person=AttendanceFactory(
                event=past_event, territory=None, person=PersonFactory()
            ).person
        )
        AttendanceFactory(event=past_event, territory=None, actor=ActorFactory())
        RoundTableEntryFactory(event=past_event)
        NetworkMembershipFactory(network=event.network)
        NeedFactory().themes.add(theme)
        ActorTerritoryFactory(territory=place)
        ActorFactory(governs=CompositionFactory(part=place).whole)


def test_suggestions_take_the_same_queries_at_1_and_30_rows(animateur_client, event, past_event):
    event.network = NetworkFactory()
    event.save()
    populate(event, past_event, 1)
    animateur_client.get(page(event))
    with CaptureQueriesContext(connection) as one:
        few = suggested(animateur_client, event)
    populate(event, past_event, 29)

    with CaptureQueriesContext(connection) as thirty:
        many = suggested(animateur_client, event)

    assert len(few) == 7
    assert len(many) == 7 * 30
    assert len(one) == len(thirty) == 25


def test_empty_page_says_what_to_complete(animateur_client, event):
    html = animateur_client.get(page(event)).content.decode()

    assert "Personne à proposer pour l'instant." in html


def test_text_to_send_tells_when_where_and_how_to_come(animateur_client):
    town = TerritoryFactory(kind="commune", name="Dax", code="40088")
    event = EventFactory(
        title="Emploi & mobilité",
        start=PartialDate.parse("10/12/2119"),
        start_time=datetime.time(14, 30),
        town=town,
        needs_registration=True,
        online_url="https://example.org/salle-secrete",
    )
    url = f"http://testserver{event.get_absolute_url()}"

    html = BeautifulSoup(animateur_client.get(page(event)).content, "html.parser")

    text = html.select_one("textarea").text
    assert text.split("\n")[:6] == [
        "Bonjour,",
        "",
        "Vous êtes invités à cette rencontre :",
        "",
        "Emploi & mobilité",
        "10 décembre 2119, 14\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30",
    ]
    assert text.endswith(f"Dax\n\nTout savoir, et s'inscrire (sans compte) :\n{url}")
    assert "salle-secrete" not in html.get_text()
    message = urlsplit(html.select_one("details.invitation a")["href"])
    sent = parse_qs(message.query)
    assert (message.scheme, message.path) == ("mailto", "")
    assert sent["subject"] == ["Emploi & mobilité"]
    assert sent["body"][0].splitlines() == text.splitlines()


def test_invitation_to_a_draft_says_that_nobody_could_open_it(animateur_client):
    shown, draft = EventFactory(), EventFactory(status="draft")

    pages = [animateur_client.get(page(each)).text for each in (shown, draft)]

    assert ["ne s'ouvre encore à personne" in text for text in pages] == [False, True]


def test_link_stands_on_events_that_are_not_over(animateur_client, event):
    undated = EventFactory()
    today = PartialDate.day(timezone.localdate())
    yesterday = PartialDate.day(timezone.localdate() - datetime.timedelta(days=1))
    links = {}
    for each in (event, undated, EventFactory(start=today), EventFactory(start=yesterday)):
        html = animateur_client.get(
            reverse("admin:events_event_change", args=[each.pk])
        ).content.decode()
        links[each] = f'href="{page(each)}"' in html

    assert list(links.values()) == [True, True, True, False]


def test_staff_see_only_what_they_may_view(client, event, past_event):
    AttendanceFactory(event=past_event, territory=None, actor=ActorFactory(name="Visible"))
    AttendanceFactory(event=past_event, territory=None, person=PersonFactory(last_name="Invisible"))
    user = UserFactory(is_staff=True)
    client.force_login(user)
    assert client.get(page(event)).status_code == 403

    permissions = Permission.objects.filter(codename__in=["view_event", "view_actor"])
    user.user_permissions.set(permissions)

    assert list(suggested(client, event)) == ["Visible"]


def test_participant_and_visitor_see_no_suggestion(client, event):
    assert client.get(page(event)).status_code == 302
    client.force_login(UserFactory())
    assert client.get(page(event)).status_code in (302, 403)


@pytest.mark.parametrize("wrong", ["0", "abc", "1%00", "9" * 40])
def test_unknown_event_is_not_found(animateur_client, wrong):
    assert animateur_client.get(f"/admin/events/event/{wrong}/inviter/").status_code == 404
