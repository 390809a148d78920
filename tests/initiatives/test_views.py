import pytest
from django.urls import reverse

from coopemploi.publishing import Publishable
from initiatives.models import Initiative, Involvement
from tests.factories import (
    ActionFactory,
    ActorFactory,
    ActorTerritoryFactory,
    AudienceFactory,
    CompositionFactory,
    InitiativeFactory,
    InvolvementFactory,
    NeedFactory,
    ObstacleFactory,
    OfferFactory,
    PersonFactory,
    PositionFactory,
    RecapFactory,
    ResourceFactory,
    RoundTableItemFactory,
    SchemeFactory,
    SectorFactory,
    SourceFactory,
    TerritoryFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

DRAFT = Publishable.Status.DRAFT
NEEDS = reverse("exchange_list")
OFFERS = f"{NEEDS}?voir=offres"
INITIATIVES = reverse("initiative_list")
RESOURCES = reverse("resource_list")


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def shown(response):
    return [str(record) for record in response.context["page"].object_list]


def classify(record):
    """One term more of each vocabulary."""
    record.schemes.add(SchemeFactory())
    record.themes.add(ThemeFactory())
    record.sectors.add(SectorFactory())
    record.audiences.add(AudienceFactory())
    record.obstacles.add(ObstacleFactory())
    return record


def make_initiative(**kwargs):
    initiative = classify(InitiativeFactory(source=SourceFactory(), **kwargs))
    initiative.territories.add(TerritoryFactory())
    InvolvementFactory(initiative=initiative)
    return initiative


def make_need(**kwargs):
    return classify(NeedFactory(source=SourceFactory(), person=PersonFactory(), **kwargs))


def make_offer(**kwargs):
    return classify(OfferFactory(source=SourceFactory(), person=PersonFactory(), **kwargs))


def make_resource(**kwargs):
    return classify(ResourceFactory(source=SourceFactory(), actor=ActorFactory(), **kwargs))


# The address of each list, what makes a row of it, and the queries that it costs.
LISTS = [
    pytest.param(INITIATIVES, make_initiative, 7, id="initiatives"),
    pytest.param(NEEDS, make_need, 6, id="needs"),
    pytest.param(OFFERS, make_offer, 6, id="offers"),
    pytest.param(RESOURCES, make_resource, 6, id="resources"),
]


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_list_costs_the_same_at_any_length(
    client, django_assert_num_queries, url, make, queries, rows
):
    for _ in range(rows):
        make()

    with django_assert_num_queries(queries):
        response = client.get(url)

    assert response.context["page"].paginator.count == rows


BAD_QUERIES = [
    "page=-1",
    "page=abc",
    "type=inconnu",
    "nature=inconnue",
    "avancement=inconnu",
    "theme=inconnue",
    "theme=%00",
    "q=%00",
    "q=" + "a+" * 2500,
    "territoire=xx:yy",
]


@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_list_survives_bad_input(client, url, make, queries):
    make()

    for query in BAD_QUERIES:
        response = client.get(f"{url}{'&' if '?' in url else '?'}{query}")

        if query.startswith("page="):
            assert response.status_code == 404, query
        elif len(query) > 1000:
            assert "seul le début a été cherché" in text_of(response)
        else:
            assert len(shown(response)) == 1, query


@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_list_shows_drafts_to_animateurs_only(client, animateur_client, url, make, queries):
    visible, draft = make(), make(status=DRAFT)

    assert set(shown(animateur_client.get(url))) == {str(visible), str(draft)}
    client.logout()
    assert shown(client.get(url)) == [str(visible)]


@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_draft_page_is_for_animateurs(client, animateur_client, url, make, queries):
    page = make(status=DRAFT).get_absolute_url()

    assert "Aperçu" in text_of(animateur_client.get(page))
    client.logout()
    assert client.get(page).status_code == 404


def test_initiative_list_filters_by_word_theme_scheme_and_stage(client):
    initiative = classify(InitiativeFactory(title="Atelier vélo", stage=Initiative.Stage.ONGOING))
    classify(InitiativeFactory(title="Autre chose"))

    for query in (
        {"q": "velo"},
        {"theme": initiative.themes.get().slug},
        {"dispositif": initiative.schemes.get().slug},
        {"avancement": "ongoing"},
    ):
        assert shown(client.get(INITIATIVES, query)) == ["Atelier vélo"]


def test_lists_of_a_territory_keep_what_lies_in_it(client):
    epci = TerritoryFactory(kind="epci", name="CA du Soleil", code="200000001")
    commune = CompositionFactory(whole=epci).part
    actor = ActorTerritoryFactory(territory=commune).actor
    initiative = InitiativeFactory()
    initiative.territories.add(commune)
    inside = {
        INITIATIVES: initiative,
        NEEDS: NeedFactory(actor=actor),
        OFFERS: OfferFactory(actor=actor),
        RESOURCES: ResourceFactory(actor=actor),
    }
    for make in (make_initiative, make_need, make_offer, make_resource):
        make()

    for url, record in inside.items():
        response = client.get(f"{url}{'&' if '?' in url else '?'}territoire={epci.reference}")
        assert shown(response) == [str(record)]
        assert "Territoire : CA du Soleil" in text_of(response)


def test_exchange_tabs_keep_the_territory(client):
    epci = TerritoryFactory(kind="epci", code="200000001")

    text = text_of(client.get(NEEDS, {"territoire": epci.reference}))

    assert "?territoire=epci%3A200000001&amp;voir=offres" in text


def test_exchange_list_shows_needs_then_offers(client):
    need, offer = NeedFactory(), OfferFactory()

    assert shown(client.get(NEEDS)) == [str(need)]
    assert shown(client.get(OFFERS)) == [str(offer)]


# Pages


def fill_exchange(factory, relation, rows):
    exchange = factory(source=SourceFactory(), person=PersonFactory())
    for _ in range(rows):
        classify(exchange)
        exchange.territories.add(TerritoryFactory())
        item = RoundTableItemFactory(**{relation: exchange})
        RecapFactory(event=item.entry.event)
    return exchange


def fill_resource(rows):
    resource = ResourceFactory(source=SourceFactory(), actor=ActorFactory())
    for _ in range(rows):
        classify(resource)
        resource.initiatives.add(make_initiative())
    return resource


# The acronyms of the glossary are one, when something has changed since they were read.
PAGES = [
    pytest.param(lambda rows: fill_exchange(NeedFactory, "need", rows), 10, id="need"),
    pytest.param(lambda rows: fill_exchange(OfferFactory, "offer", rows), 4, id="offer"),
    pytest.param(fill_resource, 2, id="resource"),
]


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("fill", "queries"), PAGES)
def test_page_costs_the_same_however_rich(client, django_assert_num_queries, fill, queries, rows):
    record = fill(rows)

    with django_assert_num_queries(queries):
        response = client.get(record.get_absolute_url())

    assert str(record) in text_of(response)


