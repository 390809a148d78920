"""Every form of the same address."""

import csv
import datetime
import html
import io
import json
from xml.etree import ElementTree

import openpyxl
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from coopemploi.accounts.models import User
from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from coopemploi.publishing import Publishable
from events.models import Event
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor, Territory
from tests.factories import (
    ActionFactory,
    ActionPartyFactory,
    ActorFactory,
    ActorTerritoryFactory,
    CompositionFactory,
    EventFactory,
    InitiativeFactory,
    InvolvementFactory,
    NeedFactory,
    NetworkFactory,
    NetworkMembershipFactory,
    OfferFactory,
    PersonFactory,
    ResourceFactory,
    SchemeFactory,
    SourceFactory,
    TerritoryFactory,
    ThemeFactory,
)
from tests.importing import send

pytestmark = pytest.mark.django_db

DRAFT = Publishable.Status.DRAFT
INITIATIVES = reverse("initiative_list")
ACTORS = reverse("actor_list")
TERRITORIES = reverse("territory_list")
NETWORKS = reverse("network_list")
NEEDS = reverse("exchange_list")
OFFERS = f"{NEEDS}?voir=offres"
RESOURCES = reverse("resource_list")
UPCOMING = reverse("event_list")
PAST = f"{UPCOMING}?periode=passees"
ACTIONS = reverse("action_list")
ATOM = "{http://www.w3.org/2005/Atom}"
FORMATS = ["csv", "xlsx", "json", "geojson", "atom"]


def make_initiative(**kwargs):
    initiative = InitiativeFactory(source=SourceFactory(), **kwargs)
    initiative.territories.add(TerritoryFactory())
    initiative.schemes.add(SchemeFactory())
    initiative.themes.add(ThemeFactory())
    InvolvementFactory(initiative=initiative)
    return initiative


def make_actor(**kwargs):
    actor = ActorFactory(source=SourceFactory(), **kwargs)
    ActorTerritoryFactory(actor=actor)
    actor.schemes.add(SchemeFactory())
    return actor


def make_network(**kwargs):
    network = NetworkFactory(source=SourceFactory(), territory=TerritoryFactory(), **kwargs)
    NetworkMembershipFactory(network=network, person=PersonFactory())
    NetworkMembershipFactory(network=network, role="coordinator")
    return network


def make_exchange(factory, **kwargs):
    actor = ActorTerritoryFactory().actor
    exchange = factory(source=SourceFactory(), person=PersonFactory(), actor=actor, **kwargs)
    exchange.territories.add(TerritoryFactory())
    exchange.themes.add(ThemeFactory())
    return exchange


def make_need(**kwargs):
    return make_exchange(NeedFactory, **kwargs)


def make_offer(**kwargs):
    return make_exchange(OfferFactory, **kwargs)


def make_resource(**kwargs):
    actor = ActorTerritoryFactory().actor
    return ResourceFactory(source=SourceFactory(), actor=actor, **kwargs)


def make_event(**kwargs):
    event = EventFactory(
        source=SourceFactory(), network=NetworkFactory(), town=TerritoryFactory(), **kwargs
    )
    event.territories.add(TerritoryFactory())
    event.themes.add(ThemeFactory())
    return event


def make_action(**kwargs):
    action = ActionFactory(source=SourceFactory(), event=EventFactory(), **kwargs)
    action.territories.add(TerritoryFactory())
    ActionPartyFactory(action=action)
    return action


# The address of each list, what makes a row of it, and the queries that its CSV costs.
LISTS = [
    pytest.param(INITIATIVES, make_initiative, 10, id="initiatives"),
    pytest.param(ACTORS, make_actor, 5, id="actors"),
    pytest.param(NETWORKS, make_network, 8, id="networks"),
    pytest.param(NEEDS, make_need, 11, id="needs"),
    pytest.param(OFFERS, make_offer, 11, id="offers"),
    pytest.param(RESOURCES, make_resource, 10, id="resources"),
    pytest.param(PAST, make_event, 10, id="events"),
    pytest.param(ACTIONS, make_action, 12, id="actions"),
]


def address(url, query):
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def body(client, url, name):
    response = client.get(address(url, f"format={name}"))
    assert response.status_code == 200
    return response.getvalue()


