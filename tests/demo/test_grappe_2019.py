"""The checklist of the grappe's regional meeting: nothing that the document says is lost."""

import datetime

import pytest

from coopemploi.vocabulary.models import Scheme
from events.models import Event
from territories.models import Actor, Network, StageChange, Territory
from tests.demo.official import demo_documents

pytestmark = pytest.mark.django_db

MEETING_DAY = datetime.date(2019, 10, 17)

EMERGING = [
    ("Cœur de Savoie", "epci:200041010"),
    ("Grenoble Alpes Métropole", "epci:200040715"),
    ("Le Trièves", "epci:200030658"),
    ("Val de Drôme", "epci:242600252"),
    ("Le Teil", "commune:07319"),
    ("Le Puy en Velay", "commune:43157"),
    ("Bocage Bourbonnais", "epci:200071496"),
    ("Roanne", "commune:42187"),
    ("Rives du Haut Allier", "epci:200073393"),
]
INTERESTED = [
    ("Dieulefit", "commune:26114"),
    ("Plateau du Vercors Nord", "perimetre:plateau-du-vercors-nord"),
    ("Portes les Valence", "commune:26252"),
    ("Loriol", "commune:26166"),
    ("Beauvallon", "commune:26042"),
    ("Montoison", "commune:26208"),
    ("Privas", "commune:07186"),
]
ACCREDITED = [("Villeurbanne", "commune:69266")]


@pytest.fixture(scope="module", autouse=True)
def _documents(django_db_setup, django_db_blocker):
    with demo_documents(django_db_blocker, "10-grappe-2019.yaml"):
        yield


@pytest.fixture
def meeting(_documents):
    return Event.objects.get(slug="rencontre-regionale-grappe-auvergne-rhone-alpes-2019")


def test_meeting_date_is_the_day_found_and_the_year_deduced(meeting):
    assert meeting.start.earliest == meeting.start.latest == MEETING_DAY
    assert meeting.start.is_deduced
    assert meeting.start.wording == "17 octobre dernier"


def test_meeting_says_what_it_was(meeting):
    assert meeting.get_kind_display() == "rencontre régionale"
    assert meeting.get_format_display() == "sur place"
    assert meeting.topic == "Construire le projet avec les personnes privées durablement d'emploi"
    assert [scheme.acronym for scheme in meeting.schemes.all()] == ["TZCLD"]
    assert [territory.reference for territory in meeting.territories.all()] == ["region:84"]
    assert meeting.network.name == "Grappe Auvergne-Rhône-Alpes"
    assert meeting.series.name == "Rencontres régionales de grappe"
    assert meeting.is_published


def test_venue_is_the_ecosite_and_its_commune_unknown(meeting):
    assert meeting.venue == "Écosite du Val de Drôme"
    assert meeting.town is None


def test_hosts_differ_from_organisers(meeting):
    parties = [(party.get_role_display(), party.name) for party in meeting.parties.all()]
    assert parties == [
        ("organisation", "animateurs de la grappe"),
        ("organisation", "Territoires zéro chômeur de longue durée"),
        ("accueil", "acteurs du projet émergent du Val de Drôme"),
        ("accueil", "Communauté de communes du Val de Drôme en Biovallée"),
        ("participant", "représentants de territoires"),
        ("participant", "représentants d'associations"),
        ("participant", "représentants d'institutions"),
    ]
    host = meeting.parties.get(actor__kind=Actor.Kind.EPCI).actor
    assert host.governs.reference == "epci:242600252"


@pytest.mark.parametrize(
    ("stage", "named"),
    [("emerging", EMERGING), ("interested", INTERESTED), ("accredited", ACCREDITED)],
)
def test_attendance_names_the_territories_of_a_stage(meeting, stage, named):
    present = meeting.attendances.present().filter(stage=stage)
    assert [(row.wording, row.territory.reference) for row in present] == named


def test_attendance_names_nobody_else(meeting):
    assert meeting.attendances.count() == 17
    assert meeting.attendances.present().count() == 17


def test_figures_declare_eighteen_territories_and_count_seventeen(meeting):
    figures = [(figure.value, figure.label, figure.counted()) for figure in meeting.figures.all()]
    assert figures == [
        (18, "territoires présents", 17),
        (10, "projets émergents présents", 9),
        (7, "territoires intéressés présents", 7),
        (1, "territoire habilité présent", 1),
        (80, "personnes rassemblées", None),
        (4, "thèmes d'échange l'après-midi", None),
    ]


def test_figures_date_from_the_meeting(meeting):
    assert {figure.as_of for figure in meeting.figures.all()} == {meeting.start}


@pytest.mark.parametrize(
    ("stage", "named"),
    [("emerging", EMERGING), ("interested", INTERESTED), ("accredited", ACCREDITED)],
)
def test_projects_carry_their_stage_of_that_day(meeting, stage, named):
    references = [reference for _, reference in named]
    changes = StageChange.objects.filter(stage=stage).order_by("pk")
    assert [change.actor.territories.get().reference for change in changes] == references
    assert {change.actor.kind for change in changes} == {Actor.Kind.TZCLD}
    assert {(change.since.earliest, change.since.latest) for change in changes} == {
        (None, MEETING_DAY)
    }
    assert {change.source for change in changes} == {meeting.source}