def leaking():
    """Published records tied to drafts, all named « Fuite »."""
    hidden = ActorFactory(name="Fuite acteur", status=DRAFT)
    initiative = classify(InitiativeFactory(contact=PositionFactory(actor=hidden)))
    for role in Involvement.Role:
        InvolvementFactory(initiative=initiative, actor=hidden, role=role)
    ResourceFactory(title="Fuite ressource", status=DRAFT).initiatives.add(initiative)
    ActionFactory(title="Fuite action", status=DRAFT, initiative=initiative)
    related = InitiativeFactory(title="Fuite parente", status=DRAFT)
    related.schemes.add(initiative.schemes.get())
    need, offer = NeedFactory(actor=hidden), OfferFactory(actor=hidden)
    for relation in ({"initiative": initiative}, {"need": need}, {"offer": offer}):
        item = RoundTableItemFactory(
            entry__event__title="Fuite rencontre", entry__event__status=DRAFT, **relation
        )
        RecapFactory(event=item.entry.event)
    resource = ResourceFactory(actor=hidden)
    resource.initiatives.add(InitiativeFactory(title="Fuite initiative", status=DRAFT))
    return [initiative, need, offer, resource]


def test_no_page_shows_a_draft_to_visitors(client):
    urls = [record.get_absolute_url() for record in leaking()]
    urls += [INITIATIVES, NEEDS, OFFERS, RESOURCES]

    assert [url for url in urls if "Fuite" in text_of(client.get(url))] == []


