"""The checklist of the half-day in Haute-Loire: nothing that the document says is lost."""

import pytest

from coopemploi.dates import PartialDate
from events.models import Action, Event, FollowUpBody, Objective
from tests.demo.official import demo_documents

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _documents(django_db_setup, django_db_blocker):
    with demo_documents(django_db_blocker, "50-plein-emploi-haute-loire.yaml"):
        yield


@pytest.fixture
def half_day(_documents):
    return Event.objects.get()


def _parties(action):
    return [party.name for party in action.parties.all()]


def test_half_day_has_no_date_and_says_so(half_day):
    assert half_day.get_kind_display() == "demi-journée"
    assert half_day.title == "Coopérer pour favoriser le plein emploi"
    assert half_day.start == PartialDate()
    assert str(half_day.start) == "date inconnue"
    assert half_day.venue == ""
    assert [territory.reference for territory in half_day.territories.all()] == ["departement:43"]


def test_half_day_is_piloted_by_the_ddetspp(half_day):
    pilot = half_day.parties.get(role="pilot").actor
    assert pilot.get_kind_display() == "service de l'État"
    assert "DDETSPP de Haute-Loire" in pilot.aliases
    assert [territory.reference for territory in pilot.territories.all()] == ["departement:43"]


def test_eighty_people_took_part_from_five_fields(half_day):
    party = half_day.parties.get(role="participant")
    assert party.count == 80
    fields = ["emploi", "insertion", "logement", "mobilité", "solidarité"]
    assert [field for field in fields if field not in party.label] == []


def test_objective_has_four_criteria_and_three_sub_objectives(half_day):
    objective = half_day.objectives.get(parent=None)
    assert objective.kind == Objective.Kind.OBJECTIVE
    assert objective.text == "Choisir quelques actions phares qui favorisent le plein emploi"
    sub_objectives = objective.children.filter(kind=Objective.Kind.OBJECTIVE)
    assert [sub_objective.text for sub_objective in sub_objectives] == [
        "Changer de paradigme et regarder la situation avec d'autres lunettes, "
        "celles de la coresponsabilité",
        "Aider les acteurs du territoire à mieux se connaître",
        "Permettre aux acteurs de participer activement, "
        "en partageant leur expertise et leur expérience",
    ]
    criteria = objective.children.filter(kind=Objective.Kind.CRITERION)
    assert [criterion.text for criterion in criteria] == [
        "Pouvoir commencer à court terme",
        "Se conduire en coopération",
        "Associer les personnes présentes",
        "Avoir du sens à l'échelle du département",
    ]
    assert half_day.objectives.count() == 8


@pytest.mark.parametrize(
    ("title", "facts"),
    [
        ("Le logement", ["en même temps le logement et l'emploi", "les plus éloignées"]),
        ("La mobilité", ["responsabilité", "département", "maison de la mobilité solidaire"]),
        ("L'attractivité", ["entreprises", "métiers", "ensemble", "département"]),
    ],
)
def test_axis_asks_its_question(half_day, title, facts):
    session = half_day.sessions.get(title=title)
    assert session.get_kind_display() == "axe de travail"
    assert [fact for fact in facts if fact not in session.question] == []


def test_axes_are_three_each_with_one_action(half_day):
    axes = [
        (session.title, [action.title for action in session.actions.all()])
        for session in half_day.sessions.all()
    ]
    assert axes == [
        ("Le logement", ["Créer un organisme de foncier solidaire départemental"]),
        ("La mobilité", ["Créer un guichet unique départemental de la mobilité"]),
        ("L'attractivité", ["Inciter les employeurs à réfléchir à l'intégration"]),
    ]


def test_actions_are_retained_for_the_departement_and_followed_by_the_cdpe(half_day):
    for action in Action.objects.all():
        assert action.event == half_day
        assert action.progress == Action.Progress.RETAINED
        assert action.scope == "départementale"
        assert [place.reference for place in action.territories.all()] == ["departement:43"]
        assert action.follow_up_body == FollowUpBody.objects.get()
    assert "CDPE" in FollowUpBody.objects.get().aliases


def test_housing_action_involves_all_its_parties(half_day):
    action = Action.objects.get(slug="organisme-foncier-solidaire-haute-loire")
    assert _parties(action) == [
        "conseil départemental",
        "EPCI",
        "État",
        "entreprises",
        "bailleurs sociaux",
        "bailleurs privés",
        "SIAO",
        "Action Logement",
        "d'autres acteurs du logement",
    ]
    assert action.parties.first().actor.governs.reference == "departement:43"


def test_mobility_action_is_a_directory_and_an_observatory(half_day):
    action = Action.objects.get(slug="guichet-unique-mobilite-haute-loire")
    assert "toutes les solutions de mobilité" in action.reason
    assert "observatoire" in action.reason
    assert _parties(action) == ["Maison de la mobilité solidaire"]


def test_attractiveness_action_gives_the_floor(half_day):
    action = Action.objects.get(slug="integration-employeurs-haute-loire")
    assert "leurs rencontres et leurs groupes de travail" in action.reason
    assert _parties(action) == ["employeurs", "salariés", "demandeurs d'emploi"]


def test_figures_are_eighty_people_and_three_actions(half_day):
    figures = [(figure.value, figure.label, figure.counted()) for figure in half_day.figures.all()]
    assert figures == [
        (80, "personnes présentes : emploi, insertion, logement, mobilité, solidarité", None),
        (3, "actions choisies et étudiées au titre de la feuille de route", 3),
    ]


def test_evaluation_is_declared_and_its_base_unknown(half_day):
    results = [
        (result.display, result.label, result.base, result.base_label, result.is_declared)
        for result in half_day.evaluation_results.all()
    ]
    assert results == [
        (
            "94\N{NO-BREAK SPACE}%",
            "estiment avoir pu prendre part aux discussions",
            None,
            "personnes présentes",
            True,
        ),
        (
            "79\N{NO-BREAK SPACE}%",
            "souhaitent s'engager dans les suites du CDPE",
            None,
            "personnes présentes",
            True,
        ),
    ]


def test_recap_repeats_the_balance(half_day):
    assert "DDETSPP de Haute-Loire" in half_day.recap.standfirst
    balance = half_day.recap.sections.get(title="Bilan").body
    figures = ["Trois actions", "feuille de route", "94 %", "79 %", "CDPE"]
    assert [figure for figure in figures if figure not in balance] == []