def table(client, url, name):
    """A downloaded list as rows {header: text}, whatever its format."""
    content = body(client, url, name)
    if name == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    if name == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        headers, *rows = sheet.iter_rows(values_only=True)
        return [dict(zip(headers, map(as_text, row), strict=True)) for row in rows]
    data = json.loads(content)
    rows = data.get("resultats") or [each["properties"] for each in data.get("features", [])]
    assert data["total"] == len(rows)
    return [{header: as_text(value) for header, value in row.items()} for row in rows]


def as_text(value):
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case list():
            return " | ".join(value)
        case datetime.datetime():
            return value.date().isoformat()
    return str(value)


def everything(client, url, name):
    """All the text of a downloaded list."""
    if name != "xlsx":
        return body(client, url, name).decode()
    book = openpyxl.load_workbook(io.BytesIO(body(client, url, name)))
    return "\n".join(as_text(cell) for sheet in book for row in sheet.values for cell in row)


def slugs_of_pages(client, url):
    slugs, number, pages = [], 1, 1
    while number <= pages:
        page = client.get(address(url, f"page={number}")).context["page"]
        slugs += [record.slug for record in page.object_list]
        number, pages = number + 1, page.paginator.num_pages
    return slugs


@pytest.fixture
def directory(db):
    """Enough of everything for lists of several pages, with names that tie and drafts."""
    with registry.rebuilding():
        make_directory()


def make_directory():
    mobility, digital = ThemeFactory(name="Mobilité"), ThemeFactory(name="Numérique")
    plie, tours = SchemeFactory(name="PLIE"), TerritoryFactory(code="37261", name="Tours")
    tours.latitude, tours.longitude = 47.39, 0.68
    tours.save()
    for n in range(27):
        status = DRAFT if n % 9 == 0 else Publishable.Status.PUBLISHED
        shared = {"status": status, "source": SourceFactory()}
        actor = ActorFactory(kind="epci" if n % 2 else "plie", name=f"Acteur {n % 7}", **shared)
        records = [
            actor,
            InitiativeFactory(
                title=f'Garage ; "partagé" {n % 5}' if n % 3 else f"Épicerie {n}",
                summary="Une ligne ;\nune autre.",
                stage="ongoing" if n % 2 else "",
                **shared,
            ),
            NeedFactory(actor=actor, kind="tool" if n % 4 else "method", **shared),
            OfferFactory(actor=actor, kind="tool" if n % 4 else "method", **shared),
            ResourceFactory(actor=actor, kind="guide" if n % 2 else "video", **shared),
            EventFactory(start=PartialDate.parse(f"{n % 3 + 1}/2021"), **shared),
            EventFactory(start=PartialDate.parse(f"{n % 3 + 1}/2999"), **shared),
            ActionFactory(progress="done" if n % 2 else "retained", **shared),
            NetworkFactory(territory=tours if n % 3 else None, **shared),
        ]
        for record in records:
            if hasattr(record, "themes"):
                record.themes.add(mobility if n % 2 else digital)
            if hasattr(record, "schemes") and n % 3:
                record.schemes.add(plie)
            if n % 2 and hasattr(record, "territories"):
                record.territories.add(tours)
    region = TerritoryFactory(kind="region", code="24", name="Centre-Val de Loire")
    CompositionFactory(whole=region, part=tours)
    CompositionFactory(whole=region)
    InitiativeFactory(title="Régionale", source=SourceFactory()).territories.add(region)
    neighbour = TerritoryFactory(name="Voisine", latitude=47.55, longitude=0.68)  # 18 km away
    InitiativeFactory(title="Proche", source=SourceFactory()).territories.add(neighbour)


