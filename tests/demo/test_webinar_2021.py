"""The checklist of the webinar of 4 May 2021: nothing that the document says is lost."""

import datetime

import pytest

from coopemploi.dates import PartialDate
from events.models import Event, Verbatim
from initiatives.models import Initiative, Resource
from territories.models import Actor, Person, Territory
from tests.demo.official import demo_documents

pytestmark = pytest.mark.django_db

TITLES = {
    "Jacques Breillat": ("maire de Castillon-la-Bataille", "commune-castillon-la-bataille"),
    "Maxime Roby": (
        "chef de projet territorial au PETR Monts et Barrages",
        "petr-monts-et-barrages",
    ),
    "Elodie Lang": ("coordinatrice du tiers-lieu l'Escalier", "l-escalier"),
    "Lucile Aigron": ("directrice de la Coopérative Tiers-Lieux", "cooperative-tiers-lieux"),
}

# The key ideas in order, by a word of each; each statement by its author and words it must keep.
KEY_IDEAS = [
    (
        "nouvelles façons de faire",
        [
            ("Lucile Aigron", ["plusieurs institutions", "la personne tout entière"]),
            ("Lucile Aigron", ["s'interdisent de se former", "au cours de leur vie"]),
            ("Jacques Breillat", ["politiques publiques", "urgence", "durablement privées"]),
        ],
    ),
    (
        "désirent les demandeurs d'emploi",
        [
            ("Jacques Breillat", ["bâti avec les demandeurs d'emploi", "leurs compétences"]),
            ("Jacques Breillat", ["co-construction", "surpris", "acteurs institutionnels"]),
            ("Lucile Aigron", ["son parcours", "sa situation", "émanciper"]),
        ],
    ),
    (
        "tiers-lieux",
        [
            ("Elodie Lang", ["tiers-lieux", "surtout là où Pôle emploi n'a plus d'antenne"]),
            ("Lucile Aigron", ["lieux neutres", "ouverts à tous", "individu"]),
            ("Elodie Lang", ["Pôle emploi", "CAF", "mission locale", "entre pairs", "près"]),
        ],
    ),
    (
        "territoire est dans son rôle",
        [
            ("Maxime Roby", ["prendre le temps", "particularité", "programmes d'actions"]),
            ("Elodie Lang", ["écosystème local", "Territoires zéro chômeur", "prévisionnelle"]),
            ("Elodie Lang", ["porteur de projet privé", "formation", "accompagnée", "d'autres"]),
            ("Jacques Breillat", ["son rythme", "ses besoins", "politique publique"]),
        ],
    ),
    (
        "le temps du dialogue local",
        [
            ("Jacques Breillat", ["même vision", "remonter", "ensemble"]),
            ("Lucile Aigron", ["intermédiation", "se connaître", "efficace", "remobilisation"]),
            ("Jacques Breillat", ["longue durée", "confiance mutuelle"]),
            ("Lucile Aigron", ["confiance", "concertation", "le quotidien d'un tiers-lieu"]),
            ("Maxime Roby", ["publics et privés", "coopérer", "l'avenir des territoires"]),
            ("Jacques Breillat", ["consensus", "entreprises", "même table", "dialoguer"]),
        ],
    ),
    (
        "ingénierie",
        [
            ("Lucile Aigron", ["intermédiation", "trop peu reconnu", "modèles économiques"]),
            ("Jacques Breillat", ["Région", "Département", "chargée de développement TZCLD"]),
        ],
    ),
]


@pytest.fixture(scope="module", autouse=True)
def _documents(django_db_setup, django_db_blocker):
    with demo_documents(django_db_blocker, "20-webinaire-2021.yaml"):
        yield


@pytest.fixture
def webinar(_documents):
    return Event.objects.get(slug="webinaire-cooperation-locale-pour-l-emploi-2021")


