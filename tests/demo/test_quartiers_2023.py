"""The checklist of "Les quartiers de l'emploi": nothing that the document says is lost."""

import datetime

import pytest

from coopemploi.dates import PartialDate
from coopemploi.figures import KeyFigure
from events.models import Campaign, Event
from territories.models import Actor, Person
from tests.demo.official import demo_documents

pytestmark = pytest.mark.django_db

CLOSING_DAY = datetime.date(2023, 12, 15)
OBSTACLES = {
    "manque-de-reseau",
    "mobilite",
    "manque-de-confiance",
    "garde-d-enfants",
    "acces-aux-droits",
    "acces-aux-soins",
}


@pytest.fixture(scope="module", autouse=True)
def _documents(django_db_setup, django_db_blocker):
    with demo_documents(django_db_blocker, "40-quartiers-de-l-emploi-2023.yaml"):
        yield


@pytest.fixture
def campaign(_documents):
    return Campaign.objects.get()


@pytest.fixture
def closing_day(_documents):
    return Event.objects.get(slug="cloture-les-quartiers-de-l-emploi-2023")


@pytest.fixture
def debate(_documents):
    return Event.objects.get(slug="deba-the-2023")


def test_campaign_covers_the_region_and_ends_on_the_closing_day(campaign):
    assert campaign.title == "Les quartiers de l'emploi : toutes et tous engagés"
    assert [territory.reference for territory in campaign.territories.all()] == ["region:24"]
    assert campaign.start == PartialDate()
    assert (campaign.end.earliest, campaign.end.latest) == (CLOSING_DAY, CLOSING_DAY)
    assert campaign.end.is_deduced
    assert {event.slug for event in campaign.events.all()} == {
        "cloture-les-quartiers-de-l-emploi-2023",
        "deba-the-2023",
    }


def test_campaign_figures_keep_their_qualifier_and_wording(campaign):
    figures = [
        (figure.value, figure.unit, figure.qualifier, figure.wording, figure.label)
        for figure in campaign.figures.all()
    ]
    exact, about, more = (
        KeyFigure.Qualifier.EXACT,
        KeyFigure.Qualifier.ABOUT,
        KeyFigure.Qualifier.MORE_THAN,
    )
    assert figures == [
        (20, "", about, "une vingtaine", "manifestations"),
        (19, "", exact, "", "contrats de ville dans la région"),
        (52, "", exact, "", "quartiers prioritaires dans la région"),
        (
            150_000,
            "",
            more,
            "un peu plus de 150 000",
            "personnes dans les quartiers prioritaires de la région",
        ),
        (6, "%", exact, "", "de la population régionale, dans ces quartiers"),
    ]


def test_campaign_tells_its_context(campaign):
    assert [obstacle.slug for obstacle in campaign.obstacles.all()] == [
        "difficultes-de-recrutement"
    ]
    assert "peinent beaucoup à recruter" in campaign.body
    assert "souvent trop peu mobilisés" in campaign.body
    assert "une chance pour les employeurs" in campaign.body
    assert {audience.slug for audience in campaign.audiences.all()} == {
        "habitants-des-qpv",
        "employeurs",
    }


def test_closing_day_is_at_the_argonaute_in_an_unknown_town(closing_day):
    assert closing_day.get_kind_display() == "journée"
    assert closing_day.start.wording == "vendredi 15 décembre"
    assert (closing_day.start.earliest, closing_day.start.latest) == (CLOSING_DAY, CLOSING_DAY)
    assert closing_day.start.is_deduced
    assert closing_day.venue == "L'Argonaute"
    assert closing_day.town is None


def test_source_was_published_on_18_january_2024_by_an_unnamed_publisher(closing_day):
    assert closing_day.source.published_on == PartialDate.day(datetime.date(2024, 1, 18))
    assert closing_day.source.publisher == ""


def test_closing_day_gathers_all_its_participants(closing_day):
    participants = closing_day.parties.filter(role="participant")
    assert [party.name for party in participants] == [
        "collectivités locales",
        "conseil départemental",
        "conseil régional",
        "services de l'État",
        "service public de l'emploi",
        "structures d'insertion par l'activité économique (SIAE)",
        "habitants",
        "conseils citoyens",
        "représentants du tissu associatif local",
        "Les entreprises s'engagent",
        "CREPI Loiret",
        "Bpifrance",
        "BGE – CitésLab",
        "d'autres acteurs, que le document ne nomme pas",
    ]
    others = closing_day.parties.exclude(role="participant")
    assert [(party.get_role_display(), party.name) for party in others] == [
        ("organisation", "l'auteur de la page, qui ne se nomme pas")
    ]


def test_named_participants_are_actors(campaign):
    assert {actor.name for actor in Actor.objects.all()} == {
        "Pass Emploi Service",
        "Région Centre-Val de Loire",
        "Les entreprises s'engagent",
        "CREPI Loiret",
        "Bpifrance",
        "BGE – CitésLab",
    }
    assert Person.objects.count() == 0


def test_debate_is_an_event_of_the_morning_within_the_closing_day(closing_day, debate):
    assert debate.title == "Déba-thé"
    assert debate.parent == closing_day
    assert debate.start.wording == "vendredi 15 décembre, ce matin"
    assert (debate.start.earliest, debate.start.latest) == (CLOSING_DAY, CLOSING_DAY)
    parties = [(party.get_role_display(), party.name) for party in debate.parties.all()]
    assert parties == [("organisation", "Pass Emploi Service")]
    assert debate.parties.get().actor.kind == Actor.Kind.ASSOCIATION


def test_debate_is_about_the_six_obstacles(closing_day, debate):
    session = debate.sessions.get()
    assert session.get_kind_display() == "débat"
    for described in (session, debate, closing_day):
        assert {obstacle.slug for obstacle in described.obstacles.all()} == OBSTACLES
    assert "jeunes-diplomes" in {audience.slug for audience in session.audiences.all()}
    assert session.outcome.count("\n- ") == 6
    assert "réseau qui manque aux jeunes diplômés" in session.outcome
    assert "l'autocensure et le manque de confiance en soi" in session.outcome


def test_recap_tells_the_context_the_morning_and_what_came_of_it(closing_day):
    sections = closing_day.recap.sections
    assert [section.title for section in sections.all()] == [
        "Le contexte",
        "La matinée",
        "Ce qui en ressort",
    ]
    context = sections.get(title="Le contexte").body
    figures = ["52", "19 contrats de ville", "un peu plus de 150 000", "6 %"]
    assert [figure for figure in figures if figure not in context] == []
    morning = sections.get(title="La matinée").body
    assert "Pass Emploi Service" in morning
    assert "renforcer leur coordination" in morning
    outcome = sections.get(title="Ce qui en ressort").body
    aims = ["réseau", "engage", "responsabilise", "formation professionnelle", "création"]
    assert [aim for aim in aims if aim not in outcome] == []