# An address with its filters, and how many records it has.
COMBINATIONS = {
    INITIATIVES: 26,
    f"{INITIATIVES}?theme=mobilite&theme=numerique": 24,
    f"{INITIATIVES}?q=garage&tri=nom": 18,
    f"{INITIATIVES}?q=garage&avancement=ongoing&tri=recent": 9,
    f"{INITIATIVES}?region=24&tri=nom": 13,
    f"{INITIATIVES}?territoire=commune:37261&couvre=oui": 13,
    f"{INITIATIVES}?territoire=commune:37261&rayon=30&tri=proximite": 13,
    f"{INITIATIVES}?territoire=commune:37261&rayon=10&theme=mobilite": 12,
    f"{NEEDS}?dispositif=plie&nature=tool&tri=nom": 14,
    f"{INITIATIVES}?theme=mobilite": 12,
    f"{INITIATIVES}?dispositif=plie&avancement=ongoing": 9,
    f"{INITIATIVES}?territoire=commune:37261&q=garage": 9,
    f"{INITIATIVES}?q=partage&theme=numerique": 9,
    f"{INITIATIVES}?q=introuvable": 0,
    f"{ACTORS}?type=epci": 12,
    f"{ACTORS}?dispositif=plie": 18,
    f"{NETWORKS}?territoire=commune:37261": 18,
    NEEDS: 24,
    f"{NEEDS}?nature=tool&theme=mobilite": 12,
    f"{OFFERS}&territoire=commune:37261": 12,
    f"{OFFERS}&nature=method": 6,
    f"{RESOURCES}?type=guide": 12,
    UPCOMING: 24,
    f"{PAST}&theme=numerique&dispositif=plie": 9,
    f"{ACTIONS}?avancement=done": 12,
}


def test_every_format_gives_what_the_pages_show(client, directory):
    """One test for all combinations, since the directory takes a while to make."""
    for url, count in COMBINATIONS.items():
        slugs = slugs_of_pages(client, url)
        as_json = table(client, url, "json")

        assert (url, len(slugs)) == (url, count)
        assert [row["réf"] for row in as_json] == slugs
        for name in ("csv", "xlsx", "geojson"):
            assert table(client, url, name) == as_json
        entries = ElementTree.fromstring(body(client, url, "atom")).findall(f"{ATOM}entry")  # noqa: S314
        assert [entry.find(f"{ATOM}id").text for entry in entries] == [
            row["adresse"] for row in as_json
        ]


def test_export_reads_no_original_text(client):
    NeedFactory(source=SourceFactory(raw_text="Texte brut"))

    with CaptureQueriesContext(connection) as asked:
        body(client, NEEDS, "csv")

    assert [query["sql"] for query in asked if "raw_text" in query["sql"]] == []


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_export_costs_the_same_at_any_length(
    client, django_assert_num_queries, url, make, queries, rows
):
    with registry.rebuilding():
        for _ in range(rows):
            make()

    client.get(url)  # the catalogue is read
    # A feed says when it last changed.
    for name, more in {"csv": 0, "xlsx": 0, "json": 0, "geojson": 0, "atom": 1}.items():
        with django_assert_num_queries(queries + more):
            body(client, url, name)
    assert len(table(client, url, "json")) == rows


@pytest.mark.parametrize("rows", [1, 30])
def test_calendar_costs_the_same_at_any_length(client, django_assert_num_queries, rows):
    for _ in range(rows):
        make_event(start=PartialDate.parse("17/10/2019"))

    with django_assert_num_queries(11):
        content = body(client, PAST, "ics")

    assert content.count(b"BEGIN:VEVENT") == rows


@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_export_gives_drafts_to_animateurs_only(client, animateur_client, url, make, queries):
    visible, draft = make(), make(status=DRAFT)

    for name in FORMATS:
        assert f"/{draft.slug}/" in everything(animateur_client, url, name)
    client.logout()
    for name in FORMATS:
        text = everything(client, url, name)
        assert f"/{visible.slug}/" in text
        assert f"/{draft.slug}/" not in text
        assert str(draft) not in text.replace(str(visible), "")


