"""The lists of territories, actors and networks, and the names they propose."""

from html import unescape

import pytest
from django.urls import reverse

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from territories.models import Actor, Territory
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    CompositionFactory,
    InitiativeFactory,
    NetworkFactory,
    SchemeFactory,
    StageChangeFactory,
    TerritoryFactory,
)

from .pages import make_actor, make_network, make_territory, names, text_of

pytestmark = pytest.mark.django_db

Kind = Territory.Kind
DRAFT = Publishable.Status.DRAFT
LISTS = ["territory_list", "actor_list", "network_list"]
# Each query is one a reader waits for: add one knowingly.
LIST_QUERIES = {"territory_list": 10, "actor_list": 6, "network_list": 5}
MAKERS = {
    "territory_list": make_territory,
    "actor_list": make_actor,
    "network_list": make_network,
}


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("name", LISTS)
def test_list_costs_the_same_at_any_length(client, django_assert_num_queries, name, rows):
    TerritoryFactory(kind=Kind.REGION)
    for _ in range(rows):
        MAKERS[name]()

    with django_assert_num_queries(LIST_QUERIES[name]):
        response = client.get(reverse(name))

    assert len(response.context["page"].object_list) == min(rows, 20)


@pytest.mark.parametrize("rows", [1, 30])
def test_territory_search_costs_the_same_at_any_length(client, django_assert_num_queries, rows):
    for number in range(rows):
        make_territory(name=f"Pays de Cocagne {number}")

    with django_assert_num_queries(8):
        response = client.get(reverse("territory_list"), {"q": "cocagne"})

    assert response.context["page"].paginator.count == rows


BAD_QUERIES = [
    "page=-1",
    "page=abc",
    "page=999",
    "type=inconnu",
    "q=%00",
    "q=" + "a+" * 2500,
    "territoire=xx:yy",
    "territoire=%00",
    "territoire=" + "x" * 5000,
    "dispositif=inconnu",
]


@pytest.mark.parametrize("name", LISTS)
def test_list_survives_bad_input(client, name):
    MAKERS[name]()

    for query in BAD_QUERIES:
        response = client.get(f"{reverse(name)}?{query}")

        is_page = query.startswith("page=")
        assert response.status_code in ((404,) if is_page else (200, 400)), query


@pytest.mark.parametrize("name", LISTS)
def test_list_of_nothing_is_shown(client, name):
    assert client.get(reverse(name)).status_code == 200


def test_territory_list_shows_the_country_then_the_perimeters_of_projects(client):
    TerritoryFactory(kind=Kind.COM, name="Polynésie française")
    TerritoryFactory(kind=Kind.REGION, name="Occitanie")
    TerritoryFactory(kind=Kind.PETR, name="PETR des Cimes")
    TerritoryFactory(kind=Kind.COMMUNE, name="Foix")

    response = client.get(reverse("territory_list"))

    assert [territory.name for territory in response.context["national"]] == [
        "Occitanie",
        "Polynésie française",
    ]
    assert names(response) == ["PETR des Cimes"]


def test_territory_list_counts_what_lies_inside(client):
    region = TerritoryFactory(kind=Kind.REGION)
    commune = CompositionFactory(whole=region).part
    initiative = InitiativeFactory()
    initiative.territories.add(commune, region)
    InitiativeFactory(status=DRAFT).territories.add(commune)
    ActorTerritoryFactory(territory=commune)
    ActorTerritoryFactory(territory=commune, actor__status=DRAFT)

    response = client.get(reverse("territory_list"))

    assert [
        (territory.initiative_count, territory.actor_count)
        for territory in response.context["national"]
    ] == [(1, 1)]


@pytest.mark.parametrize("query", ["saint etienne", "SAINT-ÉTIENNE", "42218", "42000"])
def test_territory_list_finds_by_name_code_or_postal_code(client, query):
    TerritoryFactory(name="Saint-Étienne", code="42218", postal_codes=["42000", "42100"])
    TerritoryFactory(name="Firminy", code="42095")

    response = client.get(reverse("territory_list"), {"q": query})

    assert names(response) == ["Saint-Étienne"]


def test_territory_list_tells_namesakes_apart_by_their_departement(client):
    for name in ("Vosges", "Gers"):
        CompositionFactory(
            whole__kind=Kind.DEPARTEMENT, whole__name=name, part__name="Saint-Léonard"
        )
    astride = TerritoryFactory(kind=Kind.EPCI, name="CC de Saint-Léonard")
    CompositionFactory(whole__kind=Kind.DEPARTEMENT, part=astride, partial=True)

    page = client.get(reverse("territory_list"), {"q": "st leonard"}).context["page"]

    assert sorted((territory.name, territory.place) for territory in page.object_list[:2]) == [
        ("Saint-Léonard", "Gers"),
        ("Saint-Léonard", "Vosges"),
    ]
    assert page.object_list[2].place is None