def test_network_gathers_the_projects_and_their_coordinators(meeting):
    memberships = meeting.network.memberships
    coordinators = memberships.filter(role="coordinator")
    assert [str(membership) for membership in coordinators] == ["animateurs de la grappe"]
    members = memberships.filter(role="member").values_list("actor", flat=True)
    assert sorted(members) == sorted(meeting.attendances.values_list("actor", flat=True))
    assert meeting.network.kind == Network.Kind.GRAPPE
    assert meeting.network.territory.reference == "region:84"


def test_sessions_are_three_talks_then_four_workshops_with_their_question(meeting):
    sessions = [
        (session.get_kind_display(), session.title, bool(session.question))
        for session in meeting.sessions.all()
    ]
    assert sessions == [
        ("plénière", "Présentation des territoires présents", False),
        ("plénière", "L'avancement du projet dans le pays", False),
        ("plénière", "L'association, son centre de ressources et la Grève du chômage", False),
        ("atelier", "Aller vers les personnes", True),
        ("atelier", "Mobiliser dans la durée", True),
        ("atelier", "Nouer des partenariats avec les employeurs", True),
        ("atelier", "Animer le collectif", True),
    ]
    assert "l'après-midi" in meeting.body


@pytest.mark.parametrize(
    ("title", "facts"),
    [
        ("Aller vers les personnes", ["à la rencontre", "accueil", "attendent"]),
        ("Mobiliser dans la durée", ["au fil du temps", "concrètement part au projet"]),
        ("Nouer des partenariats avec les employeurs", ["partenaires", "employeurs", "projet"]),
        ("Animer le collectif", ["faire vivre le collectif", "projet"]),
    ],
)
def test_workshop_question_keeps_its_facts(meeting, title, facts):
    question = meeting.sessions.get(title=title).question
    assert [fact for fact in facts if fact not in question] == []


def test_speakers_carry_the_title_of_that_day(meeting):
    appearances = [
        (
            appearance.person.full_name,
            appearance.title,
            [actor.slug for actor in appearance.actors.all()],
            appearance.session.title,
            appearance.topic,
        )
        for appearance in meeting.appearances.all()
    ]
    assert appearances == [
        (
            "Laurent Grandguillaume",
            "président de TZCLD",
            ["tzcld"],
            "L'avancement du projet dans le pays",
            "Où en est le projet à l'échelle du pays",
        ),
        (
            "Antonin Gregorio",
            "directeur général de TZCLD",
            ["tzcld"],
            "L'association, son centre de ressources et la Grève du chômage",
            "L'association TZCLD, le Centre de ressources et développement, "
            "la Grève du chômage du 7 novembre",
        ),
    ]


def test_next_meeting_is_in_lyon_in_february_2020(meeting):
    following = meeting.next_event
    assert following.start.label == "février 2020"
    assert following.town.reference == "commune:69123"
    assert following.kind == meeting.kind
    assert following.network == meeting.network


def test_strike_announced_that_day_has_its_date(meeting):
    strike = Event.objects.get(title="Grève du chômage")
    assert strike.start.earliest == strike.start.latest == datetime.date(2019, 11, 7)
    assert (strike.start.wording, strike.start.is_deduced) == ("7 novembre", True)
    assert (strike.get_kind_display(), strike.venue, strike.town) == ("autre rencontre", "", None)
    assert not strike.parties.exists()
    assert strike.source == meeting.source


def test_recap_tells_the_eighteen_announced_and_the_seventeen_named(meeting):
    recap = meeting.recap
    assert "80 personnes" in recap.standfirst
    assert [section.title for section in recap.sections.all()] == [
        "Les territoires présents",
        "Les nouvelles nationales",
        "L'après-midi, quatre thèmes d'échange",
        "La suite",
    ]
    territories = recap.sections.get(title="Les territoires présents").body
    assert "Dix-huit" in territories
    assert "dix-sept" in territories


def test_source_is_known_for_each_record(meeting):
    assert meeting.source.title.startswith("Retour sur la rencontre régionale de la grappe")
    assert meeting.source.published_on.earliest == datetime.date(2019, 10, 18)
    assert not meeting.source.is_fictional
    assert set(Actor.objects.values_list("source", flat=True)) == {meeting.source.pk}
    assert Scheme.objects.get(slug="tzcld").networks.get() == meeting.network


def test_perimeter_without_official_code_lies_in_the_region(meeting):
    region = Territory.objects.get_by_reference("region:84")
    perimeter = Territory.objects.get_by_reference("perimetre:plateau-du-vercors-nord")
    assert perimeter in Territory.objects.inside(region)
    assert region.name == "region 84"