@pytest.mark.parametrize("name", FORMATS)
def test_export_does_not_name_what_is_not_published(client, name):
    secret = {"name": "Acteur secret", "status": DRAFT}
    actor = ActorFactory(**secret)
    ActorTerritoryFactory(actor=actor, territory__latitude=12.125, territory__longitude=3)
    InvolvementFactory(actor=actor)
    NeedFactory(actor=actor)
    OfferFactory(actor=actor)
    ResourceFactory(actor=actor)
    NetworkMembershipFactory(actor=actor)
    NetworkMembershipFactory(actor=actor, person=PersonFactory())
    NetworkMembershipFactory(actor=actor, role="coordinator")
    ActionPartyFactory(actor=actor)
    ActionFactory(event=EventFactory(title="Rencontre secrète", status=DRAFT))
    EventFactory(network=NetworkFactory(name="Réseau secret", status=DRAFT))

    for url in (INITIATIVES, ACTORS, NETWORKS, NEEDS, OFFERS, RESOURCES, PAST, ACTIONS):
        text = everything(client, url, name)
        assert "secret" not in text
        assert "secrète" not in text
        assert "12.125" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_export_gives_no_private_detail(client, name):
    person = PersonFactory(
        last_name="Retirée",
        email="privee@example.org",
        phone="0102030405",
        email_is_public=True,
        phone_is_public=True,
        attribution_withdrawn=True,
    )
    source = SourceFactory(raw_text="Texte brut")
    employer = ActorFactory(name="Son employeur")
    NetworkMembershipFactory(person=person, actor=employer, network__source=source)
    NeedFactory(person=person, source=source)
    OfferFactory(person=person, source=source)

    for url in (NETWORKS, NEEDS, OFFERS):
        text = everything(client, url, name)
        for detail in ("Retirée", "privee@", "0102030405", "Texte brut", "Son employeur"):
            assert detail not in text
    if name != "atom":
        assert "une personne du réseau" in everything(client, NEEDS, name)
        assert "une personne du réseau" in everything(client, NETWORKS, name)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_csv_neutralises_formulas(client, start):
    InitiativeFactory(title="Titre", summary=f'{start}HYPERLINK("http://x.example")')

    [row] = table(client, INITIATIVES, "csv")

    assert row["résumé"].startswith(f"'{start}")


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x.example")', "#N/A", "-1+1"])
def test_xlsx_has_no_formula(client, text):
    InitiativeFactory(summary=text)

    book = openpyxl.load_workbook(io.BytesIO(body(client, INITIATIVES, "xlsx")))

    cell = book.worksheets[0]["C2"]
    assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize("name", ["xlsx", "atom"])
def test_what_is_read_says_when_it_was_made_as_pages_say_it(client, name):
    InitiativeFactory()

    with time_machine.travel("2026-11-25 10:30 +0100", tick=False):
        text = everything(client, INITIATIVES, name)

    assert "25/11/2026 à 10\xa0h\xa030" in text


@pytest.mark.parametrize("name", FORMATS)
def test_export_survives_control_characters(client, name):
    InitiativeFactory(title="Avant\x0b\x1bAprès", summary="<script>alert(1)</script>\ufffe")

    text = everything(client, INITIATIVES, name)

    assert "AvantAprès" in text
    if name == "atom":
        [entry] = ElementTree.fromstring(text).findall(f"{ATOM}entry")  # noqa: S314
        assert "<script>" not in entry.find(f"{ATOM}summary").text


def test_csv_opens_in_a_french_spreadsheet(client):
    InitiativeFactory(title="Épicerie")

    response = client.get(INITIATIVES, {"format": "csv"})

    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.getvalue().startswith("\ufeffréf;titre;".encode())


@pytest.mark.parametrize("name", FORMATS)
def test_export_says_source_date_and_licence(client, name):
    InitiativeFactory()
    today = timezone.localdate()

    response = client.get(INITIATIVES, {"format": name})
    response.getvalue()  # a file is closed once read
    text = everything(client, f"{INITIATIVES}?tri=nom", name)

    assert response["Link"].endswith('>; rel="license"')
    assert "Coopemploi" in text
    assert f"{today:%d/%m/%Y}" in text or today.isoformat() in text
    assert "Licence Ouverte 2.0" in text
    if name != "csv":
        assert "http://testserver/initiatives/?tri=nom" in text


@pytest.mark.parametrize(
    ("name", "disposition"),
    [("csv", "attachment"), ("xlsx", "attachment"), ("json", "inline"), ("atom", "inline")],
)
def test_file_is_named_in_french_with_its_date(client, name, disposition):
    response = client.get(NETWORKS, {"format": name})
    response.getvalue()  # a file is closed once read

    today = timezone.localdate().isoformat()
    assert response["Content-Disposition"] == (
        f"{disposition}; filename*=utf-8''r%C3%A9seaux-{today}.{name}"
    )


