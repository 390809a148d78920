"""What the pages show to nobody, or to those who animate only: drafts, withdrawn names."""

import pytest
from django.urls import reverse

from coopemploi.publishing import Publishable
from events.models import Attendance
from territories.models import Actor, NetworkMembership, Territory
from tests.factories import (
    ActionFactory,
    ActionPartyFactory,
    ActorFactory,
    ActorTerritoryFactory,
    AppearanceFactory,
    AttendanceFactory,
    EventActorFactory,
    EventFactory,
    InitiativeFactory,
    InvolvementFactory,
    NeedFactory,
    NetworkFactory,
    NetworkMembershipFactory,
    OfferFactory,
    PersonFactory,
    PositionFactory,
    RecapFactory,
    ResourceFactory,
    RoundTableEntryFactory,
    RoundTableItemFactory,
    TerritoryFactory,
    UserFactory,
)

from .pages import text_of

pytestmark = pytest.mark.django_db

Kind = Territory.Kind
DRAFT = Publishable.Status.DRAFT


def leaking(**kwargs):
    """Records in draft, all named « Fuite », tied to a published territory and actor."""
    territory = TerritoryFactory(kind=Kind.EPCI, code="200000001")
    actor = ActorFactory(name="Acteur public")
    network = NetworkFactory(territory=territory)
    hidden = ActorFactory(name="Fuite acteur", status=DRAFT)
    ActorTerritoryFactory(actor=actor, territory=territory)
    ActorTerritoryFactory(actor=hidden, territory=territory)
    hidden.parents.add(actor)
    actor.parents.add(ActorFactory(name="Fuite parente", status=DRAFT))
    NetworkMembershipFactory(network=network, actor=hidden)
    NetworkMembershipFactory(network=network, actor=hidden, role=NetworkMembership.Role.COORDINATOR)
    NetworkMembershipFactory(actor=actor, network=NetworkFactory(name="Fuite réseau", status=DRAFT))
    initiative = InitiativeFactory(title="Fuite initiative", status=DRAFT)
    initiative.territories.add(territory)
    InvolvementFactory(initiative=initiative, actor=actor)
    public = InitiativeFactory()
    public.territories.add(territory)
    InvolvementFactory(initiative=public, actor=hidden)
    NeedFactory(text="Fuite besoin", status=DRAFT, actor=actor)
    OfferFactory(text="Fuite offre", status=DRAFT, actor=actor)
    NeedFactory(actor=hidden).territories.add(territory)
    ResourceFactory(title="Fuite ressource", status=DRAFT, actor=actor)
    event = EventFactory(title="Fuite rencontre", status=DRAFT, network=network)
    event.territories.add(territory)
    EventActorFactory(event=event, actor=actor)
    AttendanceFactory(event=event, territory=territory)
    AttendanceFactory(event=event, actor=actor, territory=None)
    AppearanceFactory(event=event).actors.add(actor)
    entry = RoundTableEntryFactory(actor=actor, event=event)
    RoundTableItemFactory(entry=entry)
    RecapFactory(event=event)
    action = ActionFactory(title="Fuite action", status=DRAFT)
    action.territories.add(territory)
    ActionPartyFactory(action=action, actor=actor)
    return {"territory": territory, "actor": actor, "network": network}


LEAKS = {
    "territory": {"acteur", "initiative", "besoin", "offre", "rencontre", "action"},
    "actor": {
        "acteur",
        "parente",
        "réseau",
        "initiative",
        "besoin",
        "offre",
        "ressource",
        "rencontre",
        "action",
    },
    "network": {"acteur", "rencontre"},
}


def test_territory_page_does_not_say_how_a_hidden_actor_was_named(client):
    territory = TerritoryFactory()
    AttendanceFactory(territory=territory, actor=ActorFactory(), wording="Coopérative")
    hidden = ActorFactory(status=Actor.Status.DRAFT)
    AttendanceFactory(territory=territory, actor=hidden, wording="Conciergerie")
    page = client.get(territory.get_absolute_url()).text
    assert [name in page for name in ("Coopérative", "Conciergerie")] == [True, False]
    client.force_login(UserFactory(is_staff=True))
    page = client.get(territory.get_absolute_url()).text
    assert [name in page for name in ("Coopérative", "Conciergerie")] == [True, True]


@pytest.mark.parametrize("page", ["territory", "actor", "network"])
def test_page_shows_no_draft_to_visitors(client, page):
    url = leaking()[page].get_absolute_url()

    assert "Fuite" not in text_of(client.get(url))


@pytest.mark.parametrize("page", ["territory", "actor", "network"])
def test_page_shows_drafts_to_animateurs(animateur_client, page):
    text = text_of(animateur_client.get(leaking()[page].get_absolute_url()))

    assert {leak for leak in LEAKS[page] if f"Fuite {leak}" in text} == LEAKS[page]


@pytest.mark.parametrize("factory", [ActorFactory, NetworkFactory])
def test_draft_page_is_for_animateurs(client, animateur_client, factory):
    url = factory(status=DRAFT).get_absolute_url()

    assert "Aperçu" in text_of(animateur_client.get(url))
    client.logout()
    assert client.get(url).status_code == 404


def test_presence_of_a_withdrawn_name_stands_for_the_actor_alone(client):
    person = PersonFactory(attribution_withdrawn=True)
    attendance = AttendanceFactory(actor=ActorFactory(), person=person, territory=None)

    [row] = client.get(attendance.actor.get_absolute_url()).context["events"]

    assert row["ways"] == ["présent"]


def test_withdrawn_name_shows_nowhere(client):
    actor = ActorFactory()
    network = NetworkFactory(territory=TerritoryFactory())
    person = PersonFactory(
        last_name="Effacée",
        attribution_withdrawn=True,
        email="effacee@example.org",
        email_is_public=True,
    )
    PositionFactory(actor=actor, person=person)
    NeedFactory(actor=actor, person=person).territories.add(network.territory)
    AppearanceFactory(person=person).actors.add(actor)
    AttendanceFactory(actor=actor, territory=None, person=person, status=Attendance.Status.PRESENT)
    for role in NetworkMembership.Role:
        NetworkMembershipFactory(network=network, actor=None, person=person, role=role)

    pages = [actor.get_absolute_url(), network.get_absolute_url(), reverse("network_list")]
    pages.append(network.territory.get_absolute_url())
    texts = [text_of(client.get(url)).lower() for url in pages]

    assert [text for text in texts if "effac" in text] == []
    assert [person.WITHDRAWN_NAME in text for text in texts] == [True] * 4


def test_page_that_names_people_says_how_to_withdraw_a_name(client):
    named = PositionFactory().actor
    nameless = EventActorFactory().actor

    request = "Retrait%20de%20mon%20nom"
    assert text_of(client.get(named.get_absolute_url())).count(request) == 1
    assert request not in text_of(client.get(nameless.get_absolute_url()))