def test_territory_list_says_once_a_name_that_two_kinds_bear(client):
    """An overseas region is a département too."""
    region = TerritoryFactory(kind=Kind.REGION, name="Guadeloupe")
    commune = TerritoryFactory(kind=Kind.COMMUNE, name="Deshaies")
    departement = TerritoryFactory(kind=Kind.DEPARTEMENT, name="Guadeloupe")
    CompositionFactory(whole=region, part=departement)
    CompositionFactory(whole=departement, part=commune)

    page = text_of(client.get(reverse("territory_list")))

    assert page.count(">Guadeloupe<") == 1


def test_territory_list_by_kind_shows_that_kind_only(client):
    TerritoryFactory(kind=Kind.EPCI, name="CA du Soleil")
    TerritoryFactory(kind=Kind.PETR, name="PETR des Cimes")

    response = client.get(reverse("territory_list"), {"type": "epci"})

    assert names(response) == ["CA du Soleil"]


def test_territory_list_inside_a_territory_shows_a_chip_that_takes_it_off(client):
    epci = TerritoryFactory(kind=Kind.EPCI, name="CA du Soleil", code="200000001")
    inside = CompositionFactory(whole=epci).part
    TerritoryFactory(name="Ailleurs")

    response = client.get(
        reverse("territory_list"), {"territoire": epci.reference, "type": "commune"}
    )

    assert names(response) == [inside.name]
    assert "Territoire : CA du Soleil" in text_of(response)
    assert 'href="?type=commune"' in text_of(response)


@pytest.mark.parametrize("name", ["actor_list", "network_list"])
def test_list_of_a_territory_keeps_what_lies_in_it(client, name):
    epci = TerritoryFactory(kind=Kind.EPCI, code="200000001")
    commune = CompositionFactory(whole=epci).part
    actor = ActorTerritoryFactory(territory=commune).actor
    network = NetworkFactory(territory=commune)
    MAKERS[name]()

    response = client.get(reverse(name), {"territoire": epci.reference})

    assert names(response) == [{"actor_list": actor, "network_list": network}[name].name]


@pytest.mark.parametrize("name", LISTS)
def test_list_says_that_a_territory_is_unknown(client, name):
    MAKERS[name]()

    response = client.get(reverse(name), {"territoire": "epci:999"})

    assert len(names(response)) == 1
    assert "« epci:999 » est inconnu, la liste n&#x27;y est" in text_of(response, status=400)


def test_actor_list_filters_by_word_kind_and_scheme(client):
    scheme = SchemeFactory(acronym="PLIE")
    actor = ActorFactory(name="Le Chantier", kind=Actor.Kind.SIAE)
    actor.schemes.add(scheme)
    ActorFactory(name="La Fabrique")

    for query in ({"q": "chant"}, {"type": "siae"}, {"dispositif": scheme.slug}):
        assert names(client.get(reverse("actor_list"), query)) == ["Le Chantier"]


def test_actor_list_shows_the_present_stage_of_a_project(client):
    project = ActorFactory(kind=Actor.Kind.TZCLD)
    for stage, year in (("accredited", "2024"), ("emerging", "2019")):
        StageChangeFactory(actor=project, stage=stage, since=PartialDate.parse(year))

    text = text_of(client.get(reverse("actor_list")))

    assert "étape : habilité" in text
    assert "étape : émergent" not in text


@pytest.mark.parametrize("name", ["actor_list", "network_list"])
def test_list_hides_drafts_from_visitors_only(client, animateur_client, name):
    visible = MAKERS[name]()
    draft = MAKERS[name](status=DRAFT)
    url = reverse(name)

    assert set(names(animateur_client.get(url))) >= {visible.name, draft.name}
    client.logout()
    assert draft.name not in names(client.get(url))
    assert visible.name in names(client.get(url))


def test_what_one_asks_says_nothing_to_the_next(client):
    """The fields of a list are shared by all who ask it."""
    untouched = client.get("/acteurs/").content
    asked = client.get("/acteurs/?territoire=epci:inconnu&q=<b>&rayon=99&type=x&tri=y&page=1")
    assert "« epci:inconnu » est inconnu, la liste" in text_of(asked, status=400)
    assert client.get("/acteurs/").content == untouched


def test_names_of_published_actors_are_proposed(client):
    for name in ("Mission locale des Landes", "Mission locale du Gers"):
        ActorFactory(name=name)
    ActorFactory(name="Mission locale des Landes en projet", status="draft")
    response = client.get(reverse("actor_names"), {"q": "lande MISSION"})
    assert response.text.count("<option") == 1
    assert '<option value="Mission locale des Landes">' in response.text


@pytest.mark.parametrize("name", ["actor_names", "territory_names"])
@pytest.mark.parametrize("words", ["", " ", "…"])
def test_no_name_is_proposed_for_no_word(client, name, words):
    ActorFactory(name="Mission locale des Landes")
    TerritoryFactory(name="Dax")
    assert "<option" not in client.get(reverse(name), {"q": words}).text


def test_site_that_knows_no_territory_says_so(client):
    address = reverse("territory_list")
    assert "Aucun territoire n'est encore connu du site." in unescape(client.get(address).text)
    TerritoryFactory(name="Bretagne", kind=Kind.REGION)
    assert "n'est encore connu" not in unescape(client.get(address).text)