def test_json_is_the_envelope_that_the_documentation_describes(client):
    InitiativeFactory()

    data = json.loads(body(client, INITIATIVES, "json"))

    assert list(data) == ["source", "licence", "genere_le", "total", "resultats"]
    assert list(data["source"]) == ["nom", "liste", "adresse"]
    assert list(data["licence"]) == ["nom", "adresse"]
    documented = (settings.BASE_DIR / "docs/imports.md").read_text()
    assert [name for name in data if f"`{name}`" not in documented] == []


def test_geojson_places_a_record_at_its_first_known_point(client):
    placed, nowhere = InitiativeFactory(title="A"), InitiativeFactory(title="B")
    placed.territories.add(
        TerritoryFactory(name="A"), TerritoryFactory(name="B", latitude=47.39, longitude=0.68)
    )
    nowhere.territories.add(TerritoryFactory())

    features = json.loads(body(client, INITIATIVES, "geojson"))["features"]

    assert [(feature["id"], feature["geometry"]) for feature in features] == [
        (placed.slug, {"type": "Point", "coordinates": [0.68, 47.39]}),
        (nowhere.slug, None),
    ]


def calendar_events(client, url=PAST):
    return Calendar.from_ical(body(client, url, "ics")).walk("VEVENT")


def test_calendar_has_only_events_whose_day_is_known(client):
    EventFactory(title="Un jour", start=PartialDate.parse("17/10/2019"))
    for text in ("10/2019", "2019", "fin mars 2019", "[] 2e vague", ""):
        EventFactory(start=PartialDate.parse(text))

    [event] = calendar_events(client)

    assert event["summary"] == "Un jour"
    assert event.decoded("dtstart") == datetime.date(2019, 10, 17)
    assert event.decoded("dtend") == datetime.date(2019, 10, 18)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"start": "2/2020", "venue": "Halle", "town": "Lyon"}, "février 2020, Halle, Lyon"),
        ({"start": "[17/10/2019] 17 octobre dernier"}, "17 octobre 2019 (date déduite)"),
        ({"start": "", "venue": "Halle"}, "date inconnue, Halle"),
        (
            {
                "start": "1/3/2019",
                "end": "2/3/2019",
                "start_time": datetime.time(9, 30),
                "end_time": datetime.time(17),
            },
            "1er mars 2019 – 2 mars 2019, 9\xa0h\xa030 – 17\xa0h",
        ),
        (
            {"end": "5/3/2019", "end_time": datetime.time(9), "format": "online"},
            "fin : 5 mars 2019, jusqu'à 9\xa0h, en ligne",
        ),
    ],
)
def test_feed_and_calendar_say_when_and_where_an_event_is(client, values, said):
    if "town" in values:
        values = {**values, "town": TerritoryFactory(name=values["town"])}
    EventFactory(summary="Un résumé", **values)

    entry = ElementTree.fromstring(body(client, PAST, "atom")).find(f"{ATOM}entry")  # noqa: S314

    text = html.unescape(entry.find(f"{ATOM}summary").text)
    assert f"<p>{said}</p>\n\n<p>Un résumé</p>" in text
    for event in calendar_events(client):
        assert event["description"].startswith(f"{said}\n\nUn résumé\n\nhttp")


def test_calendar_gives_drafts_to_animateurs_only(client, animateur_client):
    EventFactory(title="Secrète", start=PartialDate.parse("17/10/2019"), status=DRAFT)

    assert [event["summary"] for event in calendar_events(animateur_client)] == ["Secrète"]
    client.logout()
    assert calendar_events(client) == []


def test_calendar_gives_hours_in_paris(client):
    EventFactory(
        start=PartialDate.parse("17/7/2019"),
        start_time=datetime.time(9, 30),
        end_time=datetime.time(17),
    )

    [event] = calendar_events(client)

    assert event["dtstart"].params["TZID"] == "Europe/Paris"
    assert event.decoded("dtstart").isoformat() == "2019-07-17T09:30:00+02:00"
    assert event.decoded("dtend").isoformat() == "2019-07-17T17:00:00+02:00"
    assert b"BEGIN:VTIMEZONE\r\nTZID:Europe/Paris" in body(client, PAST, "ics")


@pytest.mark.parametrize("end", [datetime.time(9, 30), datetime.time(8)])
def test_calendar_gives_no_end_that_is_not_after_the_start(client, end):
    EventFactory(
        start=PartialDate.parse("17/7/2019"), start_time=datetime.time(9, 30), end_time=end
    )

    [event] = calendar_events(client)

    assert "dtend" not in event


