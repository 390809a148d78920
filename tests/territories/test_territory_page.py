"""The page of a territory: what lies in it, what is done there."""

import pytest
from django.urls import reverse

from coopemploi.dates import PartialDate
from territories.models import Actor, StageChange, Territory
from tests.factories import (
    ActionFactory,
    ActorFactory,
    ActorTerritoryFactory,
    AttendanceFactory,
    CompositionFactory,
    EventFactory,
    FormerCodeFactory,
    InitiativeFactory,
    InvolvementFactory,
    NeedFactory,
    NetworkFactory,
    OfferFactory,
    PersonFactory,
    SchemeFactory,
    SourceFactory,
    StageChangeFactory,
    TerritoryFactory,
    TerritoryFigureFactory,
)

from .pages import make_actor, make_network, text_of

pytestmark = pytest.mark.django_db

Kind = Territory.Kind
TERRITORY_QUERIES = 5


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


@pytest.mark.parametrize("path", ["commune/99999", "inconnu/75056", "epci/dax"])
def test_unknown_territory_is_not_found(client, path):
    assert client.get(f"/territoires/{path}/").status_code == 404