def test_pages_show_drafts_to_animateurs(animateur_client):
    initiative, need, offer, resource = leaking()
    expected = {
        initiative: {"acteur", "ressource", "action", "parente", "rencontre"},
        need: {"acteur", "rencontre"},
        offer: {"acteur", "rencontre"},
        resource: {"acteur", "initiative"},
    }

    for record, leaks in expected.items():
        text = text_of(animateur_client.get(record.get_absolute_url()))
        assert {leak for leak in leaks if f"Fuite {leak}" in text} == leaks


def test_unpublished_recap_tells_nothing_of_its_tour_de_table(client):
    item = RoundTableItemFactory(need=NeedFactory(), entry__event__title="La rencontre")
    RecapFactory(event=item.entry.event, status=DRAFT)

    text = text_of(client.get(item.need.get_absolute_url()))

    assert item.need.text in text
    assert "La rencontre" not in text


def test_withdrawn_name_shows_nowhere(client):
    person = PersonFactory(
        last_name="Effacée",
        attribution_withdrawn=True,
        email="effacee@example.org",
        email_is_public=True,
    )
    initiative = InitiativeFactory(contact=PositionFactory(person=person))
    need, offer = NeedFactory(person=person), OfferFactory(person=person)

    urls = [record.get_absolute_url() for record in (initiative, need, offer)] + [NEEDS, OFFERS]
    texts = [text_of(client.get(url)).lower() for url in urls]

    assert [text for text in texts if "effac" in text] == []
    assert [person.WITHDRAWN_NAME in text for text in texts] == [True] * 5


def test_page_shows_no_private_contact(client):
    position = PositionFactory(person__email="ada@example.org", person__phone="01 02 03 04 05")
    initiative = InitiativeFactory(contact=position)
    need = NeedFactory(person=position.person)

    for record in (initiative, need):
        text = text_of(client.get(record.get_absolute_url()))
        assert position.person.full_name in text
        assert "ada@example.org" not in text
        assert "01 02 03 04 05" not in text


def test_page_that_names_people_says_how_to_withdraw_a_name(client):
    request = "Retrait%20de%20mon%20nom"
    named = [InitiativeFactory(contact=PositionFactory()), NeedFactory(person=PersonFactory())]
    nameless = [InitiativeFactory(), NeedFactory()]

    for records, times in ((named, 1), (nameless, 0)):
        for record in records:
            assert text_of(client.get(record.get_absolute_url())).count(request) == times


def test_initiative_page_orders_roles_from_the_carrier_on(client):
    initiative = InitiativeFactory()
    for role in reversed(Involvement.Role):
        InvolvementFactory(initiative=initiative, role=role)

    text = text_of(client.get(initiative.get_absolute_url()))

    parties = text[text.index('id="parties"') :]
    places = [parties.index(f"<dt>{role.label.capitalize()}</dt>") for role in Involvement.Role]
    assert places == sorted(places)


def test_initiative_page_marks_a_fictional_example(client):
    initiative = InitiativeFactory(source=SourceFactory(is_fictional=True))

    assert "Exemple fictif" in text_of(client.get(initiative.get_absolute_url()))


def test_sheet_leads_from_its_scheme_and_theme_to_their_initiatives(client):
    initiative = InitiativeFactory()
    classify(initiative)
    scheme, theme = initiative.schemes.get(), initiative.themes.get()
    InitiativeFactory(title="Autre sujet")

    text = text_of(client.get(initiative.get_absolute_url()))

    for query in (f"dispositif={scheme.slug}", f"theme={theme.slug}"):
        url = f"{reverse('initiative_list')}?{query}"
        assert f'href="{url}"' in text
        assert list(client.get(url).context["page"].object_list) == [initiative]