def test_calendar_spans_days(client):
    EventFactory(
        start=PartialDate.parse("17/10/2019"),
        end=PartialDate.parse("19/10/2019"),
        start_time=datetime.time(9),
    )

    [event] = calendar_events(client)

    assert event.decoded("dtstart") == datetime.date(2019, 10, 17)
    assert event.decoded("dtend") == datetime.date(2019, 10, 20)


def test_calendar_keeps_uid_and_leads_back(client):
    event = EventFactory(start=PartialDate.parse("17/10/2019"))
    [before] = calendar_events(client)
    event.title = "Un autre titre"
    event.save()

    [after] = calendar_events(client)

    assert after["uid"] == before["uid"]
    assert after["url"] == f"http://testserver{event.get_absolute_url()}"


@pytest.mark.parametrize("query", ["format=xx", "format=%00", "format=CSV", "format=csv%00"])
@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_unknown_format_is_not_found(client, url, make, queries, query):
    response = client.get(address(url, query))

    assert response.status_code == 404
    assert "Formats possibles : xlsx, csv, json, geojson, atom" in response.content.decode()


def test_calendar_is_only_for_events(client):
    assert client.get(ACTIONS, {"format": "ics"}).status_code == 404


def test_last_of_repeated_formats_counts(client):
    response = client.get(f"{INITIATIVES}?format=xx&format=json")

    assert response["Content-Type"] == "application/json"
    assert client.get(f"{INITIATIVES}?format=json&format=xx").status_code == 404


@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_export_survives_bad_input(client, url, make, queries):
    record = make()

    for query in ["page=99999999", "page=-1", "q=%00", "territoire=%00"]:
        rows = table(client, address(url, query), "json")
        assert [row["réf"] for row in rows] == [record.slug], query


def test_empty_format_is_the_page(client):
    for n in range(21):
        InitiativeFactory(title=f"Initiative {n:02}")

    page = client.get(f"{INITIATIVES}?format=&page=2").context["page"]

    assert [record.title for record in page.object_list] == ["Initiative 20"]


def test_panel_keeps_the_filters_and_not_the_page(client):
    for _ in range(21):
        NeedFactory(kind="tool")

    text = client.get(f"{NEEDS}?nature=tool&page=2").content.decode()

    for name in FORMATS:
        assert f'<a href="?nature=tool&amp;format={name}" rel="nofollow">' in text
    assert "format=ics" not in text
    assert 'type="application/atom+xml" href="?nature=tool&amp;format=atom"' in text


def test_panel_of_events_offers_the_calendar_of_its_tab(client):
    EventFactory()

    text = client.get(PAST).content.decode()

    assert '<a href="?periode=passees&amp;format=ics" rel="nofollow">' in text


@pytest.mark.parametrize(("url", "is_followed"), [(ACTORS, True), (TERRITORIES, False)])
def test_panel_speaks_of_following_a_list_that_can_be(client, url, is_followed):
    ActorFactory()
    TerritoryFactory()

    text = client.get(url).content.decode()

    assert "Télécharger" in text
    assert ("s'abonner" in text) is is_followed
    assert ("Pour être au courant de la suite" in text) is is_followed


# A list taken from the site can be sent back to it


def in_one_of_two_places(make, **kwargs):
    """A record of a territory whose name another has."""
    record = make(**kwargs)
    record.territories.set(TerritoryFactory.create_batch(2, name="Floirac")[:1])
    return record


def initiative_of_namesakes(**kwargs):
    """Its carriers and pilots too are known by names that are not theirs alone."""
    initiative = in_one_of_two_places(make_initiative, **kwargs)
    ActorFactory(name=initiative.involvements.get().actor.name)
    for role in ("carrier", "pilot", "partner"):
        values = {"actor": None, "label": "EPCI | communes", "count": 5}
        InvolvementFactory(initiative=initiative, role=role, **values)
        InvolvementFactory(initiative=initiative, role=role, label="son service")
    return initiative


def need_of_namesakes():
    need = in_one_of_two_places(
        make_need, details="Deux lignes ;\n« et un | ». ", stated_on="[] 2e vague"
    )
    PersonFactory(first_name=need.person.first_name, last_name=need.person.last_name)
    ActorFactory(name=need.actor.name)