def test_webinar_took_place_online_on_4_may_2021(webinar):
    assert webinar.get_kind_display() == "webinaire"
    assert webinar.title == "La coopération locale pour l'emploi : pratiques inspirantes"
    assert webinar.start == PartialDate.day(datetime.date(2021, 5, 4))
    assert webinar.get_format_display() == "en ligne"
    parties = [(party.get_role_display(), party.name) for party in webinar.parties.all()]
    assert parties == [("organisation", "PQN-A")]


def test_source_was_published_on_9_may_2021(webinar):
    assert webinar.source.published_on == PartialDate.day(datetime.date(2021, 5, 9))
    assert not webinar.is_fictional


def test_webinar_asks_its_two_questions(webinar):
    assert webinar.body.count("?") == 2
    assert "associer largement au projet les acteurs du territoire" in webinar.body
    assert "accompagner les personnes" in webinar.body


def test_speakers_are_four_with_the_title_of_that_day(webinar):
    appearances = {
        appearance.person.full_name: (appearance.title, appearance.actors.get().slug)
        for appearance in webinar.appearances.all()
    }
    assert appearances == TITLES


def test_speakers_share_three_sessions(webinar):
    sessions = [
        (session.title, [speaker.person.last_name for speaker in session.appearances.all()])
        for session in webinar.sessions.all()
    ]
    assert sessions == [
        ("L'expérimentation Territoires zéro chômeur à Castillon-la-Bataille", ["Breillat"]),
        ("L'Escalier, un tiers-lieu pour la formation et l'inclusion", ["Roby", "Lang"]),
        (
            "Les évolutions de la société et la place de chacun sur le marché du travail",
            ["Aigron"],
        ),
    ]


def test_figures_are_two_demarches_and_four_speakers(webinar):
    figures = [(figure.value, figure.label, figure.counted()) for figure in webinar.figures.all()]
    assert figures == [(2, "démarches présentées", None), (4, "intervenants", 4)]


@pytest.mark.parametrize("number", range(6))
def test_key_idea_keeps_its_statements(webinar, number):
    words, statements = KEY_IDEAS[number]
    idea = webinar.recap.key_ideas.all()[number]
    assert words in idea.text
    verbatims = list(idea.verbatims.all())
    authors = [verbatim.person.full_name for verbatim in verbatims]
    assert authors == [author for author, _ in statements]
    lost = [
        fact
        for verbatim, (_, facts) in zip(verbatims, statements, strict=True)
        for fact in facts
        if fact not in verbatim.text
    ]
    assert lost == []


def test_key_ideas_are_six_and_statements_twenty_one(webinar):
    assert webinar.recap.key_ideas.count() == 6
    assert webinar.recap.verbatims.count() == 21
    assert Verbatim.objects.filter(key_idea=None).count() == 0


def test_statements_are_reported_and_attributed_under_the_title_of_that_day(webinar):
    verbatims = webinar.recap.verbatims.all()
    assert {verbatim.fidelity for verbatim in verbatims} == {Verbatim.Fidelity.REPORTED}
    attributed = {(row.person.full_name, row.title, row.actor.slug) for row in verbatims}
    assert attributed == {(name, *title) for name, title in TITLES.items()}
    assert [row.text for row in verbatims if set(row.text) & set('«»“”"')] == []


def test_recap_keeps_replay_reading_time_and_contact(webinar):
    recap = webinar.recap
    assert recap.replay_url == ""
    assert recap.replay_note == "La vidéo du webinaire existe ; son adresse n'est pas connue."
    assert recap.reading_minutes == 5
    assert recap.contact.person.full_name == "Christophe Rochard"
    assert recap.contact.title == "chargé de mission Dynamiques territoriales pour l'emploi"
    assert "proposer une ressource" in recap.sections.get().body


def test_replay_is_a_resource_without_address(webinar):
    replay = Resource.objects.get()
    assert replay.get_kind_display() == "vidéo"
    assert replay.url == ""
    assert replay.actor.name == "PQN-A"
    assert replay.dated == webinar.start
    assert replay.initiatives.count() == 2


