import pytest
from django.urls import reverse

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from events.models import Attendance
from territories.models import Actor, NetworkMembership, StageChange, Territory
from tests.factories import (
    ActionFactory,
    ActionPartyFactory,
    ActorFactory,
    ActorFigureFactory,
    ActorTerritoryFactory,
    AppearanceFactory,
    AttendanceFactory,
    CompositionFactory,
    EventActorFactory,
    EventFactory,
    FormerCodeFactory,
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
    SchemeFactory,
    SourceFactory,
    StageChangeFactory,
    TerritoryFactory,
    TerritoryFigureFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

Kind = Territory.Kind
DRAFT = Publishable.Status.DRAFT
LISTS = ["territory_list", "actor_list", "network_list"]
# Each query is one a reader waits for: add one knowingly.
LIST_QUERIES = {"territory_list": 10, "actor_list": 6, "network_list": 5}
TERRITORY_QUERIES = 5
ACTOR_QUERIES = 3
NETWORK_QUERIES = 10


def text_of(response, status=200):
    assert response.status_code == status
    return " ".join(response.content.decode().replace("&nbsp;", " ").split())


def names(response):
    return [record.name for record in response.context["page"].object_list]


def make_territory(**kwargs):
    """A project's perimeter, with an actor and an initiative."""
    territory = TerritoryFactory(kind=Kind.PETR, **kwargs)
    ActorTerritoryFactory(territory=territory)
    InitiativeFactory().territories.add(territory)
    return territory


def make_actor(**kwargs):
    actor = ActorFactory(source=SourceFactory(), **kwargs)
    ActorTerritoryFactory(actor=actor)
    StageChangeFactory(actor=actor)
    actor.schemes.add(SchemeFactory())
    return actor


def make_network(**kwargs):
    network = NetworkFactory(territory=TerritoryFactory(), source=SourceFactory(), **kwargs)
    network.schemes.add(SchemeFactory())
    NetworkMembershipFactory(network=network)
    NetworkMembershipFactory(
        network=network, role=NetworkMembership.Role.COORDINATOR, actor=None, person=PersonFactory()
    )
    return network


MAKERS = {
    "territory_list": make_territory,
    "actor_list": make_actor,
    "network_list": make_network,
}


# Lists


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


# A territory


def fill_territory(territory, rows):
    """`rows` of everything that a territory's page shows."""
    for number in range(rows):
        source = SourceFactory()
        commune = CompositionFactory(whole=territory).part
        CompositionFactory(part=territory, whole__kind=Kind.PETR)
        TerritoryFigureFactory(territory=territory)
        FormerCodeFactory(territory=territory, name=f"Ancienne {number}")
        actor = make_actor(kind=Actor.Kind.TZCLD)
        ActorTerritoryFactory(actor=actor, territory=commune)
        actor = make_actor()
        ActorTerritoryFactory(actor=actor, territory=territory)
        initiative = InitiativeFactory(source=source)
        initiative.territories.add(commune)
        initiative.schemes.add(SchemeFactory())
        InvolvementFactory(initiative=initiative, actor=actor)
        for day in ("01/01/2010", "01/01/2900"):
            event = EventFactory(start=PartialDate.parse(day), town=commune, source=source)
            event.territories.add(territory)
        AttendanceFactory(territory=territory)
        for factory in (NeedFactory, OfferFactory):
            exchange = factory(actor=actor, person=PersonFactory(), source=source)
            exchange.schemes.add(SchemeFactory())
        ActionFactory().territories.add(commune)
        make_network()
        NetworkFactory(territory=territory)
    return territory


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


@pytest.mark.parametrize("rows", [1, 30])
def test_territory_page_costs_the_same_however_rich(client, django_assert_num_queries, rows):
    territory = fill_territory(TerritoryFactory(kind=Kind.EPCI, source=SourceFactory()), rows)

    with django_assert_num_queries(TERRITORY_QUERIES):
        response = client.get(territory.get_absolute_url())

    for section in ("projects", "actors", "initiatives", "upcoming", "past", "needs", "offers"):
        assert response.context[section]["count"] == rows
        assert len(response.context[section]["records"]) == min(rows, 6)


def test_territory_page_links_to_the_whole_of_a_long_section(client):
    territory = TerritoryFactory(kind=Kind.EPCI, code="200000001")
    for _ in range(7):
        InitiativeFactory().territories.add(territory)

    text = text_of(client.get(territory.get_absolute_url()))

    url = f"{reverse('initiative_list')}?territoire=epci%3A200000001"
    assert f'<a href="{url}">Tout voir : 7 initiatives</a>' in text
    assert client.get(url).context["page"].paginator.count == 7


def test_territory_page_says_what_lies_in_it_and_what_it_lies_in(client):
    epci = TerritoryFactory(kind=Kind.EPCI, name="CA du Soleil")
    CompositionFactory(
        whole__kind=Kind.REGION, whole__name="Occitanie", part=epci, whole__code="76"
    )
    CompositionFactory(whole__kind=Kind.PETR, whole__name="PETR des Cimes", part=epci, partial=True)
    CompositionFactory(whole=epci, part__name="Foix")
    CompositionFactory(whole=epci, part__name="Quartier haut", part__kind=Kind.QPV, partial=True)

    response = client.get(epci.get_absolute_url())

    assert [(link.container.name, link.partial) for link in response.context["around"]] == [
        ("Occitanie", False),
        ("PETR des Cimes", True),
    ]
    assert [
        (part["kind"], [(link.contained.name, link.partial) for link in part["links"]])
        for part in response.context["parts"]
    ] == [("commune", [("Foix", False)]), ("qpv", [("Quartier haut", True)])]
    assert text_of(response).count("en partie") == 2


def test_territory_page_only_counts_parts_that_are_many(client):
    region = TerritoryFactory(kind=Kind.REGION, code="76")
    for number in range(61):
        CompositionFactory(whole=region, part__name=f"Village {number}")

    text = text_of(client.get(region.get_absolute_url()))

    assert "Communes : voir les 61" in text
    assert "Village" not in text


def test_territory_page_puts_its_government_first(client):
    epci = TerritoryFactory(kind=Kind.EPCI, name="CA du Soleil")
    ActorTerritoryFactory(territory=epci, actor__name="Abeilles")
    ActorFactory(name="Zélée communauté", governs=epci)

    response = client.get(epci.get_absolute_url())

    assert [actor.name for actor in response.context["actors"]["records"]] == [
        "Zélée communauté",
        "Abeilles",
    ]


@pytest.mark.parametrize(
    ("vintage", "region", "label"),
    [
        (2026, "76", "Population municipale 2023"),
        (2026, "06", "Population municipale 2017"),
        (None, "76", "Population"),
    ],
)
def test_territory_page_dates_official_populations(client, vintage, region, label):
    commune = TerritoryFactory(population=1234, vintage=vintage)
    CompositionFactory(whole__kind=Kind.REGION, whole__code=region, part=commune)

    text = text_of(client.get(commune.get_absolute_url()))

    assert f"<dt>{label}</dt><dd>1 234 habitants</dd>" in text


def test_territory_page_has_no_empty_section(client):
    territory = TerritoryFactory()

    text = text_of(client.get(territory.get_absolute_url()))

    assert text.count("<h2") == 1
    assert '<h2 id="en-bref">En bref</h2>' in text


def test_territory_page_of_nothing_leads_to_what_it_lies_in(client):
    link = CompositionFactory(
        whole__kind=Kind.DEPARTEMENT,
        whole__name="Haute-Corse",
        part__latitude=42.7,
        part__longitude=9.45,
    )

    text = text_of(client.get(link.part.get_absolute_url()))

    assert "Rien n'est encore noté ici" in text
    assert f'<li><a href="{link.whole.get_absolute_url()}">Haute-Corse</a> ' in text
    near = f"?territoire={link.part.reference}&amp;rayon=30&amp;tri=proximite"
    assert f'href="/initiatives/{near}">Voir les initiatives à moins de 30 km</a>' in text


def test_territory_page_of_nothing_nowhere_offers_nothing_near(client):
    territory = TerritoryFactory(latitude=None, longitude=None)

    assert "à moins de 30" not in text_of(client.get(territory.get_absolute_url()))


def test_territory_page_of_something_says_nothing_is_missing(client):
    territory = TerritoryFactory()
    InitiativeFactory().territories.add(territory)

    assert "Rien n'est encore noté ici" not in text_of(client.get(territory.get_absolute_url()))


def test_territory_of_which_only_the_network_of_its_region_is_known_says_it_is_untold(client):
    commune = TerritoryFactory(kind=Kind.COMMUNE, name="Foix")
    region = CompositionFactory(whole__kind=Kind.REGION, part=commune).whole
    NetworkFactory(name="La grappe", territory=region)

    text = text_of(client.get(commune.get_absolute_url()))

    assert "La grappe" in text
    assert "Rien n'est encore noté ici" in text


def test_territory_page_links_to_the_past_events_of_a_long_section(client):
    territory = TerritoryFactory(kind=Kind.EPCI, code="200000001")
    for _ in range(7):
        EventFactory(start=PartialDate.parse("01/01/2010")).territories.add(territory)

    text = text_of(client.get(territory.get_absolute_url()))

    url = f"{reverse('event_list')}?territoire=epci%3A200000001&periode=passees"
    assert f'<a href="{url}">Tout voir : 7 rencontres</a>' in text
    assert client.get(url).context["page"].paginator.count == 7


def test_territory_page_shows_its_stage_at_a_meeting(client):
    territory = TerritoryFactory()
    AttendanceFactory(
        territory=territory, stage=StageChange.Stage.EMERGING, event__title="La rencontre"
    )

    text = text_of(client.get(territory.get_absolute_url()))

    assert "La rencontre" in text
    assert "Présent, émergent ce jour-là" in text


def test_territory_page_tells_meetings_and_stages_in_the_order_of_time(client):
    territory = TerritoryFactory()
    for title, day in (("Passée", "01/01/2010"), ("À venir", "01/01/2900"), ("Sans date", "")):
        EventFactory(title=title, start=PartialDate.parse(day)).territories.add(territory)
    projects = [
        ActorTerritoryFactory(territory=territory, actor__kind=Actor.Kind.TZCLD).actor
        for _ in range(2)
    ]
    for actor in projects:
        StageChangeFactory(actor=actor, stage="emerging", since=PartialDate.parse("2019"))
    draft = ActorTerritoryFactory(territory=territory, actor__status="draft").actor
    StageChangeFactory(actor=draft, since=PartialDate.parse("2020"))

    moments = client.get(territory.get_absolute_url()).context["moments"]

    assert [moment.event.title if moment.event else moment.stage for moment in moments] == [
        "À venir",
        "émergent",
        "Passée",
        "Sans date",
    ]
    assert [moment.is_coming for moment in moments] == [True, False, False, False]
    assert {actor.pk for actor in moments[1].actors} == {actor.pk for actor in projects}


def test_territory_page_counts_its_parts_in_words(client):
    territory = TerritoryFactory()
    NeedFactory().territories.add(territory)
    for _ in range(2):
        InitiativeFactory().territories.add(territory)

    contents = client.get(territory.get_absolute_url()).context["contents"]

    assert contents == [("initiatives", "initiatives", 2), ("besoins", "besoin", 1)]


def test_old_commune_code_leads_to_the_commune_of_today(client):
    commune = TerritoryFactory(code="01033")
    FormerCodeFactory(code="01018", territory=commune)

    response = client.get("/territoires/commune/01018/")

    assert response.status_code == 301
    assert response.url == commune.get_absolute_url()


def test_what_one_asks_says_nothing_to_the_next(client):
    """The fields of a list are shared by all who ask it."""
    untouched = client.get("/acteurs/").content
    asked = client.get("/acteurs/?territoire=epci:inconnu&q=<b>&rayon=99&type=x&tri=y&page=1")
    assert "« epci:inconnu » est inconnu, la liste" in text_of(asked, status=400)
    assert client.get("/acteurs/").content == untouched


@pytest.mark.parametrize("path", ["commune/99999", "inconnu/75056", "epci/dax"])
def test_unknown_territory_is_not_found(client, path):
    assert client.get(f"/territoires/{path}/").status_code == 404


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


# An actor


def fill_actor(actor, rows):
    """`rows` of everything that an actor's page shows."""
    for _ in range(rows):
        actor.parents.add(ActorFactory())
        ActorFactory().parents.add(actor)
        actor.schemes.add(SchemeFactory())
        ActorTerritoryFactory(actor=actor)
        StageChangeFactory(actor=actor, source=SourceFactory())
        ActorFigureFactory(actor=actor)
        InvolvementFactory(actor=actor)
        for factory in (NeedFactory, OfferFactory):
            exchange = factory(actor=actor, person=PersonFactory(), source=SourceFactory())
            exchange.schemes.add(SchemeFactory())
        ResourceFactory(actor=actor)
        EventActorFactory(actor=actor)
        AttendanceFactory(actor=actor, territory=None)
        AttendanceFactory(actor=actor, territory=None, person=PersonFactory())
        AppearanceFactory().actors.add(actor)
        entry = RoundTableEntryFactory(actor=actor)
        RoundTableItemFactory(entry=entry)
        RecapFactory(event=entry.event)
        ActionPartyFactory(actor=actor)
        NetworkMembershipFactory(actor=actor)
        PositionFactory(actor=actor)
    return actor


@pytest.mark.parametrize("rows", [1, 30])
def test_actor_page_costs_the_same_however_rich(client, django_assert_num_queries, rows):
    actor = fill_actor(ActorFactory(source=SourceFactory(), governs=TerritoryFactory()), rows)

    with django_assert_num_queries(ACTOR_QUERIES):
        response = client.get(actor.get_absolute_url())

    for rows_of in ("involvements", "needs", "offers", "resources", "contributions", "actions"):
        assert len(response.context[rows_of]) == rows
    assert len(response.context["events"]) == 4 * rows


def test_actor_page_groups_initiatives_by_role(client):
    actor = ActorFactory()
    InvolvementFactory(actor=actor, role="funder", initiative__title="Une aide")
    InvolvementFactory(actor=actor, role="pilot", initiative__title="Un projet")
    InvolvementFactory(actor=actor, role="carrier", initiative__title="Une démarche")

    response = client.get(actor.get_absolute_url())

    assert [(row.role, row.initiative.title) for row in response.context["involvements"]] == [
        ("carrier", "Une démarche"),
        ("pilot", "Un projet"),
        ("funder", "Une aide"),
    ]


def test_actor_page_says_once_all_that_it_did_at_an_event(client):
    actor = ActorFactory()
    event = EventFactory(title="La rencontre")
    EventActorFactory(actor=actor, event=event, role="host")
    AttendanceFactory(actor=actor, territory=None, event=event, stage="emerging")
    person = PersonFactory(first_name="Ada", last_name="Byron")
    AppearanceFactory(event=event, person=person, role="opening").actors.add(actor)

    response = client.get(actor.get_absolute_url())

    assert [(row["event"], row["ways"]) for row in response.context["events"]] == [
        (event, ["accueil", "présent, émergent ce jour-là", "ouverture : Ada Byron"])
    ]


def test_actor_page_puts_undated_events_last(client):
    actor = ActorFactory()
    for title, start in (("sans date", ""), ("2019", "2019"), ("2021", "mars 2021")):
        EventActorFactory(actor=actor, event__title=title, event__start=PartialDate.parse(start))

    response = client.get(actor.get_absolute_url())

    assert [row["event"].title for row in response.context["events"]] == [
        "2021",
        "2019",
        "sans date",
    ]


def test_actor_page_shows_that_a_stage_is_deduced(client):
    change = StageChangeFactory(since=PartialDate.parse("[2019] depuis peu"))

    text = text_of(client.get(change.actor.get_absolute_url()))

    assert "(date déduite)" in text


def test_actor_page_shows_no_private_contact(client):
    position = PositionFactory(person__email="ada@example.org", person__phone="01 02 03 04 05")

    text = text_of(client.get(position.actor.get_absolute_url()))

    assert position.person.full_name in text
    assert "ada@example.org" not in text
    assert "01 02 03 04 05" not in text


def test_actor_page_shows_each_contact_that_was_agreed_to(client):
    position = PositionFactory(
        person__email="ada@example.org",
        person__phone="01 02 03 04 05",
        person__phone_is_public=True,
    )

    text = text_of(client.get(position.actor.get_absolute_url()))

    assert "ada@example.org" not in text
    assert "01 02 03 04 05" in text


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


# A network


@pytest.mark.parametrize("rows", [1, 30])
def test_network_page_costs_the_same_however_rich(client, django_assert_num_queries, rows):
    network = make_network()
    for _ in range(rows):
        for role in NetworkMembership.Role:
            membership = NetworkMembershipFactory(network=network, role=role)
            StageChangeFactory(actor=membership.actor)
        for day in ("01/01/2010", "01/01/2900"):
            EventFactory(
                network=network,
                start=PartialDate.parse(day),
                town=TerritoryFactory(),
                source=SourceFactory(),
            )

    with django_assert_num_queries(NETWORK_QUERIES):
        response = client.get(network.get_absolute_url())

    assert len(response.context["upcoming"]) == len(response.context["past"]) == rows


def test_network_page_shows_the_dates_and_stage_of_its_members(client):
    change = StageChangeFactory(actor__name="Un projet", stage="accredited")
    membership = NetworkMembershipFactory(
        actor=change.actor, since=PartialDate.parse("2019"), until=PartialDate.parse("2021")
    )

    text = text_of(client.get(membership.network.get_absolute_url()))

    for shown in ("Un projet", "habilité", "depuis : ", "2019", "jusqu'à : ", "2021"):
        assert shown in text


def test_network_page_names_a_member_by_label(client):
    membership = NetworkMembershipFactory(
        actor=ActorFactory(name="Fuite", status=DRAFT), label="une fondation privée"
    )

    text = text_of(client.get(membership.network.get_absolute_url()))

    assert "une fondation privée" in text
    assert "Fuite" not in text


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
