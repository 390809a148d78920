"""The page of an initiative: what one wants before calling a colleague."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from initiatives.models import Initiative, InitiativeLink, Involvement
from initiatives.sheet import begun_steps
from tests.factories import (
    ActionFactory,
    ActorFactory,
    AudienceFactory,
    CampaignFactory,
    EventFactory,
    InitiativeFactory,
    InitiativeFigureFactory,
    InitiativeLinkFactory,
    InvolvementFactory,
    ObstacleFactory,
    PersonFactory,
    PositionFactory,
    RecapFactory,
    ResourceFactory,
    RoundTableItemFactory,
    SchemeFactory,
    SectorFactory,
    SourceFactory,
    StepFactory,
    TerritoryFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

DRAFT = Publishable.Status.DRAFT
Role = Involvement.Role
SECTIONS = [
    "en-bref",
    "presentation",
    "etapes",
    "chiffres",
    "parties",
    "retenir",
    "freins",
    "refaire",
    "documents",
    "rencontres",
    "proches",
]


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2026-06-15 12:00+02:00", tick=False):
        yield


def page_of(client, initiative):
    response = client.get(initiative.get_absolute_url())
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&nbsp;", " ").split())


def fill(rows):
    prose = dict.fromkeys(
        ("body", "worked", "did_not_work", "how_overcome", "how_to_redo"), "Un texte."
    )
    initiative = InitiativeFactory(source=SourceFactory(), contact=PositionFactory(), **prose)
    for number in range(rows):
        fill_row(initiative, number)
    return initiative


def fill_row(initiative, number):
    place = TerritoryFactory(latitude=44 + number / 100, longitude=0)
    initiative.territories.add(place)
    initiative.schemes.add(SchemeFactory())
    initiative.themes.add(ThemeFactory())
    initiative.sectors.add(SectorFactory())
    initiative.audiences.add(AudienceFactory())
    initiative.obstacles.add(ObstacleFactory())
    for role in Role:
        InvolvementFactory(initiative=initiative, role=role, note="une précision", amount=10)
    StepFactory(initiative=initiative, date=PartialDate.parse("2020"))
    InitiativeFigureFactory(initiative=initiative)
    InitiativeLinkFactory(initiative=initiative)
    ResourceFactory().initiatives.add(initiative)
    item = RoundTableItemFactory(initiative=initiative)
    RecapFactory(event=item.entry.event)
    event = EventFactory(campaign=CampaignFactory())
    RecapFactory(event=event)
    event.initiatives.add(initiative)
    ActionFactory(initiative=initiative, event=EventFactory())
    related = InitiativeFactory(source=SourceFactory())
    related.schemes.add(initiative.schemes.first())
    related.territories.add(place)
    InvolvementFactory(initiative=related)


@pytest.mark.parametrize("rows", [1, 30])
def test_page_costs_the_same_however_rich(client, django_assert_num_queries, rows):
    initiative = fill(rows)

    # Some of them read the catalogue, which a process keeps.
    with django_assert_num_queries(7):
        page_of(client, initiative)


def test_sections_follow_the_questions_that_one_asks(client):
    text = page_of(client, fill(1))

    places = [text.index(f'id="{section}"') for section in SECTIONS]
    assert places == sorted(places)
    links = [text.index(f'href="#{section}"') for section in SECTIONS[1:]]
    assert links == sorted(links)


def test_empty_parts_are_absent(client):
    text = page_of(client, InitiativeFactory())

    assert [section for section in SECTIONS if f'id="{section}"' in text] == ["en-bref"]
    assert 'class="contents' not in text
    assert text.count("<h2") == 1 + ("Emporter" in text)


def test_summary_panel_says_who_pays_and_how_much_in_all(client):
    initiative = InitiativeFactory()
    for label, amount in (("Une fondation", 30000), ("Un fonds", "45500.50"), ("Une ville", None)):
        InvolvementFactory(
            initiative=initiative, role=Role.FUNDER, actor=None, label=label, amount=amount
        )

    text = page_of(client, initiative).replace("\N{NARROW NO-BREAK SPACE}", " ")

    for said in ("30\xa0000\xa0€", "45\xa0500,50\xa0€", "75\xa0500,50\xa0€ en tout"):
        assert said.replace("\xa0", " ") in text.replace("\xa0", " ")


def test_parties_are_listed_again_only_when_there_is_more_to_say(client):
    initiative = InitiativeFactory()
    InvolvementFactory(initiative=initiative, role=Role.CARRIER)
    assert 'id="parties"' not in page_of(client, initiative)

    InvolvementFactory(initiative=initiative, role=Role.PARTNER)
    assert 'id="parties"' in page_of(client, initiative)


@pytest.mark.parametrize(
    ("today", "present", "first"),
    [
        ("2019-12-31", None, None),
        ("2020-01-01", "étude", None),
        ("2030-01-01", "lancement", "étude"),
    ],
)
def test_present_step_is_the_last_that_has_begun_and_the_first_is_told_too(today, present, first):
    initiative = InitiativeFactory()
    for name, when in (("étude", "2020"), ("lancement", "mars 2021"), ("un jour", "[] plus tard")):
        StepFactory(initiative=initiative, label=name, date=PartialDate.parse(when))

    begun = begun_steps(initiative.steps.all(), at=datetime.date.fromisoformat(today))

    told = {name: step and step.label for name, step in begun.items()}
    assert told == {"present_step": present, "first_step": first}


def test_documents_give_links_in_order_then_resources(client):
    initiative = InitiativeFactory()
    InitiativeLinkFactory(initiative=initiative, title="Second", order=2)
    InitiativeLinkFactory(
        initiative=initiative, title="Premier", order=1, kind=InitiativeLink.Kind.DOCUMENT
    )
    resource = ResourceFactory(title="Appui")
    resource.initiatives.add(initiative)

    documents = client.get(initiative.get_absolute_url()).context["documents"]

    assert documents == [
        {"title": "Premier", "kind": "document", "address": "https://example.org/page"},
        {"title": "Second", "kind": "page web", "address": "https://example.org/page"},
        {"title": "Appui", "kind": "guide", "address": resource.get_absolute_url()},
    ]


def test_obstacles_say_how_they_were_overcome(client):
    initiative = InitiativeFactory(how_overcome="- Mobilité : un minibus.")
    initiative.obstacles.add(ObstacleFactory(name="Mobilité"))

    text = page_of(client, initiative)

    assert "Les freins, et comment ils ont été levés" in text
    assert "<li>Mobilité : un minibus.</li>" in text


# Meetings


def test_meetings_come_the_latest_first_with_their_date_and_campaign(client):
    initiative = InitiativeFactory()
    campaign = CampaignFactory(title="L'opération")
    for title, when in (("Ancienne", "2019"), ("Récente", "04/05/2021"), ("Sans date", "")):
        event = EventFactory(title=title, start=PartialDate.parse(when), campaign=campaign)
        event.initiatives.add(initiative)
    told = EventFactory(title="À la ronde", start=PartialDate.parse("2020"))
    RecapFactory(event=told)
    RoundTableItemFactory(initiative=initiative, entry__event=told, text="Un minibus roule.")

    response = client.get(initiative.get_absolute_url())
    text = page_of(client, initiative)

    titles = [str(meeting.event) for meeting in response.context["meetings"]]
    assert titles == ["Récente", "À la ronde", "Ancienne", "Sans date"]
    for said in ("4 mai 2021", "L&#x27;opération", "Un minibus roule.", "#contribution-"):
        assert said in text


def test_meeting_told_twice_is_named_once(client):
    initiative = InitiativeFactory()
    event = EventFactory()
    RecapFactory(event=event)
    event.initiatives.add(initiative)
    for _ in range(2):
        RoundTableItemFactory(initiative=initiative, entry__event=event)

    (meeting,) = client.get(initiative.get_absolute_url()).context["meetings"]

    assert meeting.is_presented
    assert len(meeting.items) == 2


def test_recap_is_offered_when_it_is_published(client):
    initiative = InitiativeFactory()
    recap = RecapFactory(status=DRAFT)
    recap.event.initiatives.add(initiative)
    assert "lire le compte rendu" not in page_of(client, initiative)

    recap.publish()
    assert "lire le compte rendu" in page_of(client, initiative)


# Visibility


def fill_with_drafts(initiative):
    """Everything around a published initiative that only animateurs may see."""
    secret = {"status": DRAFT}
    actor = ActorFactory(name="ACTEUR SECRET", **secret)
    for role in Role:
        InvolvementFactory(initiative=initiative, role=role, actor=actor)
    EventFactory(title="RENCONTRE SECRÈTE", **secret).initiatives.add(initiative)
    ResourceFactory(title="RESSOURCE SECRÈTE", **secret).initiatives.add(initiative)
    ActionFactory(title="ACTION SECRÈTE", initiative=initiative, **secret)
    related = InitiativeFactory(title="PARENTE SECRÈTE", **secret)
    related.schemes.add(initiative.schemes.get())


def test_drafts_around_an_initiative_show_to_animateurs_only(client, animateur_client):
    initiative = InitiativeFactory()
    initiative.schemes.add(SchemeFactory())
    fill_with_drafts(initiative)

    text = page_of(animateur_client, initiative)
    names = ("ACTEUR", "RENCONTRE", "RESSOURCE", "ACTION", "PARENTE")
    assert [name for name in names if f"{name} SECR" not in text] == []
    client.logout()
    assert "SECR" not in page_of(client, initiative)


def test_drafts_behind_what_is_published_show_to_nobody(client):
    secret = {"status": DRAFT}
    hidden = ActorFactory(name="SECRET", **secret)
    initiative = InitiativeFactory(contact=PositionFactory(actor=hidden))
    InvolvementFactory(initiative=initiative, actor=hidden, label="une association")
    ActionFactory(initiative=initiative, event=EventFactory(title="SECRÈTE", **secret))
    event = EventFactory(campaign=CampaignFactory(title="SECRÈTE", **secret))
    event.initiatives.add(initiative)
    other = InitiativeFactory()
    InvolvementFactory(initiative=other, actor=hidden, label="une autre association")

    text = page_of(client, initiative)

    assert "SECR" not in text
    assert "une association" in text
    assert hidden.get_absolute_url() not in text
    assert other.title not in text


def test_contact_withdrawn_loses_name_title_organisation_and_address(client):
    person = PersonFactory(
        last_name="Effacée",
        attribution_withdrawn=True,
        email="effacee@example.org",
        email_is_public=True,
        phone="01 02 03 04 05",
        phone_is_public=True,
    )
    actor = ActorFactory(name="Maison effacée")
    position = PositionFactory(person=person, title="chef effacé", actor=actor)

    text = page_of(client, InitiativeFactory(contact=position))

    assert "effac" not in text.lower()
    assert "01 02" not in text
    assert person.WITHDRAWN_NAME.capitalize() in text


def test_contact_gives_only_what_its_person_made_public(client):
    person = PersonFactory(email="ada@example.org", email_is_public=True, phone="01 02 03 04 05")

    text = page_of(client, InitiativeFactory(contact=PositionFactory(person=person)))

    assert "mailto:ada@example.org" in text
    assert "01 02" not in text


def test_one_can_always_write_through_the_site(client):
    initiative = InitiativeFactory(title="Le garage")

    assert f'href="{reverse("contact")}?objet=Le%20garage"' in page_of(client, initiative)


def test_classification_reads_in_alphabetical_order(client):
    initiative = InitiativeFactory()
    for name in ("Zone", "Éveil", "Abri"):
        initiative.themes.add(ThemeFactory(name=name))
    initiative.schemes.add(SchemeFactory(name="Plan local", acronym="PLIE"))

    terms = client.get(initiative.get_absolute_url()).context["terms"]

    assert [str(theme) for theme in terms["themes"]] == ["Abri", "Éveil", "Zone"]
    assert [str(scheme) for scheme in terms["schemes"]] == ["PLIE"]


def test_stage_left_unknown_is_not_said(client):
    assert "Où elle en est" not in page_of(client, InitiativeFactory())
    known = InitiativeFactory(stage=Initiative.Stage.RENEWED)
    assert "Renouvelée" in page_of(client, known)