def test_people_have_neither_phone_nor_mail(webinar):
    assert Person.objects.count() == 5
    assert set(Person.objects.values_list("email", "phone")) == {("", "")}


def test_positions_are_those_of_the_document(webinar):
    positions = {
        person.full_name: [
            (position.title, position.actor and position.actor.name, position.is_elected)
            for position in person.positions.all()
        ]
        for person in Person.objects.all()
    }
    assert positions == {
        "Jacques Breillat": [("maire", "Commune de Castillon-la-Bataille", True)],
        "Maxime Roby": [("chef de projet territorial", "PETR Monts et Barrages", False)],
        "Elodie Lang": [("coordinatrice", "L'Escalier", False)],
        "Lucile Aigron": [("directrice", "Coopérative Tiers-Lieux", False)],
        "Christophe Rochard": [
            ("chargé de mission Dynamiques territoriales pour l'emploi", None, False)
        ],
    }


def test_castillon_initiative_keeps_its_parties(webinar):
    initiative = Initiative.objects.get(slug="tzcld-castillon-la-bataille")
    parties = [(row.get_role_display(), row.name) for row in initiative.involvements.all()]
    assert parties == [
        ("porteur", "Projet TZCLD de Castillon-la-Bataille"),
        ("partenaire", "demandeurs d'emploi"),
        ("partenaire", "acteurs publics"),
        ("partenaire", "entreprises"),
        ("financeur", "Région Nouvelle-Aquitaine"),
        ("financeur", "Département de la Gironde"),
    ]
    funders = initiative.involvements.filter(role="funder")
    assert {funder.note for funder in funders} == {
        "soutien au poste de chargée de développement TZCLD"
    }
    assert [place.reference for place in initiative.territories.all()] == ["commune:33108"]
    assert [scheme.slug for scheme in initiative.schemes.all()] == ["tzcld"]
    assert "leurs compétences" in initiative.worked
    assert "dérouté" in initiative.body


def test_escalier_initiative_was_born_of_a_private_project(webinar):
    initiative = Initiative.objects.get(slug="l-escalier-tiers-lieu-formation-inclusion")
    parties = [(row.get_role_display(), row.name) for row in initiative.involvements.all()]
    assert parties == [
        ("porteur", "L'Escalier"),
        ("porteur", "un porteur de projet privé"),
        ("partenaire", "PETR Monts et Barrages"),
    ]
    assert {place.reference for place in initiative.territories.all()} == {
        "commune:87161",
        "petr:petr-monts-et-barrages",
    }
    assert {scheme.slug for scheme in initiative.schemes.all()} == {"tzcld", "gpect"}


def test_initiatives_have_no_contact_since_the_document_names_none_for_them(webinar):
    assert not Initiative.objects.exclude(contact=None).exists()


def test_webinar_presented_both_initiatives(webinar):
    assert [initiative.slug for initiative in webinar.initiatives.all()] == [
        "l-escalier-tiers-lieu-formation-inclusion",
        "tzcld-castillon-la-bataille",
    ]


def test_actors_are_those_of_the_document(webinar):
    actors = {(actor.slug, actor.get_kind_display()) for actor in Actor.objects.all()}
    assert actors == {
        ("pqn-a", "tête de réseau"),
        ("petr-monts-et-barrages", "PETR"),
        ("region-nouvelle-aquitaine", "région"),
        ("departement-gironde", "département"),
        ("commune-castillon-la-bataille", "commune"),
        ("projet-tzcld-castillon-la-bataille", "projet TZCLD"),
        ("l-escalier", "tiers-lieu"),
        ("cooperative-tiers-lieux", "coopérative"),
    }


def test_petr_is_a_territory_of_haute_vienne_and_an_actor(webinar):
    petr = Territory.objects.get_by_reference("petr:petr-monts-et-barrages")
    assert petr.governing_actor.slug == "petr-monts-et-barrages"
    covering = Territory.objects.covering(petr)
    assert [territory.reference for territory in covering] == ["departement:87"]