def event_of_namesakes():
    event = in_one_of_two_places(
        make_event,
        start="[17/10/2019] 17 octobre dernier",
        end="[10/2019 - 12/2019] à l'automne",
        start_time=datetime.time(9, 30),
    )
    NetworkFactory(name=event.network.name)
    TerritoryFactory(name=event.town.name)


def resource_of_namesakes():
    resource = make_resource(dated="fin mars 2021")
    ActorFactory(name=resource.actor.name)


def actor_of_namesakes():
    actor = make_actor(aliases=["Une", "Deux"])
    ActorTerritoryFactory(actor=actor, territory__name="Floirac", note="le quartier")
    TerritoryFactory(name="Floirac")


BACK = [
    pytest.param(Initiative, INITIATIVES, initiative_of_namesakes, id="initiatives"),
    pytest.param(Need, NEEDS, need_of_namesakes, id="needs"),
    pytest.param(Event, PAST, event_of_namesakes, id="events"),
    pytest.param(Resource, RESOURCES, resource_of_namesakes, id="resources"),
    pytest.param(Actor, ACTORS, actor_of_namesakes, id="actors"),
    pytest.param(
        Territory,
        f"{TERRITORIES}?type=petr",
        lambda: TerritoryFactory(kind="petr", source=SourceFactory(), aliases=["Une", "Deux"]),
        id="territories",
    ),
]


@pytest.mark.parametrize("name", ["csv", "xlsx"])
@pytest.mark.parametrize(("model", "url", "make"), BACK)
def test_list_taken_from_the_site_is_an_import_that_changes_nothing(
    animateur_client, model, url, make, name
):
    make()

    batch = send(animateur_client, model, body(animateur_client, url, name), f"liste.{name}")

    assert batch.rows.exists()
    changed = batch.rows.exclude(state="unchanged")
    assert [(row.state, row.problems, row.changes) for row in changed] == []


@pytest.mark.parametrize(
    ("model", "url", "make"),
    [
        (Need, NEEDS, make_need),
        (Offer, OFFERS, make_offer),
        (Resource, RESOURCES, make_resource),
    ],
)
def test_list_sent_back_keeps_an_actor_that_is_not_published(animateur_client, model, url, make):
    actor = make().actor
    actor.status = DRAFT
    actor.save()

    content = body(animateur_client, url, "csv")

    assert actor.name in content.decode()
    [row] = send(animateur_client, model, content).rows.all()
    assert (row.state, row.changes, row.problems) == ("unchanged", {}, [])


@pytest.mark.parametrize("is_alone", [False, True])
def test_list_sent_back_keeps_a_carrier_that_visitors_do_not_read(
    client, animateur_client, is_alone
):
    initiative = make_initiative()
    if is_alone:
        initiative.involvements.all().delete()
    InvolvementFactory(initiative=initiative, actor__name="Acteur secret", actor__status=DRAFT)
    animateur = animateur_client.session["_auth_user_id"]
    client.logout()
    content = body(client, INITIATIVES, "csv")
    client.force_login(User.objects.get(pk=animateur))

    assert b"Acteur secret" not in content
    [row] = send(client, Initiative, content).rows.all()
    assert (row.state, row.changes, row.problems) == ("unchanged", {}, [])


def test_list_says_who_carries_and_who_pilots(client):
    initiative = make_initiative()
    carrier = initiative.involvements.get().actor.name
    InvolvementFactory(initiative=initiative, actor=None, label="EPCI", count=5, role="pilot")
    InvolvementFactory(initiative=initiative, role="partner")

    [row] = table(client, INITIATIVES, "csv")

    assert (row["porteurs"], row["pilotes"]) == (carrier, "5 EPCI")


def test_cell_changed_in_a_list_of_the_site_is_the_only_change(animateur_client):
    initiative = initiative_of_namesakes(title="Épicerie", summary="Une ;\ndeux")
    content = body(animateur_client, INITIATIVES, "csv").decode().replace("deux", "deux et |")

    batch = send(animateur_client, Initiative, content)

    [row] = batch.rows.all()
    assert row.record_key == initiative.pk
    assert list(row.changes) == ["summary"]
    assert row.changes["summary"][:2] == ["Une ;\ndeux", "Une ;\ndeux et |"]
